package run

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Refusal says why somebody may not do something; it is safe to show.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// MayAct reports whether p may do e (approve, deny, cancel, revoke) to the run as
// it stands, whatever its status: nil means yes, else a [Refusal] says why not.
// docs/lifecycle.md has the rule as a table.
func (r *Run) MayAct(e EventName, p Person, t *Today) error {
	switch e {
	case Cancel:
		if !r.OwnedBy(p) {
			return Refusal("Only the requester can cancel a request.")
		}
		return nil
	case Revoke:
		if !r.Status.Decided() {
			return Refusal("This request has no access to revoke.")
		}
		if !r.OwnedBy(p) && !r.mayDeny(p, t) {
			return Refusal("You may not revoke this access.")
		}
		return nil
	case Approve:
		if !r.rule().SelfApproval && Same(r.Requester, p) && (r.mayApprove(p, t) || r.mayDeny(p, t)) {
			return Refusal("You can't approve your own request.")
		}
		if p.Crowded || r.Requester.Crowded && !r.rule().SelfApproval {
			return Refusal("Your login, or the requester's, is linked to so many others that you can't be distinguished.")
		}
		if r.mayApprove(p, t) {
			return nil
		}
		if r.mayDeny(p, t) {
			return Refusal("You may deny this request, but its flow no longer lets you approve it.")
		}
		return Refusal("You are not an approver of this request.")
	case Deny:
		if !r.mayDeny(p, t) {
			return Refusal("You are not an approver of this request.")
		}
		return nil
	}
	return Refusal("Unknown action.")
}

// MaySee reports whether p may read the run: its requester, who may decide it or
// could have by the flow, its viewers, and the flow's admins.
func (r *Run) MaySee(p Person, t *Today) bool {
	if r.OwnedBy(p) {
		return true
	}
	return !p.Machine && (r.mayDeny(p, t) || r.couldHave(p, t) || t.meansAny(r.viewers(t), p, r.admins(t)))
}

// AwaitsPerson reports whether p could decide the run now: it is pending, p may
// approve it and has not approved it yet.
func (r *Run) AwaitsPerson(p Person, t *Today) bool {
	return r.Status == Pending && r.MayAct(Approve, p, t) == nil && !r.approved(p)
}

// described is how much of a sentence may name people, in bytes.
const described = 1000

// Describe names the approvers of a rule, for a sentence: the first of them, and how
// many more there are.
func Describe(rule ReviewRule) string {
	shown, hidden := split(rule.Approvers)
	return who(shown, len(hidden))
}

// Who names the approvers, for a sentence: the first of them, and how many more
// there are.
func Who(v api.Review) string { return who(v.Approvers, v.ApproversMore) }

func who(shown []string, more int) string {
	var text strings.Builder
	for i, principal := range shown {
		if i > 0 && text.Len()+len(principal) > described {
			more += len(shown) - i
			break
		}
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(principal)
	}
	switch {
	case more == 0 && text.Len() == 0:
		return "the flow's admins"
	case more == 0:
		return text.String()
	case text.Len() == 0:
		return fmt.Sprintf("%d people", more)
	}
	return fmt.Sprintf("%s and %d more", text.String(), more)
}
