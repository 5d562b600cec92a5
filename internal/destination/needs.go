package destination

// need is what a kind of destination needs of a deployment.
type need struct {
	// has is the variable of functions/record that is "false" in a deployment without it.
	has string
	// parameter is the parameter of template.yaml that adds it.
	parameter string
}

var needs = map[Kind]need{
	Webhook:      {"HAS_WEBHOOK", "WebhookUrl"},
	SlackChannel: {"HAS_SLACK", "SlackTeams"},
	SlackPerson:  {"HAS_SLACK", "SlackTeams"},
	Mail:         {"HAS_MAIL", "MailFrom"},
	Teams:        {"HAS_TEAMS", "TeamsSecretArn"},
}

// Lacks are the kinds of destinations that a deployment can't deliver to, each with the
// parameter of template.yaml that is missing.
type Lacks map[Kind]string

// LacksOf returns what a deployment lacks by the environment of its functions/record.
func LacksOf(getenv func(string) string) Lacks {
	lacks := Lacks{}
	for kind, need := range needs {
		if getenv(need.has) == "false" {
			lacks[kind] = need.parameter
		}
	}
	return lacks
}
