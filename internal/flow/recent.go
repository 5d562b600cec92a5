package flow

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// MaxRecent is how many runs of a person are counted at most, in one query of an
// index: more would not fit into DynamoDB's page of 1 MB.
const MaxRecent = 250

// RecentSince is when the window begins that ends now.
func (f *Flow) RecentSince(now time.Time) time.Time {
	return now.Add(-time.Duration(f.RecentSeconds) * time.Second)
}

// Recent counts, for hooks, what the requester of fields asked of the flow
// before; earlier are all their runs within the flow's window, of any flow. It is
// nil where the flow doesn't want it.
func (f *Flow) Recent(fields map[string]json.RawMessage, earlier []run.Summary) *run.Recent {
	if f.RecentSeconds == 0 {
		return nil
	}
	n := &run.Recent{WindowSeconds: f.RecentSeconds}
	for _, r := range earlier {
		if r.View.Flow == f.Name {
			n.Count(r.View, f.sameTarget(fields, r.View.Fields))
		}
	}
	return n
}

// sameTarget reports whether two requests have the same value in each field of type
// target. It is false for a flow without such a field.
func (f *Flow) sameTarget(a, b map[string]json.RawMessage) bool {
	some := false
	for _, field := range f.Fields {
		if field.Type != TargetOf {
			continue
		}
		some = true
		if !bytes.Equal(targetID(a[field.Name]), targetID(b[field.Name])) {
			return false
		}
	}
	return some
}

func targetID(raw json.RawMessage) []byte {
	var t struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(raw, &t) != nil {
		return nil
	}
	return t.ID
}
