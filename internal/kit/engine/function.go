package engine

// Function is a function of the engine.
type Function struct {
	// Name is its name in package functions, and LogicalID the one in the template.
	Name, LogicalID string
	// ReadsFlows says that it reads the flows.yaml beside its binary. Only such a
	// function has that file in its package.
	ReadsFlows bool
}

// Functions are the functions of the engine, sorted by name.
var Functions = []Function{
	{Name: "apply", LogicalID: "ApplyFunction", ReadsFlows: true},
	{Name: "approve", LogicalID: "ApproveFunction", ReadsFlows: true},
	{Name: "console", LogicalID: "ConsoleFunction"},
	{Name: "digest", LogicalID: "DigestFunction"},
	{Name: "endsessions", LogicalID: "EndSessionsFunction"},
	{Name: "grant", LogicalID: "GrantFunction"},
	{Name: "notify", LogicalID: "NotifyFunction", ReadsFlows: true},
	{Name: "reconcile", LogicalID: "ReconcileFunction"},
	{Name: "record", LogicalID: "RecordFunction", ReadsFlows: true},
	{Name: "request", LogicalID: "RequestFunction", ReadsFlows: true},
	{Name: "slack", LogicalID: "SlackFunction"},
}

// Strategies are the strategy functions that a release brings, sorted by name: each is a
// folder of strategies.
var Strategies = []string{"eks", "github", "google-group", "okta-group", "postgres"}

// packed returns the names of the binaries of an archive, in its order. What each build
// needs comes first.
func packed() []string {
	var names []string
	for _, f := range Functions {
		names = append(names, f.Name)
	}
	return append(names, Strategies...)
}
