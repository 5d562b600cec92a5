package console

import "github.com/fasttrack-dev/fasttrack/api"

// flowList shows the flows that concern the person.
func (p *page) flowList() error {
	flows, err := p.call.Flows(p.r.Context())
	if err != nil {
		return err
	}
	p.render(200, "flows", "Flows", flows)
	return nil
}

// flowRules are the rules about one thing, as a flow's page shows them.
type flowRules struct {
	Icon, Head string
	Texts      []string
}

// ruleHeads are the things that rules are about. Those of a newer API show under
// "Also".
var ruleHeads = map[string]struct{ icon, head string }{
	"requesters":    {"user", "Who may request"},
	"on_behalf":     {"user", "Who may request for others"},
	"code":          {"code", "Code"},
	"limits":        {"hour", "Limits"},
	"starts":        {"hour", "Later starts"},
	"approvers":     {"check", "Who decides"},
	"approvals":     {"check", "How many approve"},
	"self_approval": {"user", "Your own request"},
	"notify":        {"bell", "Who is notified"},
	"timeout":       {"clock", "Time to decide"},
	"reasons":       {"text", "Reasons"},
	"access":        {"bolt", "Access"},
	"admins":        {"lock", "Admins"},
	"viewers":       {"eye", "Who sees all requests"},
	"retention":     {"list", "How long requests are kept"},
}

// rulesOf groups the sentences of a flow by what they are about, in the API's order.
func rulesOf(sentences []api.RuleSentence) []flowRules {
	var all []flowRules
	at := map[string]int{}
	for _, s := range sentences {
		shown, known := ruleHeads[s.About]
		if !known {
			shown.icon, shown.head = "minus", "Also"
		}
		i, there := at[shown.head]
		if !there {
			i = len(all)
			at[shown.head] = i
			all = append(all, flowRules{Icon: shown.icon, Head: shown.head})
		}
		all[i].Texts = append(all[i].Texts, s.Text)
	}
	return all
}
