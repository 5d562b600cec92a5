package torture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// bad is how a hook function can fail.
var bad = map[string]func(ctx context.Context) ([]byte, error){
	"error": func(context.Context) ([]byte, error) { return nil, errors.New("the directory did not respond: 503") },
	"panic": func(context.Context) ([]byte, error) {
		return nil, messages.InvokeResponse_Error{Type: "string", Message: "a hook's panic"}
	},
	"exit": func(context.Context) ([]byte, error) {
		return nil, messages.InvokeResponse_Error{Type: "Runtime.ExitError", Message: "Runtime exited with error: exit status 3"}
	},
	// Names that Step Functions and Lambda have for errors of their own; nothing
	// catches the first.
	"States.Runtime":                   reserved("States.Runtime"),
	"States.DataLimitExceeded":         reserved("States.DataLimitExceeded"),
	"States.Timeout":                   reserved("States.Timeout"),
	"States.ALL":                       reserved("States.ALL"),
	"States.TaskFailed":                reserved("States.TaskFailed"),
	"Lambda.ServiceException":          reserved("Lambda.ServiceException"),
	"Lambda.ResourceNotFoundException": reserved("Lambda.ResourceNotFoundException"),
	"Refused":                          reserved("Refused"),
	"hang":                             func(ctx context.Context) ([]byte, error) { hang(ctx); return nil, ctx.Err() },
	"10 MB": func(context.Context) ([]byte, error) {
		return []byte(`"` + string(bytes.Repeat([]byte("x"), 10<<20)) + `"`), nil
	},
	"no JSON":        func(context.Context) ([]byte, error) { return []byte("approve, please"), nil },
	"a list":         func(context.Context) ([]byte, error) { return []byte(`["approve"]`), nil },
	"wrong type":     func(context.Context) ([]byte, error) { return []byte(`{"transition":true}`), nil },
	"unknown member": func(context.Context) ([]byte, error) { return []byte(`{"admin":true}`), nil },
	"nonsense":       func(context.Context) ([]byte, error) { return []byte(`{"transition":"launch"}`), nil },
	// No hook may cancel.
	"forbidden": func(context.Context) ([]byte, error) { return []byte(`{"transition":"cancel","reason":"no"}`), nil },
}

// reserved fails with an error of that name.
func reserved(name string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) {
		return nil, messages.InvokeResponse_Error{Type: name, Message: "the hook says so"}
	}
}

// lifecycle is the failure column: what becomes of a run whose hook fails.
var lifecycle = []struct {
	hook         run.HookName
	flow, reason string
	// acts are what Grace, or for cancel Ada, does, once the run waits for it.
	acts []string
	fail bool // giving fails
	want run.Status
	// given reports whether access was granted.
	given bool
}{
	{hook: run.OnRequest, flow: "plain", want: run.Expired},
	{hook: run.AfterRequest, flow: "plain", acts: []string{"approve"}, want: run.Approved},
	{hook: run.OnApprove, flow: "plain", acts: []string{"approve"}, want: run.Expired},
	{hook: run.OnApprove, flow: "access", reason: "fast", want: run.Expired},
	{hook: run.AfterApprove, flow: "plain", acts: []string{"approve"}, want: run.Approved},
	{hook: run.OnDeny, flow: "plain", acts: []string{"deny"}, want: run.Denied},
	{hook: run.OnDeny, flow: "plain", reason: "never", want: run.Denied},
	{hook: run.AfterDeny, flow: "plain", acts: []string{"deny"}, want: run.Denied},
	{hook: run.OnExpire, flow: "plain", want: run.Expired},
	{hook: run.AfterExpire, flow: "plain", want: run.Expired},
	{hook: run.AfterCancel, flow: "plain", acts: []string{"cancel"}, want: run.Canceled},
	{hook: run.OnEscalate, flow: "access", reason: "fast", want: run.Failed},
	{hook: run.AfterEscalate, flow: "access", reason: "fast", want: run.Ended, given: true},
	{hook: run.OnDeescalate, flow: "access", reason: "fast", want: run.Ended, given: true},
	{hook: run.AfterDeescalate, flow: "access", reason: "fast", want: run.Ended, given: true},
	{hook: run.OnRevoke, flow: "access", reason: "fast", acts: []string{"revoke"}, want: run.Revoked, given: true},
	{hook: run.AfterRevoke, flow: "access", reason: "fast", acts: []string{"revoke"}, want: run.Revoked, given: true},
	{hook: run.AfterFail, flow: "access", reason: "fast", fail: true, want: run.Failed, given: true},
}

// However a hook fails, and whichever it is, the run ends as the lifecycle says,
// and its history says what was wrong.
func TestBadHooks(t *testing.T) {
	var c count
	t.Cleanup(func() { c.report(t, "bad hooks") })
	every := tally.Of(12, 4)
	kinds := make([]string, 0, len(bad))
	for kind := range bad {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for i, tc := range lifecycle {
		for j, kind := range kinds {
			if (i+j)%every != 0 && kind != "States.Runtime" {
				continue
			}
			t.Run(fmt.Sprintf("%s %s: %s", tc.flow, tc.hook, kind), func(t *testing.T) {
				t.Parallel()
				var met atomic.Int64
				p := newPlay(t, setup{
					world: func(w *world) {
						if tc.fail {
							w.give = func(w *world, key string) error { w.set(key, true); return strategy.Refuse("no such user") }
						}
					},
					local: func(o *localaws.Options) {
						o.Functions["HooksFunction"] = func(ctx context.Context, asked []byte) ([]byte, error) {
							var ask struct {
								Hook run.HookName
								Run  struct{ Reason string }
							}
							if err := json.Unmarshal(asked, &ask); err != nil {
								return nil, err
							}
							switch {
							case ask.Hook == tc.hook:
								met.Add(1)
								return bad[kind](ctx)
							case ask.Hook == run.OnRequest && ask.Run.Reason == "fast":
								return []byte(`{"transition":"approve","reason":"Fast."}`), nil
							case ask.Hook == run.OnRequest && ask.Run.Reason == "never":
								return []byte(`{"transition":"deny","reason":"Never."}`), nil
							}
							return []byte(`{}`), nil
						}
					},
				})
				id := p.ask(tc.flow, tc.reason)
				for _, act := range tc.acts {
					who := "grace@example.com"
					switch act {
					case "cancel":
						who = "ada@example.com"
						p.pending(id)
					case "revoke":
						p.isActive(id)
					default:
						p.pending(id)
					}
					p.acts(who, id, act)
				}
				p.over()
				for _, wrong := range p.holds(tc.want) {
					t.Error(wrong)
				}
				c.cases.Add(1)
				c.fired.Add(met.Load())
				if met.Load() == 0 {
					t.Error("the hook was not asked")
				}
				r := p.load(id)
				if r.Engine.Execution > 1 {
					t.Errorf("it took %d recoveries", r.Engine.Execution)
				}
				said := false
				for _, e := range r.History {
					said = said || strings.Contains(e.Error, string(tc.hook)) || strings.Contains(e.Reason, string(tc.hook))
				}
				if !said {
					t.Errorf("the history does not say that %s failed: %+v", tc.hook, r.History)
				}
				if given := len(p.world.changes) > 0; given != tc.given {
					t.Errorf("access given is %v, want %v", given, tc.given)
				}
				if !t.Failed() {
					c.held.Add(1)
				}
			})
		}
	}
}
