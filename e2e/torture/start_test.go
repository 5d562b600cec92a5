package torture

import (
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// startingFlows are flows whose access may start later.
func startingFlows() string {
	return strings.Replace(flows, "    durations: [40s, 20s]\n    strategy: {type: lambda, function: a-strategy}\n",
		"    starts: {within: 1h}\n    durations: [40s, 20s]\n    strategy: {type: lambda, function: a-strategy}\n", 1)
}

// askFor requests access that starts after a time.
func (p *play) askFor(later time.Duration) string {
	a := p.call("ada@example.com", "POST", "/requests", map[string]any{
		"flow": "access", "reason": "fast", "fields": map[string]any{"target": "prod"}, "starts_at": p.clock.Now().Add(later).UTC().Format(time.RFC3339),
	})
	id, _ := a.body["id"].(string)
	return id
}

// awaitsStart waits until the run waits for its start, or for people, or is over.
func (p *play) awaitsStart(id string) {
	p.until("it waits for its start", func() bool {
		r := p.load(id)
		return r != nil && (r.Over() || r.Engine.Next == run.NextReview && !r.Engine.TokenOrder.EnteredAt.IsZero())
	})
}

func init() {
	lost := []run.Status{run.Expired, run.Failed} // the hook's response, or the execution that waits
	scenarios = append(scenarios, scenario{
		name: "starts later", ends: []run.Status{run.Ended}, crashed: lost,
		setup: setup{flows: startingFlows()},
		play:  func(p *play) { p.askFor(45 * time.Second) },
	}, scenario{
		name: "starts later, canceled", ends: []run.Status{run.Canceled}, crashed: lost,
		setup: setup{flows: startingFlows()},
		play: func(p *play) {
			id := p.askFor(3 * time.Minute)
			p.awaitsStart(id)
			p.acts("ada@example.com", id, "cancel")
		},
	})
}

// Somebody cancels at the moment at which access starts: it is never granted, or it is
// granted and the answer says so, or it is granted and removed. Nobody whose cancel took
// effect has access.
func TestCancelAgainstTheStart(t *testing.T) {
	rounds := raced(12)
	var p *play
	won := map[run.Status]int{}
	for round := range rounds {
		p = p.inRound(t, round, setup{flows: startingFlows()}, run.Canceled, run.Revoked, run.Ended)
		id := p.askFor(time.Minute)
		p.awaitsStart(id)
		startsAt := p.load(id).StartsAt
		p.clock.Advance(startsAt.Sub(p.clock.Now()) - time.Second)
		p.quiet()
		if round%2 == 1 { // the start goes first
			p.clock.Advance(time.Second)
			time.Sleep(time.Duration(round%10) * 300 * time.Microsecond)
		}
		done := p.act("ada@example.com", id, "cancel")
		p.mayEndEarly(id)
		var a answer
		switch {
		case round == 0: // also a busy machine has one come in time
			a = <-done
		case round%2 == 0:
			time.Sleep(time.Duration(round%10) * time.Millisecond)
			p.clock.Advance(time.Second)
			a = p.answered(done)
		default:
			a = p.answered(done)
		}
		p.ended(id)
		r := p.load(id)
		won[r.Status]++
		switch {
		case a.status == 200 && r.Status != run.Canceled && r.Status != run.Revoked:
			t.Errorf("round %d: the cancel was answered with 200, and the run is %s", round, r.Status)
		case a.status == 409 && r.Status != run.Ended:
			t.Errorf("round %d: the cancel was answered with 409, and the run is %s", round, r.Status)
		case a.status == 202 && r.Status == run.Ended:
			for _, act := range p.cancels(id) {
				if act.At.Before(r.StartsAt) {
					t.Errorf("round %d: a cancel that was stored before the start had no effect", round)
				}
			}
		}
		if r.Access != nil && !r.Access.StartsAt.IsZero() && r.Access.StartsAt.Before(r.StartsAt) {
			t.Errorf("round %d: access began %v early", round, r.StartsAt.Sub(r.Access.StartsAt))
		}
	}
	p.check(run.Canceled, run.Revoked, run.Ended)
	if won[run.Canceled]+won[run.Revoked] == 0 || won[run.Ended] == 0 {
		t.Errorf("one side always won: %v", won)
	}
	tally.Report(t, "cancel against the start: %d rounds, %v", rounds, won)
}

// cancels are the cancels that are stored of a run.
func (p *play) cancels(id string) (acts []run.Act) {
	rec, err := p.table.LoadAll(p.t.Context(), id)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, act := range rec.Acts {
		if act.Event == run.Cancel {
			acts = append(acts, act)
		}
	}
	return acts
}
