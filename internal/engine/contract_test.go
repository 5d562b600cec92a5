package engine_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A member that this engine does not know is the hook's failure in a response of
// its own version. In one of a newer minor version it is ignored, and the history
// names it.
func TestMembersThatAreNotKnown(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		fails  string // part of the error, "" for none
		named  []string
	}{
		"own version":         {`{"version":"1","priority":1}`, "priority: unknown member", nil},
		"own version, 1.0":    {`{"version":"1.0","priority":1}`, "priority: unknown member", nil},
		"without a version":   {`{"priority":1}`, "priority: unknown member", nil},
		"newer":               {`{"version":"1.2","priority":1,"zeal":[{}]}`, "", []string{"priority", "zeal"}},
		"newer, inside":       {`{"version":"1.2","checks":[{"name":"a","passed":true,"link":"x"}],"permissions":{"approvals":2,"quorum":1}}`, "", []string{"checks.link", "permissions.quorum"}},
		"newer, miswritten":   {`{"version":"1.2","permissions":{"Approvers":["eve@example.com"]}}`, "did you mean approvers?", nil},
		"newer, wrong type":   {`{"version":"1.2","transition":7}`, "must be a string, got a number", nil},
		"newer, forbidden":    {`{"version":"1.2","transition":"revoke"}`, "not one that on_request may return", nil},
		"a newer one at all":  {`{"version":"2","priority":1}`, `unsupported contract version "2"; supported: "1"`, nil},
		"a version that none": {`{"version":"1.x"}`, `unsupported contract version "1.x"`, nil},
		"newer, nothing new":  {`{"version":"1.2","reason":"a"}`, "", nil},
		"its members":         {`{"version":"1","flows":["sample"],"subscriptions":["on_request"]}`, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, sampleFlow())
			m.answer(run.OnRequest, tc.answer)
			for m.run.Engine.Next == run.NextHook {
				m.answer(m.run.Engine.Hook, `{}`)
			}
			m.is(run.Pending, run.NextReview)
			errs, named := "", []string(nil)
			for _, e := range m.run.History {
				errs += e.Error
				named = append(named, e.IgnoredMembers...)
			}
			if (tc.fails == "") != (errs == "") || !strings.Contains(errs, tc.fails) {
				t.Errorf("the errors are %q, want %q", errs, tc.fails)
			}
			if !slices.Equal(named, tc.named) {
				t.Errorf("the history names %q, want %q", named, tc.named)
			}
		})
	}
}

// What is ignored is named also if other hooks run before the next entry.
func TestIgnoredMembersAreNamedLater(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, `{"version":"1.1","transition":"approve","priority":1,"subscriptions":["on_request","on_approve"]}`)
	m.answer(run.OnApprove, `{"version":"1.1","priority":1,"zeal":1}`)
	m.is(run.Approved, run.NextApproved)
	if got := m.last().IgnoredMembers; !slices.Equal(got, []string{"priority", "zeal"}) {
		t.Errorf("the entry names %q", got)
	}
}

// A function that has no hooks for the run's flow fails the hook: its guard may
// stand under the name that the flow had.
func TestAFunctionWithoutHooksForTheFlow(t *testing.T) {
	for flows, knows := range map[string]bool{`["sample"]`: true, `["*"]`: true, `["other","*"]`: true, `["other"]`: false, `[]`: false, `["Sample"]`: false} {
		m := newMachine(t, sampleFlow())
		m.answer(run.OnRequest, `{"transition":"approve","permissions":{"approvers":["eve@example.com"]},"subscriptions":["on_request"],"flows":`+flows+`}`)
		if knows {
			m.is(run.Approved, run.NextApproved)
			continue
		}
		for m.run.Engine.Next == run.NextHook {
			m.answer(m.run.Engine.Hook, `{}`)
		}
		m.is(run.Pending, run.NextReview)
		if got := m.run.Review; !slices.Equal(got.Approvers, []string{"admins"}) || len(got.Errors) == 0 || !strings.Contains(got.Errors[0].Error, `has no hooks for the flow "sample"`) {
			t.Errorf("%s: the review is %+v", flows, got)
		}
	}
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, `{"subscriptions":["on_request","on_approve"],"flows":["sample"]}`)
	m.act(run.Approve, grace, "")
	m.answer(run.OnApprove, `{"flows":["renamed"]}`)
	m.is(run.Pending, run.NextReview)
	m.act(run.Approve, root, "")
	m.asks(run.OnApprove) // still guarded: a failed response says nothing of hooks
}

// The event of a hook lists what the engine accepts and what the flow declares.
func TestWhatAHookIsTold(t *testing.T) {
	f := sampleFlow()
	f.Fields, f.Vars = []string{"urgency", "pin"}, json.RawMessage(`{"team":"sre","b":null}`)
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, FlowVersion: "0a1b2c"})
	ask := func() hookapi.Invocation {
		t.Helper()
		doc, err := stepfn.NewDocument(m.run, m.now, nil)
		if err != nil {
			t.Fatal(err)
		}
		return doc.Hook.Invocation
	}
	a := ask()
	if d := a.Flow; d == nil || d.Name != "sample" || !slices.Equal(d.Fields, f.Fields) || !slices.Equal(d.VarsDeclared, []string{"b", "team"}) || d.Version != "0a1b2c" {
		t.Errorf("it declares %+v", d)
	}
	if !slices.Contains(a.Accepts, "flows") || len(a.Accepts) != 12 || a.Trial {
		t.Errorf("it accepts %q, trial %v", a.Accepts, a.Trial)
	}
	f.Vars, f.Fields = nil, []string{}
	m = newMachine(t, f)
	raw, err := json.Marshal(ask())
	if err != nil || !strings.Contains(string(raw), `"fields":[],"vars_declared":[]`) {
		t.Errorf("a flow without either is %s (%v)", raw, err)
	}
	f.Fields = nil // of an older release
	m = newMachine(t, f)
	if a := ask(); a.Flow != nil {
		t.Errorf("it declares %+v", a.Flow)
	}
}

// In shadow mode the response of on_request decides nothing, and the hook is
// informed; what follows counts.
func TestShadowModeIsATrial(t *testing.T) {
	f := sampleFlow()
	f.Shadow = true
	m := newMachine(t, f)
	trial := func() bool {
		t.Helper()
		doc, err := stepfn.NewDocument(m.run, m.now, nil)
		if err != nil {
			t.Fatal(err)
		}
		return doc.Hook.Invocation.Trial
	}
	if !trial() {
		t.Error("on_request is not told that it is a trial")
	}
	m.answer(run.OnRequest, `{"transition":"approve","subscriptions":["on_request","on_approve","get_permissions"]}`)
	m.asks(run.GetPermissions)
	if trial() {
		t.Error("get_permissions is a trial, but its response counts")
	}
	m.answer(run.GetPermissions, `{}`)
	m.act(run.Approve, grace, "")
	m.asks(run.OnApprove)
	if trial() {
		t.Error("a person's approve is a trial")
	}
}
