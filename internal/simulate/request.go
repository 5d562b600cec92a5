package simulate

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// Request is the body of a POST /requests.
type Request struct {
	Flow            string                     `json:"flow"`
	Fields          map[string]json.RawMessage `json:"fields"`
	DurationSeconds *int                       `json:"duration_seconds"`
	Reason          string                     `json:"reason"`
	Context         json.RawMessage            `json:"context"`
}

// ReadRequest reads a body as functions/request does: no unknown members.
func ReadRequest(raw []byte) (Request, error) {
	var r Request
	err := strictjson.Decode(raw, &r)
	return r, err
}

// Person returns a requester as the directory of a file has them: by e-mail address,
// or by the ARN of a machine.
func Person(file *flow.File, id string, groups []string) run.Person {
	who, known := file.Directory.Lookup(id)
	if !known {
		who = run.Person{ID: id, Machine: !strings.Contains(id, "@")}
		if !who.Machine {
			who.Email = id
		}
	}
	return file.Directory.WithTokenGroups(who, groups)
}

// Check checks a request of a flow as functions/request does. block is the flow as
// its runs keep it. The error names every wrong field.
func Check(f *flow.Flow, block run.Flow, who run.Person, r Request) (run.Draft, error) {
	if !f.MayAsk(who) {
		return run.Draft{}, fmt.Errorf("%s is not among the requesters of flow %q, or does not see it", who.ID, f.Name)
	}
	checked, wrong := f.Check(flow.Request{Fields: r.Fields, DurationSeconds: r.DurationSeconds, Reason: r.Reason})
	if len(wrong) > 0 {
		lines := make([]string, 0, len(wrong))
		for _, w := range wrong {
			lines = append(lines, w.Field+": "+w.Detail)
		}
		return run.Draft{}, errors.New(strings.Join(lines, "\n"))
	}
	return run.Draft{
		Flow: block, Requester: who, Channel: run.ViaAPI, Fields: checked.Fields, Sensitive: checked.Sensitive,
		Reason: r.Reason, DurationSeconds: checked.DurationSeconds, Context: r.Context,
	}, nil
}
