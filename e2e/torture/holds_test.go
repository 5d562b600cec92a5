package torture

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func stringOf(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// late is how long after its end access may still be there after a crash: the
// time that a call may take which was given up on, and what is retried.
const late = 4 * time.Minute

// holds returns what does not hold, of all runs once they are over.
func (p *play) holds(statuses ...run.Status) []string {
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	runs := p.runs()
	for _, r := range runs {
		if o, err := p.table.LoadOutput(p.t.Context(), r.ID); err != nil || o.Sensitive != nil {
			complain("run %s: its sensitive output is left behind: %v", r.ID, err)
		}
		if !slices.Contains(statuses, r.Status) {
			complain("run %s is %s, want one of %v", r.ID, r.Status, statuses)
		}
		verify := func() error { return r.VerifyRecord(r.ID, nil) }
		if r.HasContext {
			verify = func() error { return run.Verify(r.History) }
		}
		if err := verify(); err != nil {
			complain("run %s: %v", r.ID, err)
		}
		decisions, ends := 0, 0
		for _, e := range r.History {
			switch e.Event {
			case run.Approve:
				if e.Status == run.Approved {
					decisions++
				}
			case run.Deny, run.Expire:
				decisions++
			case run.Cancel:
				if decisions == 0 {
					decisions++
				} else { // before the start that was chosen
					ends++
				}
			case run.Deescalate, run.Revoke, run.Fail:
				ends++
			}
		}
		if decisions != 1 {
			complain("run %s was decided %d times", r.ID, decisions)
		}
		if access := r.Flow.HasAccess() && r.Decision != nil && r.Decision.Event == run.Approve; access != (ends == 1) {
			complain("run %s: access ended %d times", r.ID, ends)
		}
		for _, e := range r.History {
			if !p.functions.Published(fmt.Sprintf("%s-%d", r.ID, e.Seq)) {
				complain("run %s: the bus was not told of entry %d (%s)", r.ID, e.Seq, e.Event)
			}
		}
		closedEarly := r.History[len(r.History)-1].Error != ""
		if a := r.Access; a != nil && !a.StartsAt.IsZero() && r.Status == run.Ended && r.ExtendedBy == "" && !closedEarly {
			if early := a.GoneAt.Sub(a.EndsAt); early < -5*time.Second {
				complain("run %s: access was gone %v before its time", r.ID, -early)
			}
		}
	}
	wrong = append(wrong, overLimits(runs)...)
	wrong = append(wrong, outlived(runs)...)
	wrong = append(wrong, p.emergencies(runs)...)
	wrong = append(wrong, p.kept(runs)...)
	wrong = append(wrong, p.handedOver(runs)...)
	if left := p.world.left(); len(left) > 0 {
		complain("still there: %v", left)
	}
	wrong = append(wrong, p.covered(runs)...)
	return wrong
}

// outlived returns where an extension went on after the revoke of what it extends, or
// began after its end.
func outlived(runs []*run.Run) []string {
	var wrong []string
	for _, r := range runs {
		i := slices.IndexFunc(runs, func(x *run.Run) bool { return r.Extends != nil && x.ID == r.Extends.ID })
		if i < 0 || r.Access == nil || r.Access.StartsAt.IsZero() {
			continue
		}
		switch before := runs[i]; {
		case before.Status == run.Revoked && before.ExtendedBy == "" && r.Status != run.Revoked:
			wrong = append(wrong, fmt.Sprintf("run %s is %s, and run %s, which it extends, was revoked", r.ID, r.Status, before.ID))
		case before.ExtendedBy != "" && before.ExtendedBy != r.ID:
			wrong = append(wrong, fmt.Sprintf("run %s was taken over by %s and extended by %s", before.ID, before.ExtendedBy, r.ID))
		}
	}
	return wrong
}

// overLimits returns where on_request approved more than the limits of a flow: all
// of a play is within an hour.
func overLimits(runs []*run.Run) []string {
	approved := map[string]int{}
	var wrong []string
	for _, r := range runs {
		limits := r.Flow.FastTrack
		if limits == nil || r.Decision == nil || r.Decision.Event != run.Approve || r.Decision.By.ID != string(run.OnRequest) {
			continue
		}
		if approved[r.Flow.Name]++; approved[r.Flow.Name] > limits.MaxPerHour {
			wrong = append(wrong, fmt.Sprintf("run %s: on_request has approved %d, the limit is %d", r.ID, approved[r.Flow.Name], limits.MaxPerHour))
		}
	}
	return wrong
}

// covered returns where access was there without a run that held it, or not while
// one did.
func (p *play) covered(runs []*run.Run) []string {
	var wrong []string
	for _, r := range runs {
		a := r.Access
		if a == nil || a.StartsAt.IsZero() {
			continue
		}
		key := r.Requester.ID + " prod"
		until := a.EndsAt.Add(-5 * time.Second)
		if at, early := p.mayGo[r.ID]; early && at.Before(until) {
			until = at
		}
		for at := a.StartsAt.Add(time.Second); at.Before(until); at = at.Add(time.Second) {
			if !p.world.had(key, at) {
				wrong = append(wrong, fmt.Sprintf("run %s: no access at %v, of %v to %v", r.ID, at, a.StartsAt, until))
				break
			}
		}
		if a.GoneAt.Sub(a.EndsAt) > late && !(p.patient && a.Failures > 0) {
			wrong = append(wrong, fmt.Sprintf("run %s: gone %v after its end", r.ID, a.GoneAt.Sub(a.EndsAt)))
		}
	}
	return wrong
}
