package ask

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// maxRecent is how many runs of a person are counted at most, in one query of an
// index: more would not fit into DynamoDB's page of 1 MB.
const maxRecent = 250

// recent counts what the requester asked of the flow before. It is nil where the
// flow doesn't ask for it, and where there is more than can be counted exactly:
// a hook must not take a part for the whole.
func (s service) recent(ctx context.Context, f *flow.Flow, asked run.Asked, now time.Time) (*run.Recent, error) {
	if f.RecentSeconds == 0 {
		return nil, nil
	}
	n := &run.Recent{WindowSeconds: f.RecentSeconds}
	page, err := s.Store.Mine(ctx, asked.Requester.ID, store.Query{From: n.Since(now), Limit: maxRecent})
	if err != nil {
		return nil, err
	}
	if page.Next != "" {
		return nil, nil
	}
	for _, r := range page.Runs {
		if r.View.Flow == f.Name {
			n.Count(r.View, sameTarget(f, asked.Fields, r.View.Fields))
		}
	}
	return n, nil
}

// sameTarget tells whether two requests name the same in each field that is a
// target; a flow without such fields has no target.
func sameTarget(f *flow.Flow, a, b map[string]json.RawMessage) bool {
	some := false
	for _, field := range f.Fields {
		if field.Type != flow.TargetOf {
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
