// Package change says what a proposed flows.yaml changes: the same words for who proposes
// it, for who approves it, and for the function that pushes it.
package change

import (
	"encoding/json"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
)

// MaxField is how long the field of a request with the difference is, in characters.
const MaxField = 3500

// cut ends a field that does not hold the whole difference.
const cut = "… the rest is in `fasttrack flows diff --request`."

// Field is the difference as the request's field has it: what changes, and the diff as far
// as it fits. before is nil where the deployed file is served.
func Field(before, after []byte) string {
	all := Summary(before, after) + "\n\n"
	for line := range strings.Lines(string(diff.Diff("served", before, "proposed", after))) {
		if line = strings.ReplaceAll(line, "\t", "  "); len([]rune(all))+len([]rune(line)) > MaxField {
			return all + cut
		}
		all += line
	}
	return strings.TrimSpace(all)
}

// Summary names the flows that change, a line each.
func Summary(before, after []byte) string {
	if before == nil {
		return "The deployed flows.yaml is served: all of the file is new."
	}
	return strings.Join(flow.Compare(before, after).Lines(), "\n")
}

// Diff returns the whole difference as a unified diff, without the line of its command; ""
// if nothing differs. cut reports that it exceeds most bytes and has no more than those.
func Diff(before, after []byte, most int) (text string, cut bool) {
	_, text, _ = strings.Cut(string(diff.Diff("served", before, "proposed", after)), "\n")
	if len(text) <= most {
		return text, false
	}
	return text[:strings.LastIndexByte(text[:most], '\n')+1], true
}

// Check returns a [rules.Refusal] unless the difference that a request shows is that of the
// text that it names by its digest: what people read is what they approve.
func Check(r api.Request, before []byte, c rules.Change) error {
	var shown string
	if err := json.Unmarshal(r.Fields[rules.FieldChange], &shown); err != nil || shown != Field(before, c.Text) {
		return rules.Refusef("request %s shows another difference than that of the text that it names; propose it again", r.ID)
	}
	return nil
}
