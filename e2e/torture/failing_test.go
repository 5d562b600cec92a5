package torture

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// failing is how a strategy fails, where, and how its run ends.
var failing = map[string]struct {
	world func(*world)
	where string
	ends  run.Status
}{
	"give": {func(w *world) { w.give = func(*world, string) error { return errors.New("AWS is away") } }, "grant", run.Failed},
	"take": {func(w *world) {
		n := 0
		w.take = func(*world, string) error {
			if n++; n <= 16 {
				return errors.New("AWS is away")
			}
			return nil
		}
	}, "take_back", run.Ended},
}

// Whoever asked, and whoever decides, sees within seconds that a strategy fails,
// why, and when it is retried; and people are notified once.
func TestAFailingStrategyShows(t *testing.T) {
	for name, tc := range failing {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t, setup{world: tc.world})
			id := p.ask("access", "fast")
			if tc.where == "take_back" {
				p.until("access is there", func() bool { return p.load(id).Status == run.Active })
				p.until("it is to be taken back", func() bool { return p.load(id).Engine.Next == run.NextTakeBack || p.load(id).LastError() != nil })
			}
			began := p.clock.Now()
			p.until("it shows", func() bool { return p.load(id).LastError() != nil })
			if after := p.clock.Now().Sub(began); after > 5*time.Second {
				t.Errorf("it shows after %v", after)
			}
			for _, who := range []string{"ada@example.com", "root@example.com"} {
				last, _ := p.call(who, "GET", "/requests/"+id, nil).body["last_error"].(map[string]any)
				if last["where"] != tc.where || !strings.Contains(last["text"].(string), "AWS is away") || last["next_try_at"] == nil {
					t.Errorf("%s sees %v", who, last)
				}
			}
			listed, _ := p.call("ada@example.com", "GET", "/requests?view=mine", nil).body["runs"].([]any)
			if len(listed) != 1 || listed[0].(map[string]any)["last_error"] == nil {
				t.Errorf("the list shows %v", listed)
			}
			p.until("people are notified", func() bool { return p.warned(id) > 0 })
			if after := p.clock.Now().Sub(began); after > 15*time.Second {
				t.Errorf("people are notified after %v", after)
			}
			p.over()
			if n := p.warned(id); n != 1 {
				t.Errorf("people were notified %d times: %v", n, p.functions.AllPublished())
			}
			if r := p.load(id); r.Status != tc.ends || r.LastError() != nil {
				t.Errorf("it is %s, and says %v", r.Status, r.LastError())
			}
		})
	}
}

// An execution that was started before an upgrade keeps its machine, which retries
// more itself and has no state to wait in before it retries.
func TestAFailingStrategyOnAnOlderMachine(t *testing.T) {
	t.Parallel()
	fails := 20
	p := newPlay(t, setup{world: func(w *world) {
		w.give = func(*world, string) error {
			if fails--; fails >= 0 {
				return errors.New("AWS is away")
			}
			return nil
		}
	}})
	p.update(p.machine(), p.named(readRelease(t, "3").machine))
	p.withoutLane()
	id := p.ask("access", "fast")
	p.until("it shows", func() bool { return p.load(id).LastError() != nil })
	p.over()
	if r := p.load(id); r.Status != run.Ended || p.warned(id) != 1 {
		t.Errorf("it is %s, people were notified %d times", r.Status, p.warned(id))
	}
	for _, wrong := range p.holds(run.Ended) {
		t.Error(wrong)
	}
}

// warned counts the notifications that access of a run is failing.
func (p *play) warned(id string) int {
	n := 0
	for _, event := range p.functions.AllPublished() {
		if strings.HasPrefix(event, id+"-failing-") {
			n++
		}
	}
	return n
}
