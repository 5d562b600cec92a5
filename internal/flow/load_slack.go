package flow

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// slackUse reads what people may do in Slack. What is the default is kept as empty, so
// that naming it makes no other version of the flow.
func (r *reader) slackUse(into *run.SlackUse) func(*yaml.Node, string) {
	return func(n *yaml.Node, at string) {
		word := ""
		r.text(&word, 10)(n, at)
		use := run.SlackUse(word)
		if !slices.Contains(run.SlackUses, use) {
			r.fail(n, at, "must be decide, ask, link or off, got %q", clip(word))
			use = run.SlackOff
		}
		if use == run.SlackDecide {
			use = ""
		}
		*into = use
	}
}
