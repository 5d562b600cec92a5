package engine_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A hook that has not responded long after its time limit shows as what fails, in
// lists too, and no more once it has.
func TestAHookThatDoesNotRespondShows(t *testing.T) {
	shown := func(m *machine, after time.Duration) (single, listed *run.LastError) {
		t.Helper()
		at := m.run.UpdatedAt.Add(after)
		raw, err := json.Marshal(m.run.Summary())
		if err != nil {
			t.Fatal(err)
		}
		var s run.Summary
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		single = m.run.ViewFor(ada, nil, at).LastError
		if m.run.Status != run.Pending {
			s = m.run.Summary() // as fill has it
		}
		return single, s.ViewFor(s.Run(), ada, nil, at).LastError
	}
	m := newMachine(t, sampleFlow())
	late := func(hook run.HookName) {
		t.Helper()
		for after, want := range map[time.Duration]bool{0: false, 19 * time.Second: false, 20 * time.Second: true, time.Hour: true} {
			single, listed := shown(m, after)
			if (single != nil) != want || (listed != nil) != want {
				t.Fatalf("%s after %v: %+v, listed %+v", hook, after, single, listed)
			}
			if want && (*single != *listed || single.Where != string(hook) || !strings.HasPrefix(single.Text, string(hook)+" has not responded") || !single.At.Equal(m.run.UpdatedAt.Add(10*time.Second))) {
				t.Errorf("%+v, listed %+v", single, listed)
			}
		}
	}
	late(run.OnRequest)
	m.answer(run.OnRequest, `{"subscriptions":["on_approve"]}`)
	if single, listed := shown(m, time.Hour); single != nil || listed != nil {
		t.Errorf("waits for people, and shows %+v, %+v", single, listed)
	}
	m.act(run.Approve, grace, "fine")
	late(run.OnApprove)
}

// What fails is shown as one line of bounded length, whatever the strategy says.
func TestWhatFailsIsOneLine(t *testing.T) {
	m := access(t, "")
	m.step(engine.Step{Failure: grantFailure("Failed", `{"errorMessage":"no\u202e\nway `+strings.Repeat("x", 5000)+`","errorType":"Failed"}`)})
	e := m.run.View().LastError
	if e == nil || strings.ContainsAny(e.Text, "\n\u202e") || len([]rune(e.Text)) > 1000 || e.Where != "grant" || e.NextTryAt.IsZero() {
		t.Errorf("%+v", e)
	}
}
