package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// waitsFor returns whose approvals a requirement still needs.
func waitsFor(w api.WaitingFor) string {
	from := w.From
	if from == api.AnyApprover {
		from = "its approvers"
	}
	people := slices.Clone(w.People)
	if w.More {
		people = append(people, "…")
	}
	return strings.TrimSpace(fmt.Sprintf("%d more of %s %s", w.Count-len(w.Have), from, parenthesized(strings.Join(people, ", "))))
}

// mayDo lists what the caller may do now, "" for nothing.
func mayDo(you *api.You) string {
	if you == nil {
		return ""
	}
	var all []string
	var withdraw, review api.Allowed
	if you.Withdraw != nil {
		withdraw = *you.Withdraw
	}
	if you.Review != nil {
		review = *you.Review
	}
	for _, act := range []struct {
		name string
		api.Allowed
	}{{"approve", you.Approve}, {"deny", you.Deny}, {"withdraw", withdraw}, {"cancel", you.Cancel}, {"revoke", you.Revoke}, {"review", review}} {
		if act.May {
			if act.ReasonRequired != nil && *act.ReasonRequired {
				act.name += " (with a reason)"
			}
			all = append(all, act.name)
		}
	}
	return strings.Join(all, ", ")
}

// whyDecide says of a pending request why the caller may decide it or may not.
func whyDecide(v api.Request) string {
	if v.You == nil || v.Status != run.Pending {
		return ""
	}
	return text.Line(v.You.Approve.Why)
}

// deliveryText returns what became of a message: "grace@example.com (group:sre) by slack
// at …", or why it failed.
func deliveryText(d api.Delivery, moment func(time.Time) string) string {
	to := d.To
	if d.Person != "" && d.Person != d.To {
		to = d.Person + " " + parenthesized(d.To)
	}
	said := to
	if d.By != d.To {
		said += " by " + d.By
	}
	if d.State == api.DeliverySent {
		return text.Line(said + " at " + moment(d.At))
	}
	said = d.State + ": " + said
	if d.Why != "" {
		said += ": " + d.Why
	}
	return text.Line(said)
}

// approvalsOf returns how many approvals a pending request has, and whose are missing:
// "1 of 2, security missing". It is "" if one approval is enough.
func approvalsOf(r api.Request) string {
	if r.Status != run.Pending || r.Review == nil {
		return ""
	}
	needs := r.Review.Approvals
	need := 0
	for _, each := range needs {
		need += each.Count
	}
	if need < 2 {
		return ""
	}
	have := len(r.Review.ApprovedBy)
	var missing []string
	if r.WaitingFor != nil { // what counts today
		have = need
		for _, w := range r.WaitingFor {
			have -= w.Count - len(w.Have)
			name := strings.TrimPrefix(w.From, "group:")
			switch {
			case toAdmins(w, r.Review, needs):
				return "admins missing"
			case len(needs) > 1 && !slices.Contains(missing, name):
				missing = append(missing, name)
			}
		}
	}
	progress := fmt.Sprintf("%d of %d", have, need)
	if len(missing) > 0 {
		progress += ", " + strings.Join(missing, " and ") + " missing"
	}
	return progress
}

// toAdmins reports whether a request waits for its admins because it has too few
// approvers.
func toAdmins(w api.WaitingFor, review *api.Review, needs []api.Requirement) bool {
	const admins = "admins"
	return w.From == admins && len(review.Approvers) > 0 && !slices.Equal(review.Approvers, []string{admins}) &&
		!slices.ContainsFunc(needs, func(need api.Requirement) bool { return need.From == admins })
}
