package request_test

import (
	"log/slog"
	"testing"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The first entry of a request seals the version of flows.yaml that it was made under.
func TestRulesVersion(t *testing.T) {
	flows, err := flow.Parse("f", []byte("flows: [{name: f, admins: [root@example.com]}]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []int{0, 7} {
		s := newTable()
		api := request.New(request.Deps{
			Flows: flows, RulesVersion: version, Identify: caller{run.Person{ID: ada, Email: ada}}, Store: s, Executions: s, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler),
		})
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"f"}`, Headers: map[string]string{}})
		if err != nil || got.StatusCode != 201 {
			t.Fatal(got.StatusCode, err, got.Body)
		}
		described(t, "POST /requests", got)
		for _, r := range s.runs {
			if r.History[0].RulesVersion != version {
				t.Errorf("made under %d, recorded %d", version, r.History[0].RulesVersion)
			}
			if version == 0 {
				continue
			}
			r.History[0].RulesVersion++
			if run.VerifyEntries(r.History)[0] == nil {
				t.Error("another version in the record goes unnoticed")
			}
		}
	}
}
