package hook_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

// noError is an error type whose nil pointer can't say what it is: returned as
// an error it is none that is nil.
type noError struct{ text string }

func (e *noError) Error() string { return e.text }

// answered is what an answer says, as far as these tests look.
type answered struct {
	Transition    string       `json:"transition"`
	Checks        []hook.Check `json:"checks"`
	Permissions   any          `json:"permissions"`
	Notifications any          `json:"notifications"`
	Output        any          `json:"output"`
	Errors        []struct{ Hook, Error string }
}

func answers(t *testing.T, ctx context.Context, h hook.Hooks, asked json.RawMessage) answered {
	t.Helper()
	raw, err := hook.Flows{"*": h}.Respond(ctx, asked)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) > 64<<10 {
		t.Errorf("the answer has %d bytes", len(raw))
	}
	var a answered
	if err := json.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// fails wants exactly one error, of that hook and with that text.
func fails(t *testing.T, a answered, hookName, want string) {
	t.Helper()
	if len(a.Errors) != 1 || a.Errors[0].Hook != hookName || !strings.Contains(a.Errors[0].Error, want) {
		t.Errorf("errors are %+v, want %q of %s", a.Errors, want, hookName)
	}
	if a.Transition != "" {
		t.Errorf("a failed hook decided: %s", a.Transition)
	}
}

// An outcome that the engine would refuse is the failure of its hook, so that the outcomes
// of the others stand.
func TestUnfitOutcomes(t *testing.T) {
	long := strings.Repeat("x", 1001)
	many := make([]hook.Check, 51)
	for i := range many {
		many[i].Name = "a"
	}
	wide := make([]hook.Check, 30)
	for i := range wide {
		wide[i] = hook.Check{Name: strings.Repeat("ö", 1000), Detail: strings.Repeat("ö", 1000)}
	}
	approve := func(o hook.FromApprove) hook.Hooks {
		return hook.Hooks{OnApprove: func(context.Context, *hook.Event) (hook.FromApprove, error) { return o, nil }}
	}
	for name, tc := range map[string]struct {
		hooks hook.Hooks
		want  string
	}{
		"a typed nil":      {approve((*hook.Approval)(nil)), "it returned *hook.Approval"},
		"a pointer":        {approve(pointerTo(hook.Approve("x"))), "it returned *hook.Approval"},
		"a long message":   {approve(hook.Ignore(strings.Repeat("x", 2001))), "its message: 2001 characters"},
		"a DEL":            {approve(hook.Deny("\x7f")), "control character U+007F"},
		"a C1 control":     {approve(hook.Deny("\u0085")), "control character U+0085"},
		"a nameless check": {approve(hook.Approve("x").Because(hook.Check{})), "it has no name"},
		"a long detail":    {approve(hook.Deny("x").Because(hook.Check{Name: "a", Detail: long})), "detail: 1001 characters"},
		"many checks":      {approve(hook.Approve("x").Because(many...)), "51 checks in one invocation, more than 50"},
		"large evidence":   {approve(hook.Approve("x").Because(wide...)), "bytes, more than 49152"},
		"an error that can't say": {hook.Hooks{OnApprove: func(context.Context, *hook.Event) (hook.FromApprove, error) {
			var err *noError
			return hook.Continue(), err
		}}, "panic: runtime error: invalid memory address"},
		"an error that says nothing": {hook.Hooks{OnApprove: func(context.Context, *hook.Event) (hook.FromApprove, error) {
			return hook.Continue(), errors.New("\n")
		}}, "without saying why"},
		"a check recorded in passing": {hook.Hooks{OnApprove: func(_ context.Context, e *hook.Event) (hook.FromApprove, error) {
			e.Check("a\tb", true, "")
			return hook.Approve("x"), nil
		}}, "a check's name"},
		"an output that is no JSON": {hook.Hooks{OnApprove: func(_ context.Context, e *hook.Event) (hook.FromApprove, error) {
			e.Output(func() {})
			return hook.Approve("x"), nil
		}}, "output: json: unsupported type"},
	} {
		t.Run(name, func(t *testing.T) {
			fails(t, answers(t, t.Context(), tc.hooks, hooktest.Invocation(hooktest.Hook("on_approve"))), "on_approve", tc.want)
		})
	}
}

// Who decides, where that was not said as it must be, is a failure of that hook
// alone.
func TestUnfitReducers(t *testing.T) {
	thousand := make([]string, 1001)
	for i := range thousand {
		thousand[i] = "a@example.com"
	}
	for name, tc := range map[string]struct {
		permissions hook.Permissions
		want        string
	}{
		"a bare name":      {hook.Permissions{Approvers: []string{"sre"}}, `Approvers: "sre" is neither`},
		"a nameless group": {hook.Permissions{Viewers: []string{"group:"}}, `Viewers: "group:" is neither`},
		"too many":         {hook.Permissions{Approvers: thousand}, "1001 of them"},
		"kept and more":    {hook.Permissions{Approvers: append(slices.Clone(hook.Keep), "a@example.com")}, "hook.Keep can't be combined"},
		"nobody":           {hook.Permissions{Approvals: []hook.Requirement{{Count: 0}}}, "a Count in Approvals must be 1 to 20"},
		"a crowd":          {hook.Permissions{Approvals: []hook.Requirement{{Count: 11}, {Count: 10}}}, "21 people in Approvals, more than 20"},
		"from nobody":      {hook.Permissions{Approvals: []hook.Requirement{{From: "x", Count: 1}}}, `"x" is neither`},
		"a past time":      {hook.Permissions{TimeoutSeconds: -1}, "TimeoutSeconds must be 0 to 2592000"},
	} {
		t.Run(name, func(t *testing.T) {
			a := answers(t, t.Context(), hook.Hooks{
				OnRequest:        func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Continue(), nil },
				GetPermissions:   func(context.Context, *hook.Event) (hook.Permissions, error) { return tc.permissions, nil },
				GetNotifications: func(context.Context, *hook.Event) ([]hook.Notification, error) { return []hook.Notification{}, nil },
			}, hooktest.Invocation())
			fails(t, a, "get_permissions", tc.want)
			if a.Permissions != nil || a.Notifications == nil {
				t.Errorf("got permissions %v and notifications %v, want none and an empty list", a.Permissions, a.Notifications)
			}
		})
	}
	for name, tc := range map[string]struct {
		list []hook.Notification
		want string
	}{
		"nobody":    {[]hook.Notification{{}}, "To names nobody"},
		"no name":   {[]hook.Notification{{To: []string{""}}}, "an empty name"},
		"too many":  {[]hook.Notification{{To: thousand[:101]}}, "names 101"},
		"too long":  {[]hook.Notification{{To: []string{"a"}, WaitSeconds: 2592001}}, "WaitSeconds must be 0 to 2592000"},
		"a long to": {[]hook.Notification{{To: []string{strings.Repeat("x", 321)}}}, "321 characters"},
		"a list":    {make([]hook.Notification, 51), "51 notifications"},
	} {
		t.Run("notify "+name, func(t *testing.T) {
			a := answers(t, t.Context(), hook.Hooks{
				GetNotifications: func(context.Context, *hook.Event) ([]hook.Notification, error) { return tc.list, nil },
			}, hooktest.Invocation(hooktest.Hook("get_notifications")))
			fails(t, a, "get_notifications", tc.want)
		})
	}
}

// What a hook found out before it failed is evidence all the same; what one that
// hangs writes is not looked at.
func TestEvidenceOfFailedHooks(t *testing.T) {
	found := func(fail func() (hook.FromApprove, error)) hook.Hooks {
		return hook.Hooks{OnApprove: func(_ context.Context, e *hook.Event) (hook.FromApprove, error) {
			e.Check("on call", false, "")
			return fail()
		}}
	}
	asked := json.RawMessage(strings.Replace(string(hooktest.Invocation(hooktest.Hook("on_approve"))), "{", `{"timeout_seconds":1,`, 1))
	for name, tc := range map[string]struct {
		hooks hook.Hooks
		want  int
	}{
		"an error": {found(func() (hook.FromApprove, error) { return nil, errors.New("x") }), 1},
		"a panic":  {found(func() (hook.FromApprove, error) { panic("x") }), 1},
		"a hang":   {found(func() (hook.FromApprove, error) { select {} }), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if a := answers(t, t.Context(), tc.hooks, asked); len(a.Errors) != 1 || len(a.Checks) != tc.want {
				t.Errorf("got errors %+v and checks %+v, want one and %d", a.Errors, a.Checks, tc.want)
			}
		})
	}
}

// A hook that hangs does not take the others' answers with it when the
// function's own time is short.
func TestAnswersBeforeTheFunctionEnds(t *testing.T) {
	deadline := time.Now().Add(500 * time.Millisecond)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	a := answers(t, ctx, hook.Hooks{
		OnRequest:      func(context.Context, *hook.Event) (hook.FromRequest, error) { select {} },
		GetPermissions: func(context.Context, *hook.Event) (hook.Permissions, error) { return hook.Permissions{}, nil },
	}, hooktest.Invocation())
	if !time.Now().Before(deadline) {
		t.Error("the answer came after the function's end")
	}
	if len(a.Errors) != 2 || !strings.Contains(a.Errors[0].Error, "it did not return within") || !strings.Contains(a.Errors[1].Error, "no time was left") {
		t.Errorf("errors are %+v", a.Errors)
	}
}

// A hook's context ends with its limit.
func TestContextOfAHook(t *testing.T) {
	seen := make(chan time.Duration, 1)
	answers(t, t.Context(), hook.Hooks{AfterDeny: func(ctx context.Context, _ *hook.Event) error {
		end, _ := ctx.Deadline()
		seen <- time.Until(end)
		return nil
	}}, hooktest.Invocation(hooktest.Hook("after_deny")))
	if left := <-seen; left <= 9*time.Second || left > 10*time.Second {
		t.Errorf("it has %s, want the 10s that hold where nothing is said", left)
	}
}

// What OnRequest kept, the reducers of the same invocation read; and an
// invocation keeps one.
func TestOutputWithinAnInvocation(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		var read string
		a := answers(t, t.Context(), hook.Hooks{
			OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
				e.Output(map[string]string{"team": "<sre>"})
				return hook.Continue(), nil
			},
			GetPermissions: func(_ context.Context, e *hook.Event) (hook.Permissions, error) {
				read, _ = e.Step("on_request").Lookup("team")
				if keeps {
					e.Output(1)
				}
				return hook.Permissions{}, nil
			},
		}, hooktest.Invocation())
		if read != "<sre>" || a.Output.(map[string]any)["team"] != "<sre>" {
			t.Errorf("read %q, kept %v", read, a.Output)
		}
		if keeps {
			fails(t, a, "get_permissions", "an invocation keeps one")
		} else if len(a.Errors) != 0 {
			t.Errorf("errors are %+v", a.Errors)
		}
	}
}

// A flow without recent: differs from one without earlier requests.
func TestRecent(t *testing.T) {
	if r, there := hooktest.Event().Recent(); there || r != (hook.Recent{}) {
		t.Errorf("got %+v %v, want none", r, there)
	}
	want := hook.Recent{Window: time.Hour, Requested: 4, Approved: 3, Denied: 1, Escalated: 3, SameTarget: hook.SameTarget{Approved: 2}}
	if r, there := hooktest.Event(hooktest.Recent(want)).Recent(); !there || r != want {
		t.Errorf("got %+v %v, want %+v", r, there, want)
	}
}

func pointerTo[T any](v T) *T { return &v }
