package engine_test

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Of two acts about the same state of a run, stored at the same moment, the
// second does not count; one that says nothing of the state does.
func TestAnActOnWhatHasChanged(t *testing.T) {
	f := sampleFlow()
	f.Review.Approvals = []run.Requirement{{Count: 2}}
	for name, tc := range map[string]struct {
		of   func(read string) string
		want run.Status
	}{
		"the state that was read": {func(read string) string { return read }, run.Pending},
		"any state":               {func(string) string { return "" }, run.Approved},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, f)
			m.answer(run.OnRequest, `{"subscriptions":[]}`)
			read := m.run.ETag()
			for i, p := range []run.Person{grace, linus} {
				at := m.now.Add(time.Duration(i+1) * time.Second)
				m.acts = append(m.acts, run.Act{ID: run.NewID(at), Event: run.Approve, Person: p, Channel: run.ViaAPI, At: at, IfMatch: tc.of(read)})
			}
			m.now = m.now.Add(time.Minute)
			m.step(engine.Step{})
			if m.run.Status != tc.want {
				t.Errorf("the run is %s, want %s", m.run.Status, tc.want)
			}
			if last := m.last(); tc.want == run.Pending && (last.Event != run.Ignore || last.Reason != string(run.Moved)) {
				t.Errorf("the second act leads to %s: %s", last.Event, last.Reason)
			}
		})
	}
}
