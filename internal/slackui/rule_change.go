package slackui

import (
	"encoding/json"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
)

// ruleChange is what a message shows of a request for a change of rules: the flows that
// change, and where the rest is. A message is too short to decide by. It returns nil for any
// other request.
func ruleChange(r api.Request) []api.FieldShown {
	var change string
	if r.Flow != rules.ProposalFlow || json.Unmarshal(r.Fields[rules.FieldChange], &change) != nil {
		return nil
	}
	summary, _, _ := strings.Cut(change, "\n\n")
	return []api.FieldShown{
		{Name: rules.FieldChange, Label: "Rules", Shown: strings.Join(strings.FieldsFunc(summary, func(c rune) bool { return c == '\n' }), ", ")},
		{Label: "Before you decide", Shown: "open the request, or run fasttrack show " + r.ID + ", and read the difference, the findings and the backtest"},
	}
}
