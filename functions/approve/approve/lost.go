package approve

import (
	"net/http"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// lost returns the problem for an action that can't take effect any more, or not yet.
// It says who decided and when, or, for a late revoke, who or what ended the access.
func (s service) lost(c *httpapi.Call, r *run.Run, e run.EventName, why run.TooLate) error {
	if e == run.Reviews {
		return s.reviewed(c, r, why)
	}
	if e == run.Confirm {
		return s.unconfirmed(c, r, string(why))
	}
	v := s.view(c, r)
	p := httpapi.NewProblem(http.StatusConflict, api.ProblemDecided, string(why))
	p.Request = &v
	switch {
	case v.Decision != nil:
		won := run.Outcome{Event: v.Decision.Event, By: v.Decision.By, At: v.Decision.At}
		if last, there := r.Outcome(); there && e == run.Revoke {
			won = last
		}
		p.Decision, p.DecidedBy = v.Decision, &won
		if e == run.Revoke && r.ExtendedBy != "" {
			break // where the access goes on
		}
		p.Detail = strings.TrimSuffix(p.Detail, ".") + ": " + by(won) + "."
	case why == run.NoAccess:
		p.Type = api.ProblemNotActive
	default:
		p.Type = api.ProblemReviewOver
	}
	return p
}

// already returns why an action is too late for a run that is decided.
func already(r *run.Run) run.TooLate {
	return run.TooLate("This request is " + string(r.Status) + " already.")
}

// by returns who did what and when, such as "denied by grace@example.com at
// 2026-11-23T10:00:00Z".
func by(o run.Outcome) string {
	did := map[run.EventName]string{
		run.Approve: "approved", run.Deny: "denied", run.Cancel: "canceled", run.Expire: "expired",
		run.Escalate: "granted", run.Deescalate: "ended", run.Revoke: "revoked", run.Fail: "failed", run.Reviews: "reviewed", run.Erased: "erased",
	}[o.Event]
	if did == "" {
		did = string(o.Event)
	}
	switch {
	case o.By.Type == run.EngineActor:
	case o.By.Email != "":
		did += " by " + o.By.Email
	default:
		did += " by " + o.By.ID
	}
	return did + " at " + o.At.Format(time.RFC3339)
}

// tooLate reports whether an action of that kind can't count any more: a decision
// is made once, and access is revoked while it is being granted or active. Until its
// start it can be canceled too. An emergency is reviewed until it was.
func tooLate(r *run.Run, a run.Act) bool {
	switch {
	case a.Event == run.Reviews:
		return r.Over()
	case a.Event == run.Confirm:
		return r.Status != run.Active || r.TakingBack()
	case a.Event == run.Revoke || a.Event == run.Cancel && r.Status.Decided() && a.At.Before(r.StartsAt):
		return !r.Flow.HasAccess() || r.Over() || r.AwaitsReview()
	}
	return r.Status.Decided()
}
