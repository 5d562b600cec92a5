package engine_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// failed is the error of a function that names it as Step Functions names its own.
var failed = hookFailure("States.Runtime", `{"errorMessage":"the hook says so","errorType":"States.Runtime"}`)

// An execution that ended while a hook was called is that hook's failure, once.
func TestRecoverTakesAnErrorForTheHooksFailure(t *testing.T) {
	recovered := func(m *machine) {
		m.t.Helper()
		v := engine.Recovery{Execution: m.run.Engine.Execution, Failed: failed, Step: engine.Step{Acts: m.acts}}
		next, changed, err := engine.Recover(m.run, v, m.now)
		if err != nil || !changed {
			m.t.Fatal(changed, err)
		}
		if again, changed, err := engine.Recover(next, v, m.now); again != next || changed || err != nil {
			m.t.Error("recovered twice", err)
		}
		m.run = next
	}
	t.Run("on_request: it goes to people, as after any exception", func(t *testing.T) {
		m := newMachine(t, sampleFlow())
		recovered(m)
		m.asks(run.GetPermissions)
		m.step(engine.Step{Execution: 1, Response: &engine.HookResponse{Body: json.RawMessage(`{"subscriptions":[]}`), Version: "1"}})
		if m.run.Status != run.Pending || m.run.Engine.Execution != 1 || !strings.Contains(m.last().Error, "the hook says so") {
			t.Errorf("it is %s: %+v", m.run.Status, m.last())
		}
	})
	t.Run("an after-hook: it is noted, and over", func(t *testing.T) {
		m := newMachine(t, sampleFlow())
		m.answer(run.OnRequest, `{"transition":"deny","subscriptions":["after_deny"]}`)
		m.asks(run.AfterDeny)
		recovered(m)
		m.is(run.Denied, run.NextDenied)
	})
	t.Run("a guard: the approve does not count", func(t *testing.T) {
		m := pendingWith(t, "on_approve")
		m.act(run.Approve, grace, "")
		m.asks(run.OnApprove)
		recovered(m)
		m.is(run.Pending, run.NextReview)
	})
	t.Run("nothing was asked: nothing fails", func(t *testing.T) {
		m := pendingWith(t)
		entries := len(m.run.History)
		recovered(m)
		if len(m.run.History) != entries || m.run.Status != run.Pending {
			t.Errorf("it is %s: %+v", m.run.Status, m.last())
		}
	})
}

// What a function says itself is shown, whatever the name of its error.
func TestErrorsThatAreNamedAsTheServicesOwn(t *testing.T) {
	for _, name := range []string{"States.Runtime", "States.Timeout", "States.DataLimitExceeded", "Lambda.ResourceNotFoundException"} {
		m := newMachine(t, sampleFlow())
		m.fail(run.OnRequest, name, `{"errorMessage":"the hook says so","errorType":"`+name+`"}`)
		if m.run.Engine.Hook == run.GetPermissions {
			m.answer(run.GetPermissions, `{"subscriptions":[]}`)
		}
		if !strings.Contains(m.last().Error, "failed: the hook says so") {
			t.Errorf("%s: the history says %q", name, m.last().Error)
		}
	}
}
