package torture

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// aged is longer than an execution may wait for the end of access.
const aged = 271 * 24 * time.Hour

// becomes changes what is stored of a run, so that its execution has outgrown its limits
// without months of looks.
func (p *play) becomes(id string, change func(*run.Run)) {
	p.t.Helper()
	for {
		p.quiet()
		r := p.load(id)
		change(r)
		switch err := p.table.Save(p.t.Context(), r); {
		case err == nil:
			return
		case !errors.Is(err, store.ErrConflict):
			p.t.Fatal(err)
		}
	}
}

// looked lets time pass until access was looked at once, or is over.
func (p *play) looked(id string) (active bool) {
	p.t.Helper()
	p.until("it was looked at", func() bool {
		r := p.load(id)
		return r != nil && (r.Over() || r.Status == run.Active && r.Engine.Next == run.NextActive && r.Engine.Looks != nil && r.Engine.Token != "")
	})
	return !p.load(id).Over()
}

// replaced lets time pass until the run waits in another execution than the first.
func (p *play) replaced(id string) {
	p.t.Helper()
	p.until("the next execution waits", func() bool {
		r := p.load(id)
		return r.Over() || r.Engine.Planned > 0 && r.Engine.Next == run.NextActive && r.Engine.Token != ""
	})
	if r := p.load(id); r.Engine.Planned != 1 {
		p.t.Errorf("run %s is %s: %d of its executions were planned", id, r.Status, r.Engine.Planned)
	}
}

func init() {
	hooks := fastHooks["*"]
	hooks.WhileActive = func(context.Context, *hook.Event) (hook.FromActive, error) { return hook.Continue(), nil }
	looking := setup{flows: lookedFlows("15m"), hooks: hook.Flows{"*": hooks}}
	scenarios = append(scenarios, scenario{
		// An execution ends after a year, however long its access lasts.
		name: "looked at, handed over for its age", ends: []run.Status{run.Ended}, crashed: []run.Status{run.Expired}, setup: looking,
		play: func(p *play) {
			id := p.ask("access", "fast")
			if p.looked(id) {
				p.becomes(id, func(r *run.Run) { r.Engine.Began = p.clock.Now().Add(-aged) })
				p.replaced(id)
			}
		},
	}, scenario{
		// Somebody revokes while it is handed over.
		name: "looked at, handed over and revoked", ends: []run.Status{run.Revoked}, crashed: []run.Status{run.Expired}, setup: looking,
		play: func(p *play) {
			id := p.ask("access", "fast")
			if !p.looked(id) {
				return
			}
			p.becomes(id, func(r *run.Run) { r.Engine.Looks.Here = run.MaxLooks })
			p.until("it is handed over", func() bool { r := p.load(id); return r.Over() || r.Engine.Planned > 0 })
			if p.load(id).Over() {
				p.t.Errorf("run %s was not handed over", id)
			}
			p.acts("grace@example.com", id, "revoke")
		},
	})
}

// handedOver returns what does not hold of runs whose execution was replaced as planned:
// that is no recovery, and nothing is looked at twice.
func (p *play) handedOver(runs []*run.Run) []string {
	var wrong []string
	for _, r := range runs {
		if l := r.Engine.Looks; l != nil && r.Access != nil && !r.Access.GoneAt.IsZero() {
			if most := int(r.Access.GoneAt.Sub(r.Access.StartsAt) / run.Seconds(r.Flow.LookSeconds)); l.Count > most {
				wrong = append(wrong, fmt.Sprintf("run %s was looked at %d times, at most %d are due", r.ID, l.Count, most))
			}
		}
		if r.Engine.Planned > r.Engine.Execution || r.Engine.Planned > 1 && !r.UntilRevoked {
			wrong = append(wrong, fmt.Sprintf("run %s: %d of %d executions were planned", r.ID, r.Engine.Planned, r.Engine.Execution))
		}
	}
	return wrong
}
