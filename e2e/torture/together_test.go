package torture

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// raced returns how many rounds a race has: a few in `make test`, 300 in `make torture`.
func raced(few int) int {
	if tally.Full() {
		return 300
	}
	return few * 4 / tally.Of(4, 1)
}

// extends requests an extension of a run; reason "fast" has code approve it.
func (p *play) extends(id, reason string, more ...string) answer {
	body := map[string]any{"reason": reason}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i]] = more[i+1]
	}
	return p.call("ada@example.com", http.MethodPost, "/requests/"+id+"/extend", body)
}

// inRound returns the play of a round of a race: another after some rounds, once all holds
// in the one before, since all runs of a play are read again and again.
func (p *play) inRound(t *testing.T, round int, s setup, statuses ...run.Status) *play {
	t.Helper()
	if round%50 != 0 {
		return p
	}
	if p != nil {
		p.check(statuses...)
	}
	return newPlay(t, s)
}

// ended lets time pass until runs are over; "" is none.
func (p *play) ended(ids ...string) {
	p.t.Helper()
	p.until("they are over", func() bool {
		return !slices.ContainsFunc(ids, func(id string) bool { return id != "" && !p.load(id).Over() })
	})
}

// check reports what does not hold, once all runs are over.
func (p *play) check(statuses ...run.Status) {
	p.t.Helper()
	p.over()
	for _, wrong := range p.holds(statuses...) {
		p.t.Error(wrong)
	}
}

// Somebody extends access at the moment at which it ends, or approves an extension then.
// Either the extension takes the access over, without a gap, or the access ends on time and
// the extension never grants anything.
func TestExtendAgainstTheEnd(t *testing.T) {
	rounds := raced(9)
	short := strings.Replace(flows, "durations: [40s]\n    extend: {max_total: 200s}", "durations: [12s]\n    extend: {max_total: 24s}", 1)
	var p *play
	won := map[string]int{}
	for round := range rounds {
		p = p.inRound(t, round, setup{flows: short}, run.Ended, run.Canceled, run.Failed)
		id := p.ask("extended", "fast")
		p.isActive(id)
		ends := p.load(id).TakeBackAt()
		before := time.Duration(3-round%4) * time.Second // of its removal
		var answers <-chan answer
		byPeople := round%3 == 2
		if byPeople {
			more, _ := p.extends(id, "").body["id"].(string)
			p.until("people are asked", func() bool { r := p.load(more); return r.Status == run.Pending && r.Engine.Token != "" })
			p.clock.Advance(ends.Sub(p.clock.Now()) - before)
			answers = p.act("grace@example.com", more, "approve")
		} else {
			p.clock.Advance(ends.Sub(p.clock.Now()) - before)
			done := make(chan answer, 1)
			answers = done
			p.callers.Go(func() { done <- p.extends(id, "fast") })
		}
		var a answer
		if round == 0 { // also a busy machine has one come in time
			a = <-answers
			p.quiet()
		} else {
			time.Sleep(time.Duration(round%7) * 400 * time.Microsecond)
			p.clock.Advance(time.Second)
			a = p.answered(answers)
		}
		newest, err := p.table.LoadExtension(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		p.ended(id, newest)
		first := p.load(id)
		what := "refused"
		if newest != "" {
			what = string(p.load(newest).Status)
		}
		won[what]++
		switch taken := first.ExtendedBy != ""; {
		case first.Status != run.Ended:
			t.Errorf("round %d: the access is %s", round, first.Status)
		case taken && what != "ended":
			t.Errorf("round %d: the extension is %s, and the access goes on in %q", round, what, first.ExtendedBy)
		case what == "ended":
			// Access whose extension was being granted at its end goes on too.
			for at := first.Access.StartsAt.Add(time.Second); at.Before(p.load(newest).Access.EndsAt.Add(-5 * time.Second)); at = at.Add(time.Second) {
				if !p.world.had("ada@example.com prod", at) {
					t.Errorf("round %d: no access %v after its start", round, at.Sub(first.Access.StartsAt))
					break
				}
			}
		case !byPeople && (a.status == http.StatusCreated) != (newest != ""):
			t.Errorf("round %d: the answer is %d, and the extension %s", round, a.status, what)
		case !taken && first.Access.GoneAt.After(first.Access.EndsAt):
			t.Errorf("round %d: gone %v after its end", round, first.Access.GoneAt.Sub(first.Access.EndsAt))
		}
	}
	p.check(run.Ended, run.Canceled, run.Failed)
	if won["ended"] == 0 || len(won) < 2 {
		t.Errorf("one side always won: %v", won)
	}
	tally.Report(t, "extend against the end: %d rounds, %v", rounds, won)
}

// One person breaks the glass many times at once: as often as one may is granted, and
// the rest is refused.
func TestEmergenciesAtOnce(t *testing.T) {
	const calls = 6
	rounds := raced(3)
	p := newPlay(t, setup{flows: glassFlows()})
	for round := range rounds {
		p.clock.Advance(25 * time.Hour)
		var mu sync.Mutex
		statuses, ids := map[int]int{}, []string{}
		var callers sync.WaitGroup
		for range calls {
			callers.Go(func() {
				a := p.breaks("bare-glass")
				mu.Lock()
				defer mu.Unlock()
				statuses[a.status]++
				if id, _ := a.body["id"].(string); id != "" {
					ids = append(ids, id)
				}
			})
		}
		callers.Wait()
		if statuses[http.StatusCreated] != glassPerDay || statuses[http.StatusTooManyRequests] != calls-glassPerDay {
			t.Fatalf("round %d: %v, want %d granted", round, statuses, glassPerDay)
		}
		for _, id := range ids {
			p.unreviewed(id)
			p.acts("grace@example.com", id, "review")
			if r := p.load(id); !r.BrokeGlass() || !r.Over() {
				t.Errorf("round %d: %s is %s", round, id, r.Status)
			}
		}
	}
	tally.Report(t, "emergencies at once: %d rounds of %d", rounds, calls)
}

// togetherFlows are flows whose access starts later, in an emergency at once, and can be
// extended.
func togetherFlows() string {
	return strings.NewReplacer(
		"    durations: [40s]\n    extend: {max_total: 200s}\n", "    durations: [40s]\n    starts: {within: 1h}\n    extend: {max_total: 200s}\n",
		"max_duration: 40s}\n", "max_duration: 40s}\n    starts: {within: 1h}\n    extend: {max_total: 100s}\n",
	).Replace(glassFlows())
}

func init() {
	together := setup{flows: togetherFlows()}
	scenarios = append(scenarios, scenario{
		name: "starts later, extended", ends: []run.Status{run.Ended}, crashed: []run.Status{run.Expired, run.Canceled, run.Failed}, setup: together,
		play: func(p *play) {
			a := p.call("ada@example.com", "POST", "/requests", map[string]any{
				"flow": "extended", "reason": "fast", "fields": map[string]any{"target": "prod"}, "starts_at": p.clock.Now().Add(45 * time.Second).UTC().Format(time.RFC3339),
			})
			id, _ := a.body["id"].(string)
			p.until("it is active, or over", func() bool { r := p.load(id); return r != nil && (r.Status == run.Active || r.Over()) })
			p.extends(id, "fast")
		},
	}, scenario{
		// The extension is a request as any other, and the emergency is reviewed once its
		// own access is over.
		name: "broke the glass, extended", ends: []run.Status{run.Ended}, crashed: []run.Status{run.Expired, run.Canceled, run.Failed}, setup: together,
		play: func(p *play) {
			id, _ := p.breaks("glass").body["id"].(string)
			p.until("it is active, or has ended", func() bool { r := p.load(id); return r != nil && (r.Status == run.Active || r.AwaitsReview()) })
			p.extends(id, "fast")
			p.unreviewed(id)
			p.acts("grace@example.com", id, "review")
		},
	})
}

// What does not go together is refused, by the name of its field; an extension of an
// emergency is decided as any request is, and is none itself.
func TestTogether(t *testing.T) {
	t.Parallel()
	p := newPlay(t, setup{flows: togetherFlows()})
	refused := func(what string, a answer, field string) {
		t.Helper()
		if errors, _ := a.body["errors"].([]any); a.status != http.StatusBadRequest || len(errors) != 1 || errors[0].(map[string]any)["field"] != field {
			t.Errorf("%s: got %d %v, want the field %s", what, a.status, a.body, field)
		}
	}
	later := p.clock.Now().Add(30 * time.Minute).UTC().Format(time.RFC3339)
	refused("an emergency that starts later", p.call("ada@example.com", "POST", "/requests", map[string]any{
		"flow": "glass", "reason": "prod is down", "break_glass": true, "fields": map[string]any{"target": "prod"}, "starts_at": later,
	}), "starts_at")

	id, _ := p.breaks("glass").body["id"].(string)
	p.isActive(id)
	refused("an extension that starts later", p.extends(id, "more", "starts_at", later), "starts_at")
	refused("an extension in an emergency", p.extends(id, "more", "break_glass", "true"), "break_glass")

	more, _ := p.extends(id, "not done").body["id"].(string)
	p.pending(more)
	if r := p.load(more); r.Status != run.Pending || r.BreakGlass != nil || r.Flow.NoHooks {
		t.Errorf("the extension of an emergency is %s, %+v", r.Status, r.BreakGlass)
	}
	p.acts("grace@example.com", more, "approve")
	p.until("the extension took over", func() bool { return p.load(id).ExtendedBy == more })
	p.unreviewed(id)
	if a := p.answered(p.act("ada@example.com", id, "review")); a.status != http.StatusForbidden {
		t.Errorf("a review of one's own emergency got %d", a.status)
	}
	if a := p.answered(p.act("grace@example.com", more, "review")); a.status != http.StatusForbidden {
		t.Errorf("a review of the extension got %d", a.status)
	}
	p.acts("grace@example.com", id, "review")
	p.over()
	for _, wrong := range p.holds(run.Ended) {
		t.Error(wrong)
	}
}
