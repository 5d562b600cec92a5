package simulate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/simulate"
)

// Values are given as hooks could have put them, and by no other name.
func TestStore(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	rule := &run.StoreRule{Person: []string{"count"}, Flow: []string{"ids/*"}}
	for name, tc := range map[string]struct {
		rule   *run.StoreRule
		values []string
		wrong  string
	}{
		"none":             {nil, nil, ""},
		"some":             {rule, []string{"person/count=2", `flow/ids/a={"b": "c=d"}`}, ""},
		"no store":         {nil, []string{"person/count=2"}, "the flow has no store"},
		"no value":         {rule, []string{"person/count"}, "must be SCOPE/KEY=JSON"},
		"no scope":         {rule, []string{"count=2"}, "must be SCOPE/KEY=JSON"},
		"another scope":    {rule, []string{"team/count=2"}, `team/count: scope: must be "person" or "flow"`},
		"an unknown key":   {rule, []string{"person/counts=2"}, `person/counts: key: the flow's store has no "counts" of scope person; it has count`},
		"no JSON":          {rule, []string{"person/count=two"}, "person/count: the value must be JSON"},
		"null":             {rule, []string{"person/count=null"}, "person/count: value: missing"},
		"too large":        {rule, []string{`person/count="` + strings.Repeat("x", run.MaxStoredValue) + `"`}, "person/count: value: 4098 bytes, more than 4096"},
		"twice":            {rule, []string{"person/count=1", "person/count=2"}, "person/count appears twice"},
		"more than a hook": {rule, strings.Fields("flow/ids/0=1 flow/ids/1=1 flow/ids/2=1 flow/ids/3=1 flow/ids/4=1 flow/ids/5=1 flow/ids/6=1 flow/ids/7=1 flow/ids/8=1 flow/ids/9=1 flow/ids/a=1"), "11 values of scope flow would be kept, more than 10"},
	} {
		t.Run(name, func(t *testing.T) {
			kept, err := simulate.Store(tc.rule, tc.values, now)
			if (tc.wrong == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.wrong) {
				t.Fatalf("got %v, want %q", err, tc.wrong)
			}
			if n := len(kept.Person.Values) + len(kept.Flow.Values); err == nil && n != len(tc.values) || kept.Changed() {
				t.Errorf("kept %+v", kept)
			}
		})
	}
}
