package torture

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// loud are those who are notified of an emergency of these flows.
var loud = []string{"group:oncall", "admins"}

// glassPerDay is how often one person may break the glass of a flow of these.
const glassPerDay = 2

// glassFlows are flows whose glass may be broken, one with access and one without.
func glassFlows() string {
	const rule = "break_glass: {who: [ada@example.com], review_within: 2m, notify: [\"group:oncall\", admins], max_per_person_per_day: 2"
	return strings.Replace(flows, "directory: {groups: {", `
  - name: glass
    admins: [root@example.com]
    limits: none
    require_reason: []
    fields: [{name: target, type: target, required: true}]
    targets: [{id: prod, label: Production}]
    durations: [40s]
    `+rule+`, max_duration: 40s}
    strategy: {type: lambda, function: a-strategy}
    review: {approvers: [group:sre], timeout: 60s}
  - name: bare-glass
    admins: [root@example.com]
    limits: none
    require_reason: []
    `+rule+`}
    review: {approvers: [group:sre], timeout: 60s}
directory: {groups: {oncall: [otto@example.com], `, 1)
}

// breaks has ada break the glass of a flow.
func (p *play) breaks(flow string) answer {
	body := map[string]any{"flow": flow, "reason": "prod is down", "break_glass": true}
	if flow == "glass" {
		body["fields"] = map[string]any{"target": "prod"}
	}
	return p.call("ada@example.com", "POST", "/requests", body)
}

// unreviewed lets time pass until an emergency waits for its review, or is over.
func (p *play) unreviewed(id string) {
	p.t.Helper()
	p.until("it waits for its review", func() bool { r := p.load(id); return r != nil && (r.AwaitsReview() || r.Over()) })
}

// emergency breaks the glass of a flow as often as one may, and once more. The last is
// refused, however often a call before it was repeated.
func (p *play) emergency(flow string, review func(id string)) {
	for range glassPerDay {
		a := p.breaks(flow)
		id, _ := a.body["id"].(string)
		if id == "" {
			p.t.Errorf("an emergency within the limit is refused with %d %v", a.status, a.body)
			continue
		}
		p.unreviewed(id)
		review(id)
	}
	if a := p.breaks(flow); a.status != 429 {
		p.t.Errorf("one emergency more than the limit got %d, want 429", a.status)
	}
}

func init() {
	reviewed := func(p *play, flow string) {
		p.emergency(flow, func(id string) { p.acts("grace@example.com", id, "review") })
	}
	scenarios = append(scenarios, scenario{
		name: "broke the glass", ends: []run.Status{run.Ended}, setup: setup{flows: glassFlows()},
		crashed: []run.Status{run.Failed}, // the execution that was granting
		play:    func(p *play) { reviewed(p, "glass") },
	}, scenario{
		name: "broke the glass without access", ends: []run.Status{run.Approved}, setup: setup{flows: glassFlows()},
		play: func(p *play) { reviewed(p, "bare-glass") },
	}, scenario{
		name: "broke the glass and was revoked", ends: []run.Status{run.Revoked}, setup: setup{flows: glassFlows()},
		crashed: []run.Status{run.Ended, run.Failed},
		play: func(p *play) {
			id, _ := p.breaks("glass").body["id"].(string)
			p.until("it is active, or has ended", func() bool { r := p.load(id); return r != nil && (r.Status == run.Active || r.AwaitsReview()) })
			p.acts("grace@example.com", id, "revoke")
			p.unreviewed(id)
			p.acts("grace@example.com", id, "review")
		},
	}, scenario{
		// Nobody reviews it before it is overdue.
		name: "broke the glass and was forgotten", ends: []run.Status{run.Approved}, setup: setup{flows: glassFlows()},
		play: func(p *play) {
			id, _ := p.breaks("bare-glass").body["id"].(string)
			p.unreviewed(id)
			p.until("it is overdue", func() bool { r := p.load(id); return r.BreakGlass.Reminded >= 3 })
			p.acts("grace@example.com", id, "review")
		},
	})
}

// emergencies returns what does not hold of those that broke the glass: each is granted
// once by the rule alone and loudly, is reviewed once, by somebody else and after its end,
// and counts once.
func (p *play) emergencies(runs []*run.Run) []string {
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	stored := map[string][]string{}
	for _, r := range runs {
		if r.BreakGlass == nil {
			continue
		}
		stored[r.Flow.Name] = append(stored[r.Flow.Name], r.ID)
		granted, ended, reminded, reviewed := 0, 0, 0, 0
		for i, e := range r.History {
			switch e.Event {
			case run.Approve:
				granted++
				if e.Actor != run.BreakGlassActor || !e.BreakGlass || !slices.Equal(e.To, loud) {
					complain("run %s: approved by %+v, notifies %v", r.ID, e.Actor, e.To)
				}
			case run.Deescalate, run.Revoke, run.Fail:
				ended = i
			case run.Remind:
				if reminded++; ended == 0 && r.Flow.HasAccess() || !slices.Contains(e.To, loud[0]) {
					complain("run %s: entry %d reminds %v, after the end: %v", r.ID, e.Seq, e.To, ended > 0)
				}
			case run.Reviews:
				if reviewed++; e.Actor.ID == r.Requester.ID || ended == 0 && r.Flow.HasAccess() || r.BreakGlass.Reviewed != e.Seq {
					complain("run %s: entry %d is a review by %s", r.ID, e.Seq, e.Actor.ID)
				}
			case run.Deny, run.Expire:
				complain("run %s: people were asked about an emergency: %s", r.ID, e.Event)
			}
		}
		if granted != 1 || reviewed != 1 || reminded != r.BreakGlass.Reminded || r.View().BreakGlass.State != api.GlassReviewed {
			complain("run %s: granted %d times, reviewed %d times, %d reminders of %d", r.ID, granted, reviewed, reminded, r.BreakGlass.Reminded)
		}
		if took := r.Decision.At.Sub(r.CreatedAt); took > afterLane {
			complain("run %s: granted after %v", r.ID, took)
		}
	}
	for flow, ids := range stored {
		usage, _, err := p.table.LoadUsage(p.t.Context(), flow, run.Person{ID: "ada@example.com", Email: "ada@example.com"})
		for id := range usage.Broken {
			if !slices.Contains(ids, id) {
				complain("%s counts as an emergency of %s, and is none", id, flow)
			}
		}
		if err != nil || len(usage.Broken) != len(ids) {
			complain("%d emergencies of %s count, of %d that are stored (%v)", len(usage.Broken), flow, len(ids), err)
		}
	}
	return wrong
}

// Two people review an emergency at the same moment, and one of them calls twice: one
// review counts, and each answer says which.
func TestReviewAgainstReview(t *testing.T) {
	rounds := raced(6)
	often := strings.ReplaceAll(glassFlows(), "max_per_person_per_day: 2", "max_per_person_per_day: 100")
	var p *play
	won := map[string]int{}
	for round := range rounds {
		p = p.inRound(t, round, setup{flows: often}, run.Approved)
		id, _ := p.breaks("bare-glass").body["id"].(string)
		p.unreviewed(id)
		by := []string{"grace@example.com", "linus@example.com"}
		if round%2 == 1 {
			slices.Reverse(by)
		}
		first := p.act(by[0], id, "review")
		time.Sleep(time.Duration(round%10) * 300 * time.Microsecond)
		second := p.act(by[1], id, "review")
		answers := map[string]answer{by[0]: p.answered(first), by[1]: p.answered(second)}
		p.ended(id)
		r := p.load(id)
		who := r.History[len(r.History)-1].Actor.ID
		won[who]++
		for name, a := range answers {
			want := 409
			if name == who {
				want = 200
			}
			if a.status != want {
				t.Errorf("round %d: the review is by %s, and %s got %d %v", round, who, name, a.status, a.body)
			}
		}
	}
	p.check(run.Approved)
	if tally.Full() && len(won) < 2 {
		t.Errorf("one side always won: %v", won)
	}
	tally.Report(t, "review against review: %d rounds, %v", rounds, won)
}
