package torture

import (
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Somebody revokes access at the moment at which it ends: one of the two wins,
// and the answer is the winner's.
func TestRevokeAgainstTheEnd(t *testing.T) {
	rounds := 15
	if tally.Full() {
		rounds = 500
	}
	var p *play
	won := map[run.Status]int{}
	for round := range rounds {
		p = p.inRound(t, round, setup{}, run.Revoked, run.Ended)
		id := p.ask("access", "fast")
		p.isActive(id)
		end := p.load(id).Access.EndsAt
		p.clock.Advance(end.Sub(p.clock.Now()) - 3*time.Second)
		p.quiet()
		var done <-chan answer
		if round%3 == 0 {
			done = p.act("grace@example.com", id, "revoke")
			if round > 0 {
				time.Sleep(time.Duration(round%10) * time.Millisecond)
				p.clock.Advance(2 * time.Second)
			}
		} else {
			p.clock.Advance(2 * time.Second)
			if round%3 == 1 {
				time.Sleep(time.Duration(round%10) * 300 * time.Microsecond)
			}
			done = p.act("grace@example.com", id, "revoke")
		}
		var a answer
		if round == 0 { // also a busy machine has one revoke come in time
			select {
			case a = <-done:
				done = nil
			case <-time.After(10 * time.Second):
			}
		}
		if done != nil {
			a = p.answered(done)
		}
		p.ended(id)
		r := p.load(id)
		won[r.Status]++
		if want := map[run.Status]int{run.Revoked: 200, run.Ended: 409}[r.Status]; a.status != want {
			t.Fatalf("round %d: it is %s, and the answer %d %v", round, r.Status, a.status, a.body)
		}
	}
	p.check(run.Revoked, run.Ended)
	if len(won) < 2 {
		t.Errorf("there was no race: %v", won)
	}
	tally.Report(t, "revoke against the end: %d rounds, %v", rounds, won)
}
