package planted

var _ = plant(strategiesDataBugs...)

const (
	postgresFolder = "strategies/postgres/postgres/"
	postgresTests  = "./strategies/postgres/postgres"
	eksFolder      = "strategies/eks/eks/"
	eksTests       = "./strategies/eks/eks"
)

// strategiesDataBugs are those of the strategies postgres and eks.
var strategiesDataBugs = []bug{
	{"take a late call for a new one", postgresFolder + "fence.go", " WHERE a.fence <= excluded.fence", "", postgresTests, "TestPostgres/late-calls"},
	{"touch a role that somebody else made", postgresFolder + "role.go", "strings.HasPrefix(r.comment, a.markPrefix())", "strings.HasPrefix(r.comment, \"\")", postgresTests, "TestPostgres/others-role"},
	{"let sessions go on", postgresFolder + "take.go", "SELECT count(pg_terminate_backend(pid)) FROM", "SELECT 0 * count(pid) FROM", postgresTests, "TestPostgres/sessions"},
	{"send the password to the server", postgresFolder + "give.go", "secret, err := verifier(password)", "secret, err := password, error(nil)", postgresTests, "TestPostgres/in-the-clear"},
	{"leave the secret", postgresFolder + "take.go", "return sqlError(\"forget old fences\", err)\n\t}\n\treturn a.deleteSecret(ctx)", "return sqlError(\"forget old fences\", err)\n\t}\n\treturn nil", postgresTests, "TestPostgres/life"},
	{"leave the secret of a role that was never made", postgresFolder + "take.go", "return a.deleteSecret(ctx) // a call", "return nil // a call", postgresTests, "TestPostgres/failing-secrets"},
	{"end with the request that ends first", postgresFolder + "give.go", "if found != nil && found.until.After(ends) {", "if false {", postgresTests, "TestPostgres/overlap"},
	{"leave functions their owner's rights", postgresFolder + "objects.go", "[]string{definers, views}", "[]string{views}", postgresTests, "TestPostgres/definers"},
	{"delete what somebody else keeps", postgresFolder + "secret.go", "if !a.tagged(out.Tags) {\n\t\treturn nil", "if !a.tagged(out.Tags) && false {\n\t\treturn nil", postgresTests, "TestPostgres/others-secret"},
	{"leave what a lost response made", postgresFolder + "give.go", "if made || !r.Held.CreatedByUs {", "if made {", postgresTests, "TestPostgres/left-behind"},
	{"believe any server", postgresFolder + "connect.go", "ServerName: l.Host,", "ServerName: l.Host, InsecureSkipVerify: true,", postgresTests, "TestPostgres/no-tls"},
	{"quote names by hand", postgresFolder + "give.go", "\"GRANT %I TO %I\"", "\"GRANT %s TO %I\"", postgresTests, "TestPostgres/hostile"},
	{"make an owner of who may do more", postgresFolder + "role.go", "|| r.power || r.login || len(r.member) > 0", "", postgresTests, "TestPostgres/settings"},
	{"forget at once what a late give may make", eksFolder + "change.go", "const window = 10 * time.Minute", "const window = -time.Minute", eksTests, "TestEKS/after"},
	{"take what the principal had before", eksFolder + "change.go", "return now.without(as.Added)", "return nil", eksTests, "TestEKS/was"},
	{"forget which other access needs it", eksFolder + "change.go", "delete(as.Wanted, a.id)\n\t\tas.Until", "as.Wanted = nil\n\t\tas.Until", eksTests, "TestEKS/overlap"},
	{"delete an entry that somebody else made", eksFolder + "change.go", "!e.exists || !e.ours ||", "!e.exists ||", eksTests, "TestEKS/was"},
	{"let people type their principal", eksFolder + "principal.go", " && !strings.HasPrefix(name, \"{field.\")", "", eksTests, "TestEKS/principals"},
	{"say found of what another access needs", eksFolder + "change.go", "return ours && (changed || !known), nil", "return ours && changed && (changed || !known), nil", eksTests, "TestEKS/overlap"},
}
