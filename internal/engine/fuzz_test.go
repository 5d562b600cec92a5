package engine_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// What is canonical stays as it is, and values that are equal have the same
// bytes however they are written.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		`{ "b": 1, "a": [ true, null ] }`, `{"\ud83d\ude00":1,"\ufb33":2}`, `[333333333.33333329,1E30,4.50,2e-3]`, `[-0,1e21,1e-7]`,
		`"\ud800"`, `1e999`, `1 2`, `1}`, `"<&>\u2028"`, "\"\xff\"", `{"a":1,"a":2}`, `5e-324`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		once, err := run.Canonical(json.RawMessage(raw))
		if err != nil {
			return
		}
		if !json.Valid(raw) {
			t.Fatalf("%q is no JSON and gives %q", raw, once)
		}
		if !json.Valid(once) || !utf8.Valid(once) {
			t.Fatalf("%q gives %q", raw, once)
		}
		twice, err := run.Canonical(json.RawMessage(once))
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q gives %q, which gives %q (%v)", raw, once, twice, err)
		}
		var before, after any
		if json.Unmarshal(raw, &before) != nil || json.Unmarshal(once, &after) != nil || !reflect.DeepEqual(before, after) {
			t.Fatalf("%q means %v, %q means %v", raw, before, once, after)
		}
		other, err := json.MarshalIndent(before, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := run.Canonical(json.RawMessage(other)); err != nil || !bytes.Equal(once, again) {
			t.Fatalf("%q gives %q, written as %q it gives %q (%v)", raw, once, other, again, err)
		}
	})
}

// Whatever a hook responds, the run goes on: what is wrong is said in words that
// begin with a hook's name, and an answer that is wrong decides nothing.
func FuzzHookAnswer(f *testing.F) {
	for i := range run.HookNames() {
		for _, seed := range []string{
			`{"version":"1","transition":"approve","reason":"r","duration_seconds":60,"checks":[{"name":"n","passed":true}],"output":{"a":[1]},"subscriptions":["on_approve"]}`,
			`{"transition":"deny","errors":[{"hook":"get_permissions","error":"oh"}]}`, `{"transition":"ignore","message":"no"}`, `{"output":1e999}`, `{"output":"\ud800"}`,
			`{"permissions":{"approvers":["everyone"],"approvals":2,"timeout_seconds":5},"notifications":[{"to":["group:sre"],"wait_seconds":1}]}`,
			`{"transition":"deny","transition":"approve"}`, `{"checks":[{"name":"n","Passed":true}]}`, `{"errors":[{"hook":"on_request","hook":"on_deny","error":"oh"}]}`,
			`null`, `[]`, `{"transition":"revoke"}`, `{"transition":"expire"}`, `{"transition":"escalate"}`, `{"transition":"deescalate"}`,
		} {
			f.Add(i, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, n int, raw []byte) {
		names := run.HookNames()
		hook := names[int(uint(n)%uint(len(names)))]
		got := hookapi.CheckResponse(hook, "sample", raw, 3600)
		for _, mistake := range got.Mistakes {
			name, said, _ := strings.Cut(mistake, " ")
			if !run.KnownHook(name) || said == "" || !utf8.ValidString(mistake) || text.CheckLine(mistake, 1000) != nil {
				t.Fatalf("%s %q: it says %q", hook, raw, mistake)
			}
			if name == string(hook) && (got.Transition != "" || got.Reason != "" || got.DurationSeconds != 0) {
				t.Fatalf("%s %q: %+v holds although %s", hook, raw, got, mistake)
			}
		}
		if len(got.Mistakes) == 0 && len(bytes.TrimSpace(raw)) > 0 && !json.Valid(raw) {
			t.Fatalf("%s %q is no JSON and nothing is wrong with it", hook, raw)
		}
		if flaw := strictjson.Check(raw); flaw != nil && len(got.Mistakes) == 0 && len(bytes.TrimSpace(raw)) > 0 {
			t.Fatalf("%s %q: nothing is wrong with it, although %v", hook, raw, flaw)
		}
		if text.CheckLine(got.Reason, run.MaxReason) != nil || !utf8.ValidString(got.Reason) || got.DurationSeconds < 0 || got.DurationSeconds > 3600 {
			t.Fatalf("%s %q: %+v", hook, raw, got)
		}
		if again := hookapi.CheckResponse(hook, "sample", raw, 3600); !reflect.DeepEqual(got, again) {
			t.Fatalf("%s %q: %+v, then %+v", hook, raw, got, again)
		}
		if hook == run.OnRequest {
			heard(t, raw)
		}
	})
}

// heard has on_request answer a run without access, for real.
func heard(t *testing.T, raw []byte) {
	t.Helper()
	m := newMachine(t, sampleFlow())
	m.step(engine.Step{Response: &engine.HookResponse{Body: raw, Version: "1"}})
	if err := run.Verify(m.run.History); err != nil {
		t.Fatal(err)
	}
	if _, err := run.Encode(m.run); err != nil {
		t.Fatalf("%q: the run can't be stored: %v", raw, err)
	}
	if _, err := stepfn.NewDocument(m.run, m.now, nil); err != nil {
		t.Fatalf("%q: the run can't go on: %v", raw, err)
	}
	checked := hookapi.CheckResponse(run.OnRequest, "sample", raw, 0)
	if checked.Transition == "" && m.run.Status.Decided() {
		t.Fatalf("%q says nothing, the run is %s", raw, m.run.Status)
	}
	if !slices.Contains([]run.EventName{"", run.Approve, run.Deny}, checked.Transition) {
		t.Fatalf("%q has on_request %s", raw, checked.Transition)
	}
}

// What a function that failed says is fit to be shown, whatever it is.
func FuzzFunctionFailed(f *testing.F) {
	f.Add([]byte(`{"errorMessage":"oh","errorType":"Error"}`))
	f.Add([]byte(`{"errorMessage":"a\u0000b"}`))
	f.Add([]byte("\xff"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		said := stepfn.FunctionFailed(payload)
		if said == "" || !utf8.ValidString(said) || text.CheckLine(said, 1100) != nil {
			t.Fatalf("%q: %q", payload, said)
		}
		m := newMachine(t, sampleFlow())
		m.fail(run.OnRequest, "Error", string(payload))
		if m.run.Status.Decided() {
			t.Fatalf("%q: a hook that failed has the run %s", payload, m.run.Status)
		}
	})
}
