package torture

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// endlessFlows are flows whose access lasts until it is revoked.
func endlessFlows(every string) string {
	return strings.Replace(flows, "    durations: [40s, 20s]\n    strategy: {type: lambda, function: a-strategy}\n",
		"    durations: [until_revoked]\n    confirm_every: "+every+"\n    strategy: {type: lambda, function: a-strategy}\n", 1)
}

// at lets the time pass to a moment at once, and then as long as what was due by then, and
// its retries, take.
func (p *play) at(moment time.Time) {
	p.quiet()
	if left := moment.Sub(p.clock.Now()); left > 0 {
		p.clock.Advance(left)
	}
	for range 90 {
		p.quiet()
		p.clock.Advance(time.Second)
	}
	p.quiet()
}

// endless requests access that lasts until it is revoked, and waits until half of its time
// is over. It is false where it was not granted.
func (p *play) endless() (id string, active bool) {
	id = p.ask("access", "fast")
	p.until("it is active, or over", func() bool {
		r := p.load(id)
		return r != nil && (r.Status == run.Active || r.Over() || r.Status == run.Pending)
	})
	if r := p.load(id); r.Status != run.Active {
		return id, false
	}
	p.at(p.load(id).ConfirmFrom())
	return id, p.load(id).Status == run.Active
}

// toEnd lets the time pass to shortly before the end, by way of the reminders.
func (p *play) toEnd(id string) {
	for {
		r := p.load(id)
		if r.Status != run.Active {
			return
		}
		at, more := r.NextConfirmRemindAt()
		if !more {
			p.at(r.Access.EndsAt.Add(-5 * time.Minute))
			return
		}
		p.at(at)
	}
}

func init() {
	scenarios = append(scenarios, scenario{
		name: "confirmed", ends: []run.Status{run.Ended}, crashed: []run.Status{run.Expired},
		setup: setup{flows: endlessFlows("7d")},
		play: func(p *play) {
			id, active := p.endless()
			if !active {
				return
			}
			before := p.load(id).Access.EndsAt
			p.acts("linus@example.com", id, "confirm") // who may not
			p.acts("ada@example.com", id, "confirm")
			p.until("the confirm is applied", func() bool { r := p.load(id); return !r.Confirming() && !r.HasAct(p.actsOf(id)) })
			if r := p.load(id); !r.Access.EndsAt.After(before) {
				p.t.Errorf("the confirm did not move the end: %s", p.describe())
			}
			p.toEnd(id)
		},
	}, scenario{
		// The strategy refuses to grant the access anew: it ends when it was to.
		name: "confirmed in vain", ends: []run.Status{run.Ended}, crashed: []run.Status{run.Expired},
		setup: setup{flows: endlessFlows("7d"), world: func(w *world) {
			w.give = func(w *world, key string) error {
				for _, c := range w.changes {
					if c.key == key && c.has && w.now().Sub(c.at) > time.Hour {
						return strategy.Refuse("no such user")
					}
				}
				w.set(key, true)
				return nil
			}
		}},
		play: func(p *play) {
			id, active := p.endless()
			if !active {
				return
			}
			before := p.load(id).Access.EndsAt
			p.acts("ada@example.com", id, "confirm")
			p.until("the confirm is applied", func() bool { r := p.load(id); return !r.Confirming() && !r.HasAct(p.actsOf(id)) })
			if r := p.load(id); !r.Access.EndsAt.Equal(before) {
				p.t.Errorf("the end moved, and the access was not granted anew: %s", p.describe())
			}
			p.toEnd(id)
		},
	}, scenario{
		name: "confirmed and revoked", ends: []run.Status{run.Revoked}, crashed: []run.Status{run.Expired, run.Ended},
		setup: setup{flows: endlessFlows("7d")},
		play: func(p *play) {
			id, active := p.endless()
			if !active {
				return
			}
			done := p.act("ada@example.com", id, "confirm")
			p.acts("grace@example.com", id, "revoke")
			p.answered(done)
		},
	})
}

// actsOf are the actions about a run.
func (p *play) actsOf(id string) []run.Act {
	rec, err := p.table.LoadAll(p.t.Context(), id)
	if err != nil {
		p.t.Fatal(err)
	}
	return rec.Acts
}

// Access that is confirmed goes on for years, over executions that are replaced, and ends
// when nobody confirms it.
func TestConfirmsOverYears(t *testing.T) {
	t.Parallel()
	years := 3
	if tally.Full() {
		years = 6
	}
	p := newPlay(t, setup{flows: endlessFlows("180d")})
	id, active := p.endless()
	if !active {
		t.Fatal("it is not active")
	}
	confirms := 0
	for until := p.clock.Now().AddDate(years, 0, 0); p.clock.Now().Before(until); {
		r := p.load(id)
		if r.Status != run.Active {
			t.Fatalf("it is %s: %s", r.Status, p.describe())
		}
		if !p.clock.Now().Before(r.ConfirmFrom().Add(30 * 24 * time.Hour)) {
			p.acts("ada@example.com", id, "confirm")
			confirms++
		}
		p.clock.Advance(10 * 24 * time.Hour)
		for range 5 { // a sweep, and what it starts
			p.quiet()
			p.clock.Advance(20 * time.Second)
		}
	}
	r := p.load(id)
	if e := r.Engine; e.Planned < 3*years/3 || e.Execution != e.Planned || confirms < 2*years {
		t.Errorf("%d confirms, %d executions, %d planned", confirms, e.Execution, e.Planned)
	}
	p.toEnd(id)
	p.over()
	for _, wrong := range p.holds(run.Ended) {
		t.Error(wrong)
	}
	if last := p.load(id).History; !strings.HasPrefix(last[len(last)-1].Reason, "Not confirmed") {
		t.Errorf("it ended: %s", last[len(last)-1].Reason)
	}
}
