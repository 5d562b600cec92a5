package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A flow without hooks goes to people whatever the function responds that its
// first state calls, also if it fails, and no other hook is ever called.
func TestAFlowWithoutHooks(t *testing.T) {
	for name, heard := range map[string]func(m *machine){
		"as it should": func(m *machine) { m.answer(run.OnRequest, `{"version":"1","subscriptions":[],"flows":["a"]}`) },
		"an approve": func(m *machine) {
			m.answer(run.OnRequest, `{"transition":"approve","subscriptions":["on_request","on_approve"]}`)
		},
		"permissions": func(m *machine) {
			m.answer(run.OnRequest, `{"permissions":{"approvers":["everyone"],"self_approval":true}}`)
		},
		"nonsense":       func(m *machine) { m.answer(run.OnRequest, `[]`) },
		"it fails":       func(m *machine) { m.fail(run.OnRequest, "Lambda.ResourceNotFoundException", "no such function") },
		"it has no time": func(m *machine) { m.fail(run.OnRequest, "States.Timeout", "") },
	} {
		t.Run(name, func(t *testing.T) {
			f := sampleFlow()
			f.NoHooks = true
			f.Strategy = []byte(`{"type":"lambda","function":"f"}`)
			m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, DurationSeconds: 3600})
			doc, err := stepfn.NewDocument(m.run, m.now, nil)
			if err != nil || doc.Hook.Function != f.Hooks || doc.Hook.Invocation.Hook != hookapi.NoHook {
				t.Errorf("the function is called with %+v (%v)", doc.Hook, err)
			}
			heard(m)
			m.is(run.Pending, run.NextReview)
			r := m.run.Review
			if !slices.Equal(r.Approvers, []string{"group:sre"}) || r.SelfApproval || len(r.Errors) > 0 || m.last().Error != "" {
				t.Errorf("the review is %+v", r)
			}
			m.version = "2" // a guard that was deployed since
			m.act(run.Approve, grace, "")
			m.is(run.Approved, run.NextGrant)
			if m.run.LacksGuard() {
				t.Error("a guard is looked for")
			}
			m.granted()
			m.is(run.Active, run.NextActive)
			m.pass(time.Hour)
			m.taken()
			m.is(run.Ended, run.NextEnded)
		})
	}
}
