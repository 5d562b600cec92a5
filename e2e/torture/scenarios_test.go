package torture

import (
	"net/http"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// scenario is one kind of run.
type scenario struct {
	name  string
	setup setup
	// play plays it. What people do, they do until it works.
	play func(p *play)
	// ends are the statuses that its runs may end in without a crash; crashed
	// those that they may end in beside them after one.
	ends, crashed []run.Status
}

var scenarios = []scenario{
	{
		name: "fast-tracked", ends: []run.Status{run.Approved},
		crashed: []run.Status{run.Expired}, // the hook's response is lost, so people would have to decide
		play:    func(p *play) { p.ask("plain", "fast") },
	},
	{
		name: "denied", ends: []run.Status{run.Denied}, crashed: []run.Status{run.Expired},
		play: func(p *play) { p.ask("plain", "never") },
	},
	{
		name: "limited", ends: []run.Status{run.Approved, run.Denied},
		crashed: []run.Status{run.Expired},
		play: func(p *play) {
			for range 2 { // the second goes to people, unless the hook's response to the first was lost
				id := p.ask("limited", "fast")
				p.until("it is with people, or over", func() bool { r := p.load(id); return r != nil && r.Status != run.Requested })
				p.acts("grace@example.com", id, "deny")
			}
		},
	},
	{
		name: "reviewed", ends: []run.Status{run.Approved},
		play: func(p *play) {
			id := p.ask("plain", "")
			p.pending(id)
			p.acts("grace@example.com", id, "approve")
		},
	},
	{
		name: "threshold", ends: []run.Status{run.Approved},
		play: func(p *play) {
			id := p.ask("two", "")
			p.pending(id)
			p.acts("grace@example.com", id, "approve")
			p.acts("linus@example.com", id, "approve")
		},
	},
	{
		name: "expired", ends: []run.Status{run.Expired},
		play: func(p *play) { p.ask("plain", "") },
	},
	{
		name: "access", ends: []run.Status{run.Ended},
		crashed: []run.Status{run.Expired},
		play:    func(p *play) { p.ask("access", "fast") },
	},
	{
		name: "access with an output", ends: []run.Status{run.Ended},
		crashed: []run.Status{run.Expired},
		play:    func(p *play) { p.ask("access2", "fast") },
	},
	{
		name: "revoked", ends: []run.Status{run.Revoked},
		crashed: []run.Status{run.Expired, run.Ended},
		play: func(p *play) {
			id := p.ask("access", "fast")
			p.until("it is active, or over", func() bool { r := p.load(id); return r != nil && (r.Status == run.Active || r.Over()) })
			p.acts("grace@example.com", id, "revoke")
		},
	},
	{
		name: "failing grant", ends: []run.Status{run.Failed}, crashed: []run.Status{run.Expired},
		setup: setup{world: func(w *world) {
			w.give = func(w *world, key string) error {
				w.set(key, true) // half of it is there
				return strategy.Refuse("no such user")
			}
		}},
		play: func(p *play) { p.ask("access", "fast") },
	},
	{
		name: "overlap", ends: []run.Status{run.Ended}, crashed: []run.Status{run.Expired},
		play: func(p *play) {
			p.ask("access", "fast")
			for range 15 {
				p.quiet()
				p.clock.Advance(time.Second)
			}
			p.ask("access", "fast")
		},
	},
	{
		name: "extended", ends: []run.Status{run.Ended}, crashed: []run.Status{run.Expired, run.Canceled, run.Failed},
		play: func(p *play) { p.extended() },
	},
	{
		// The revoke comes before, while or after the extension takes over.
		name: "extended and revoked", ends: []run.Status{run.Ended, run.Revoked, run.Canceled, run.Failed}, crashed: []run.Status{run.Expired},
		play: func(p *play) {
			id, more := p.extended()
			p.mayEndEarly(id)
			if more != "" {
				p.mayEndEarly(more)
			}
			p.acts("grace@example.com", id, "revoke")
		},
	},
	{
		// What somebody had before is taken from them while a run holds it, and made
		// anew for another: it ends once both are over.
		name: "standing access removed", ends: []run.Status{run.Ended}, crashed: []run.Status{run.Expired},
		setup: setup{world: func(w *world) { w.set("ada@example.com prod", true) }},
		play: func(p *play) {
			id := p.ask("access", "fast")
			p.until("it is active, or over", func() bool { r := p.load(id); return r != nil && (r.Status == run.Active || r.Over()) })
			p.mayEndEarly(id)
			p.world.mu.Lock()
			p.world.set("ada@example.com prod", false)
			p.world.mu.Unlock()
			p.ask("access", "fast")
		},
	},
}

// extended requests access and, once it is active, an extension of it. more is "" if that
// could not be requested.
func (p *play) extended() (id, more string) {
	id = p.ask("extended", "fast")
	p.until("it is active, or over", func() bool { r := p.load(id); return r != nil && (r.Status == run.Active || r.Over()) })
	a := p.call("ada@example.com", http.MethodPost, "/requests/"+id+"/extend", map[string]any{"reason": "fast"})
	more, _ = a.body["id"].(string)
	return id, more
}

// pending lets time pass until the run waits for people, or is over.
func (p *play) pending(id string) {
	p.until("it is pending", func() bool {
		r := p.load(id)
		return r != nil && (r.Status != run.Requested)
	})
}

// acts has somebody act until the answer is known: what is accepted, but not
// known yet, is called again.
func (p *play) acts(who, id, act string) {
	for range 20 {
		// As at AWS, a state is not entered twice in one moment: functions/record takes
		// the second token for a late one.
		p.quiet()
		p.clock.Advance(time.Second)
		a := p.answered(p.act(who, id, act))
		if a.status == 200 || a.status == 409 || a.status == 403 {
			return
		}
	}
}

func TestScenarios(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t, s.setup)
			s.play(p)
			p.over()
			for _, wrong := range p.holds(s.ends...) {
				t.Error(wrong)
			}
			for _, r := range p.runs() {
				if a := r.Access; a != nil && r.Extends != nil && !a.StartsAt.IsZero() {
					if lasts := a.EndsAt.Sub(r.Extends.EndsAt); lasts != 40*time.Second {
						t.Errorf("run %s: access for %v more, 40 s were asked for", r.ID, lasts)
					}
				} else if a != nil && !a.StartsAt.IsZero() && a.ConfirmedAt.IsZero() && a.EndsAt.Sub(a.StartsAt) != time.Duration(r.DurationSeconds)*time.Second {
					t.Errorf("run %s: access for %v, %d s were asked for", r.ID, a.EndsAt.Sub(a.StartsAt), r.DurationSeconds)
				}
				if a := r.Access; a != nil && a.GoneAt.After(a.EndsAt) && !a.EndsAt.IsZero() {
					t.Errorf("run %s: gone at %v, after its end at %v", r.ID, a.GoneAt, a.EndsAt)
				}
			}
		})
	}
}
