package replay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// failed stands for people, because a hook failed.
const failed replay.Outcome = "failed"

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func asked() run.Draft {
	return run.Draft{
		ID: run.NewID(start), Reason: "because", DurationSeconds: 3600, Requester: run.Person{ID: "ada@example.com"},
		Flow: run.Flow{
			Name: "f", Hooks: "hooks", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, Strategy: json.RawMessage(`{}`),
			Review: run.ReviewRule{Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
			Shadow: true, FastTrack: &run.FastTrack{MaxPerHour: 1},
		},
	}
}

// answers returns a function that responds to each hook with the response of byHook.
func answers(t *testing.T, byHook map[run.HookName]string) replay.Function {
	return func(_ context.Context, document []byte) (replay.Answer, error) {
		var ask hookapi.Invocation
		if err := json.Unmarshal(document, &ask); err != nil {
			return replay.Answer{}, err
		}
		answer, there := byHook[ask.Hook]
		if !there {
			t.Errorf("%s is asked", ask.Hook)
		}
		if failure, fails := strings.CutPrefix(answer, "fail "); fails {
			return replay.Answer{FunctionError: "Unhandled", Payload: []byte(failure), Version: "7"}, nil
		}
		return replay.Answer{Payload: []byte(answer), Version: "7"}, nil
	}
}

// The outcome is what the engine makes of the responses: guards decide, failures go to
// people, and hooks that only get notified are not called.
func TestAsk(t *testing.T) {
	for name, tc := range map[string]struct {
		answers map[run.HookName]string
		outcome replay.Outcome
		says    string // in the reason, the errors or what was ignored
		checks  int
		seconds int
	}{
		"approves":               {map[run.HookName]string{run.OnRequest: `{"transition":"approve","reason":"low risk","duration_seconds":60,"checks":[{"name":"a","passed":true}],"subscriptions":["on_request","after_approve"]}`}, replay.Approve, "low risk", 1, 60},
		"approves, without one":  {map[run.HookName]string{run.OnRequest: `{"transition":"approve","subscriptions":["on_request"]}`}, replay.Approve, "Approved by on_request of f", 0, 3600},
		"denies":                 {map[run.HookName]string{run.OnRequest: `{"transition":"deny","reason":"never","subscriptions":["on_request"]}`}, replay.Deny, "never", 0, 3600},
		"a guard ignores":        {map[run.HookName]string{run.OnRequest: `{"transition":"approve","subscriptions":["on_request","on_approve"]}`, run.OnApprove: `{"transition":"ignore","message":"not you"}`}, replay.People, "not you", 0, 3600},
		"a guard denies":         {map[run.HookName]string{run.OnRequest: `{"transition":"approve","subscriptions":["on_request","on_approve"]}`, run.OnApprove: `{"transition":"deny","reason":"not you"}`}, replay.Deny, "not you", 0, 3600},
		"a guard fails":          {map[run.HookName]string{run.OnRequest: `{"transition":"approve","subscriptions":["on_request","on_approve"]}`, run.OnApprove: `[]`}, failed, "on_approve returned an invalid response", 0, 3600},
		"leaves it to people":    {map[run.HookName]string{run.OnRequest: `{"permissions":{"approvers":["bob@example.com"]},"checks":[{"name":"a","passed":false}],"subscriptions":["on_request","get_permissions","after_request"]}`}, replay.People, "", 1, 3600},
		"a reducer fails":        {map[run.HookName]string{run.OnRequest: `{"errors":[{"hook":"get_permissions","error":"Okta did not respond: 503"}],"subscriptions":["on_request"]}`}, failed, "Okta did not respond: 503", 0, 3600},
		"answers nonsense":       {map[run.HookName]string{run.OnRequest: `{"transition":"escalate","subscriptions":["on_request"]}`}, failed, `transition "escalate" is not one`, 0, 3600},
		"fails as a whole":       {map[run.HookName]string{run.OnRequest: `fail {"errorType":"KeyError","errorMessage":"'urgency'"}`, run.GetPermissions: `fail {"errorType":"KeyError","errorMessage":"'urgency'"}`}, failed, "on_request failed: 'urgency'", 0, 3600},
		"asks to approve longer": {map[run.HookName]string{run.OnRequest: `{"transition":"approve","duration_seconds":7200,"subscriptions":["on_request"]}`}, failed, "may only shorten", 0, 3600},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := replay.Ask(t.Context(), asked(), start, answers(t, tc.answers), replay.Options{Guards: true})
			if err != nil {
				t.Fatal(err)
			}
			if got.Failed() {
				got.Outcome = failed
			}
			if got.Outcome != tc.outcome || got.DurationSeconds != tc.seconds || len(got.Checks) != tc.checks || got.HooksVersion != "7" {
				t.Errorf("got %+v, want %s for %d s with %d checks", got, tc.outcome, tc.seconds, tc.checks)
			}
			if said := fmt.Sprint(got.Reason, got.Errors, got.Ignored); !strings.Contains(said, tc.says) {
				t.Errorf("it says %s, want %q", said, tc.says)
			}
			if toPeople := got.Outcome == replay.People || got.Outcome == failed; toPeople != (got.Review != nil) {
				t.Errorf("the review is %+v", got.Review)
			}
			if len(got.Asked) != len(tc.answers) {
				t.Errorf("asked %v", got.Asked)
			}
		})
	}
	got, err := replay.Ask(t.Context(), asked(), start, answers(t, map[run.HookName]string{run.OnRequest: `{"permissions":{"approvers":["bob@example.com"]},"subscriptions":["on_request"]}`}), replay.Options{})
	if err != nil || !slices.Equal(got.Review.Approvers, []string{"bob@example.com"}) {
		t.Errorf("%v would be asked (%v)", got.Review, err)
	}
}

// A hook that hangs fails at its time limit; a function that can't be called has no
// verdict.
func TestAskWithoutAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := func(ctx context.Context, _ []byte) (replay.Answer, error) {
			<-ctx.Done()
			return replay.Answer{}, ctx.Err()
		}
		got, err := replay.Ask(t.Context(), asked(), start, hangs, replay.Options{})
		if err != nil || !got.Failed() || !strings.Contains(fmt.Sprint(got.Errors), "did not respond within its time limit (10 s a hook)") {
			t.Errorf("got %+v (%v)", got, err)
		}
	})
	gone := errors.New("no such function")
	if _, err := replay.Ask(t.Context(), asked(), start, func(context.Context, []byte) (replay.Answer, error) { return replay.Answer{}, gone }, replay.Options{}); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
}

// Without Guards no hook is called that may change something elsewhere: the
// decision passes, every event says that it is a trial, and what was not called is
// named.
func TestATrialCallsOnRequestAndTheReducers(t *testing.T) {
	for name, tc := range map[string]struct {
		guards  bool
		answers map[run.HookName]string
		outcome replay.Outcome
		not     []run.HookName
	}{
		"approves": {false, map[run.HookName]string{run.OnRequest: `{"transition":"approve","subscriptions":["on_request","get_permissions","on_approve","after_approve","on_revoke"]}`},
			replay.Approve, []run.HookName{run.GetPermissions, run.OnApprove, run.AfterApprove, run.OnRevoke}},
		"denies": {false, map[run.HookName]string{run.OnRequest: `{"transition":"deny","subscriptions":["on_request","on_deny"]}`},
			replay.Deny, []run.HookName{run.OnDeny}},
		"leaves it to people": {false, map[run.HookName]string{run.OnRequest: `{"subscriptions":["on_request","get_permissions","get_notifications","after_request"]}`},
			replay.People, []run.HookName{run.AfterRequest}},
		"with guards": {true, map[run.HookName]string{
			run.OnRequest: `{"transition":"approve","subscriptions":["on_request","get_permissions","on_approve","after_approve"]}`,
			run.OnApprove: `{"transition":"ignore"}`, run.GetPermissions: `{}`,
		}, replay.People, []run.HookName{run.AfterApprove}},
		"without subscriptions": {false, map[run.HookName]string{run.OnRequest: `{"transition":"approve"}`},
			replay.Approve, run.HookNames()[1:]},
	} {
		t.Run(name, func(t *testing.T) {
			inner := answers(t, tc.answers)
			got, err := replay.Ask(t.Context(), asked(), start, func(ctx context.Context, document []byte) (replay.Answer, error) {
				var ask hookapi.Invocation
				if err := json.Unmarshal(document, &ask); err != nil || !ask.Trial {
					t.Errorf("%s is called without trial (%v)", ask.Hook, err)
				}
				return inner(ctx, document)
			}, replay.Options{Guards: tc.guards})
			if err != nil || got.Outcome != tc.outcome || !slices.Equal(got.NotCalled, tc.not) || len(got.Asked) != len(tc.answers) {
				t.Errorf("got %+v (%v), want %s without %v", got, err, tc.outcome, tc.not)
			}
		})
	}
}

// Where too few people could decide, it is the admins who would, as in the engine.
func TestAskKnowsWhoCouldDecide(t *testing.T) {
	a := asked()
	a.Flow.Review.Approvals = []run.Requirement{{Count: 2}}
	today := &run.Today{
		Flows:  map[string]run.TodayFlow{"f": {Admins: []string{"root@example.com"}, Approvers: []string{"group:sre"}}},
		Groups: map[string]run.TodayGroup{"sre": {Members: []string{"ada@example.com"}}},
	}
	got, err := replay.Ask(t.Context(), a, start, answers(t, map[run.HookName]string{run.OnRequest: `{"subscriptions":["on_request"]}`}), replay.Options{Today: today})
	if err != nil {
		t.Fatal(err)
	}
	if v := got.Review; v == nil || len(v.Approvers) != 1 || v.Approvers[0] != "admins" {
		t.Errorf("the review is %+v", v)
	}
}

// The store is in memory: hooks get what is there before, and what earlier hooks of the
// same request have put.
func TestAskWithAStore(t *testing.T) {
	a := asked()
	a.Flow.Store = &run.StoreRule{Person: []string{"count"}}
	kept, err := run.Shelves{}.After([]run.Put{{Scope: run.PerPerson, Key: "count", Value: json.RawMessage(`1`)}}, "before", start)
	if err != nil {
		t.Fatal(err)
	}
	kept.Person.Changed = false
	var saw []string
	counts := func(version string) replay.Function {
		return func(_ context.Context, document []byte) (replay.Answer, error) {
			var ask hookapi.Invocation
			if err := json.Unmarshal(document, &ask); err != nil {
				return replay.Answer{}, err
			}
			v := ask.Run.Store.Person["count"]
			saw = append(saw, fmt.Sprintf("%s %s", ask.Hook, v.Value))
			if ask.Hook == run.OnApprove {
				return replay.Answer{Payload: []byte(`{}`), Version: "7"}, nil
			}
			if version == "" {
				version = v.Version
			}
			return replay.Answer{Payload: fmt.Appendf(nil, `{"transition":"approve","puts":[{"scope":"person","key":"count","value":2,"if_version":%q}],"subscriptions":["on_request","on_approve"]}`, version), Version: "7"}, nil
		}
	}
	got, err := replay.Ask(t.Context(), a, start, counts(""), replay.Options{Guards: true, Store: kept})
	if err != nil || got.Outcome != replay.Approve || !slices.Equal(got.Kept, []string{"person/count"}) || len(saw) == 0 || saw[0] != "on_request 1" {
		t.Errorf("got %+v (%v) after %v", got, err, saw)
	}
	saw = nil
	if got, err = replay.Ask(t.Context(), a, start, counts("stale"), replay.Options{Guards: true, Store: kept}); err != nil || !got.Failed() || got.Kept != nil {
		t.Errorf("with another version: %+v (%v) after %v", got, err, saw)
	}
}
