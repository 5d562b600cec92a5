package apply_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// What people have approved is pushed; anything else is refused with the reason, or left
// alone until it is approved.
func TestHandle(t *testing.T) {
	tables := storetest.Tables(t)
	for name, tc := range map[string]struct {
		make func(w *world) *run.Run
		want string
	}{
		"approved": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
		}, "version 2"},
		"pending": {func(w *world) *run.Run { return w.propose(proposed{text: next, base: 1, by: ada}) }, ""},
		"denied": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Deny, grace)
		}, ""},
		"one of two approvals": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 1, by: ada, flow: func(f *run.Flow) { f.Review.Approvals[0].Count = 2 }}), run.Approve, grace)
		}, ""},
		"two approvals": {func(w *world) *run.Run {
			r := w.propose(proposed{text: next, base: 1, by: ada, flow: func(f *run.Flow) { f.Review.Approvals[0].Count = 2 }})
			return w.act(w.act(r, run.Approve, grace), run.Approve, linus)
		}, "version 2"},
		"by who proposed it": {func(w *world) *run.Run {
			r := w.propose(proposed{text: next, base: 1, by: grace, flow: func(f *run.Flow) { f.Review.SelfApproval = true }})
			return w.act(r, run.Approve, grace)
		}, "who requested it"},
		"by whom it is for": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 1, by: ada, For: &grace}), run.Approve, grace)
		}, ""},
		"another flow": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 1, by: ada, flow: func(f *run.Flow) { f.Name = "other" }}), run.Approve, grace)
		}, ""},
		"another difference is shown": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, shown: "nothing to see", base: 1, by: ada}), run.Approve, grace)
		}, "shows another difference"},
		"stale": {func(w *world) *run.Run {
			r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
			w.push(first)
			return r
		}, "is stale: it was proposed over version 1, and version 2 was pushed since"},
		"over a version to come": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 7, by: ada}), run.Approve, grace)
		}, "is stale: it was proposed over version 7"},
		"with a mistake": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: first + "nonsense: 1\n", base: 1, by: ada}), run.Approve, grace)
		}, "functions would not serve it"},
		"that lets its proposer approve": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: strings.Replace(first, "review: {", "review: {self_approval: true, ", 1), base: 1, by: ada}), run.Approve, grace)
		}, "whoever proposes a change of rules does not approve it"},
		"by somebody who may no longer": {func(w *world) *run.Run {
			w.push(strings.Replace(first, "grace@example.com, ", "", 1))
			r := w.propose(proposed{text: next, base: 2, by: ada, shown: change.Field([]byte(strings.Replace(first, "grace@example.com, ", "", 1)), []byte(next))})
			return w.act(r, run.Approve, grace)
		}, "the approval of grace@example.com does not count"},
		"without the flow": {func(w *world) *run.Run {
			other := strings.Replace(first, "name: rule-change", "name: other", 1)
			w.push(other)
			return w.act(w.propose(proposed{text: next, base: 2, by: ada, shown: change.Field([]byte(other), []byte(next))}), run.Approve, grace)
		}, "the present rules have no flow rule-change"},
		"too late": {func(w *world) *run.Run {
			r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
			w.now = w.now.Add(rules.Late + time.Second)
			return r
		}, "it was approved more than 24 hours ago"},
		"edited in the table": {func(w *world) *run.Run {
			r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
			r.Fields[rules.FieldDigest] = json.RawMessage(`"` + rules.Digest([]byte(first)) + `"`)
			if err := w.Save(w.t.Context(), r); err != nil {
				w.t.Fatal(err)
			}
			return r
		}, "the record of the request is broken"},
	} {
		t.Run(name, func(t *testing.T) {
			for way, in := range map[string]func(*run.Run) api.BusEvent{"by an event": event, "by a sweep": func(*run.Run) api.BusEvent { return api.BusEvent{Source: "aws.events"} }} {
				w := newWorld(t, tables())
				r := tc.make(w)
				before := w.newest()
				for range 2 { // the second has nothing left to do
					if _, err := w.handler(w.Store).Handle(t.Context(), in(r)); err != nil {
						t.Fatal(err)
					}
				}
				got := w.became(r)
				if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
					t.Errorf("%s: became %q, want %q", way, got, tc.want)
				}
				pushed := 0
				if strings.HasPrefix(tc.want, "version") {
					pushed = 1
				}
				if n := w.newest(); n != before+pushed {
					t.Errorf("%s: version %d is the newest, want %d", way, n, before+pushed)
				}
			}
		})
	}
}
