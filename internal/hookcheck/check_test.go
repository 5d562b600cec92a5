package hookcheck_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/away"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookcheck"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
)

// Each way in which a hook function is wrong is named.
func TestCheck(t *testing.T) {
	type asked struct {
		Version, Hook string
		Event         struct{ Channel string }
		Accepts       []string
		Tomorrow      any `json:"a_member_of_tomorrow"`
	}
	good := `{"version":"1","subscriptions":["on_request","on_approve"]}`
	calls := 0
	for name, tc := range map[string]struct {
		answer func(a asked) (int, string)
		want   []string
		wrong  bool
	}{
		"a good one": {func(a asked) (int, string) {
			if a.Version != "1" {
				return 500, ""
			}
			return 200, good
		}, nil, false},
		"one that doesn't look at the version": {func(asked) (int, string) { return 200, good }, []string{"it responds to a version that it can't know"}, false},
		"without subscriptions":                {func(asked) (int, string) { return 200, `{}` }, []string{"it returns no subscriptions"}, false},
		"backward": {func(a asked) (int, string) {
			if a.Hook == "on_escalate" {
				return 200, `{"transition":"deny","reason":"too late"}`
			}
			return 200, `{}`
		}, []string{`on_escalate returned an invalid response`}, true},
		"an unknown member": {func(asked) (int, string) { return 200, `{"decision":"approve"}` }, []string{"decision: unknown member"}, true},
		"no JSON":           {func(asked) (int, string) { return 200, `yes` }, []string{"must be a JSON object"}, true},
		"too long for":      {func(asked) (int, string) { return 200, `{"transition":"approve","duration_seconds":7200}` }, []string{"7200"}, true},
		"one that fails":    {func(asked) (int, string) { return 502, `` }, []string{"it failed: 502"}, true},
		"one that chokes on what is new": {func(a asked) (int, string) {
			if a.Tomorrow != nil {
				return 500, ""
			}
			return 200, good
		}, []string{"on_request, with an unknown member: it failed: 500"}, true},
		"one that sends all to everyone": {func(a asked) (int, string) {
			return 200, `{"version":"1","subscriptions":["on_request"],"flows":["*"]}`
		}, []string{"on_request, of an engine of version 1.0: it returns flows to an engine of version 1.0"}, true},
		"one that looks at accepts": {func(a asked) (int, string) {
			if len(a.Accepts) == 0 {
				return 200, good
			}
			return 200, `{"version":"1","subscriptions":["on_request","on_approve"],"flows":["*"]}`
		}, nil, false},
		"one that changes its mind": {func(a asked) (int, string) {
			if a.Hook == "on_request" {
				calls++
				return 200, fmt.Sprintf(`{"transition":%q}`, []string{"approve", "deny"}[calls%2])
			}
			return 200, `{}`
		}, []string{"must respond the same"}, true},
		"one that would not be asked": {func(a asked) (int, string) {
			if a.Hook == "on_deny" {
				return 200, `{"transition":"ignore","message":"no"}`
			}
			return 200, good
		}, []string{"it is not among its subscriptions"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			results := check(t, "aws-access", "../../flows.yaml", func(document []byte) (int, string) {
				var a asked
				if err := json.Unmarshal(document, &a); err != nil {
					t.Error(err)
				}
				return tc.answer(a)
			})
			if len(results) != 27 {
				t.Errorf("%d cases, want 27", len(results))
			}
			wantLines(t, results, tc.want, tc.wrong)
		})
	}
}

// A flow that grants access without an end has a case of it.
func TestCheck_UntilRevoked(t *testing.T) {
	results := check(t, "team-membership", "../../flows.yaml", func(document []byte) (int, string) {
		if strings.Contains(string(document), `"until_revoked":true`) {
			return 200, `{"version":"1","transition":"approve","duration_seconds":7776001,"subscriptions":["on_request"]}`
		}
		return 200, `{"version":"1","subscriptions":["on_request"]}`
	})
	if len(results) != 28 {
		t.Errorf("%d cases, want 28", len(results))
	}
	wantLines(t, results, []string{"on_request, until it is revoked: on_request returned an invalid response: duration_seconds must be at most 7776000"}, true)
}

// check checks a function that responds with a status and a body.
func check(t *testing.T, name, file string, answer func(document []byte) (int, string)) []hookcheck.Result {
	t.Helper()
	flows, err := flow.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	f, known := flows.Find(name)
	if !known {
		t.Fatalf("no flow %q", name)
	}
	about, err := hookcheck.FlowOf(f)
	if err != nil {
		t.Fatal(err)
	}
	return hookcheck.Check(t.Context(), func(_ context.Context, document []byte) (replay.Answer, error) {
		status, body := answer(document)
		if status != 200 {
			return replay.Answer{FunctionError: fmt.Sprint(status)}, nil
		}
		return replay.Answer{Payload: []byte(body)}, nil
	}, about, hookcheck.Options{Guards: true})
}

// wantLines checks that results say each of want, and whether any is wrong.
func wantLines(t *testing.T, results []hookcheck.Result, want []string, wrong bool) {
	t.Helper()
	var lines []string
	mistakes := 0
	for _, r := range results {
		mistakes += len(r.Mistakes)
		line := r.Case + ": " + strings.Join(append(r.Mistakes, r.Notes...), "; ")
		if r.Options != nil {
			line += fmt.Sprintf(" %d options", *r.Options)
		}
		lines = append(lines, line)
	}
	all := strings.Join(lines, "\n")
	if (mistakes > 0) != wrong {
		t.Errorf("%d mistakes, want some: %v\n%s", mistakes, wrong, all)
	}
	for _, w := range want {
		if !strings.Contains(all, w) {
			t.Errorf("%q is not in:\n%s", w, all)
		}
	}
}

// Without guards only on_request and the reducers are called; the other hooks are
// named.
func TestCheck_Trial(t *testing.T) {
	var called []string
	results := hookcheck.Check(t.Context(), func(_ context.Context, document []byte) (replay.Answer, error) {
		var a struct{ Hook string }
		err := json.Unmarshal(document, &a)
		called = append(called, a.Hook)
		return replay.Answer{Payload: []byte(`{}`)}, err
	}, hookcheck.SampleFlow(), hookcheck.Options{})
	var notCalled []string
	for _, r := range results {
		if r.NotCalled {
			notCalled = append(notCalled, r.Hook)
		}
	}
	slices.Sort(called)
	if got := slices.Compact(called); !slices.Equal(got, []string{"get_notifications", "get_permissions", "on_request"}) || !slices.Contains(notCalled, "on_approve") {
		t.Errorf("called %q, not called %q", got, notCalled)
	}
}

// A function that can't be called is checked once.
func TestCheck_CanNotBeCalled(t *testing.T) {
	results := hookcheck.Check(t.Context(), func(context.Context, []byte) (replay.Answer, error) {
		return replay.Answer{}, errors.New("no such function")
	}, hookcheck.SampleFlow(), hookcheck.Options{Guards: true})
	if len(results) != 1 || !slices.Equal(results[0].Mistakes, []string{"could not be invoked: no such function"}) {
		t.Errorf("got %+v", results)
	}
}

// Without AWS a hook may fail for it, which is noted. An invalid response stays a mistake,
// and so does a failure of another kind, even after a call.
func TestCheck_Refused(t *testing.T) {
	noAWS, err := away.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer noAWS.Close()
	const failure = "secret token not found: set FASTTRACK_SECRET_TOKEN"
	fails := `{"errors":[{"hook":"on_request","error":"` + failure + `"}]}`
	for name, tc := range map[string]struct {
		calls    bool
		response string
		refused  int
		mistake  string
	}{
		"a failure for want of AWS":    {true, fails, 7, ""},
		"a failure without a call":     {false, fails, 0, "on_request failed: " + failure},
		"a failure of its own":         {true, `{"errors":[{"hook":"on_request","error":"no var x"}]}`, 0, "on_request failed: no var x"},
		"a response, though it called": {true, `{}`, 0, ""},
		"an invalid response":          {true, `{"transition":"open"}`, 0, "on_request returned an invalid response"},
		"no JSON":                      {true, `yes`, 0, "must be a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			results := hookcheck.Check(t.Context(), func(_ context.Context, document []byte) (replay.Answer, error) {
				var a struct{ Version, Hook string }
				if err := json.Unmarshal(document, &a); err != nil || a.Version != "1" || a.Hook != "on_request" {
					return replay.Answer{Payload: []byte(`{}`)}, err
				}
				if tc.calls {
					getSecret(t, noAWS.URL(), "token")
				}
				return replay.Answer{Payload: []byte(tc.response)}, nil
			}, hookcheck.SampleFlow(), hookcheck.Options{Refused: noAWS.Refused})
			refused := 0
			var mistakes, notes []string
			for _, r := range results {
				mistakes, notes = append(mistakes, r.Mistakes...), append(notes, r.Notes...)
				if len(r.Refused) > 0 {
					refused++
				}
			}
			if refused != tc.refused || (len(mistakes) == 0) != (tc.mistake == "") || !strings.Contains(strings.Join(mistakes, "\n"), tc.mistake) {
				t.Errorf("%d were refused, mistakes %q; want %d, %q", refused, mistakes, tc.refused, tc.mistake)
			}
			if tc.refused > 0 && !slices.Contains(notes, "on_request failed: "+failure) {
				t.Errorf("the notes lack the failure: %q", notes)
			}
		})
	}
}

func getSecret(t *testing.T, url, name string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"SecretId":"`+name+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
}

// A hook that the function does not have is not among those that were not called.
func TestCheck_NotSubscribed(t *testing.T) {
	results := hookcheck.Check(t.Context(), func(context.Context, []byte) (replay.Answer, error) {
		return replay.Answer{Payload: []byte(`{"subscriptions":["on_request","on_deny"]}`)}, nil
	}, hookcheck.SampleFlow(), hookcheck.Options{})
	var notCalled []string
	for _, r := range results {
		if r.NotCalled {
			notCalled = append(notCalled, r.Hook)
		}
	}
	if !slices.Equal(notCalled, []string{"on_deny"}) {
		t.Errorf("not called: %q, want on_deny", notCalled)
	}
}
