package browser

import (
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// whileActive is the hook that looks again at active access.
var whileActive = api.Actor{Type: api.ActorHook, ID: "while_active"}

// lookedAt is access that was looked at again, whose last look failed.
func lookedAt(n int) api.Request {
	r := then(active(n, false), ago(time.Minute), api.EventIgnore, whileActive, api.StatusActive, "")
	last := &r.History[len(r.History)-1]
	last.Channel, last.Error, last.HooksVersion = api.ChannelHook, "PagerDuty did not respond: 503", "17"
	r.Access.Looks = &api.Looks{
		Count: 2, FirstAt: ago(6 * time.Minute), LastAt: ago(time.Minute), NextAt: now.Add(4 * time.Minute),
		Failed: 1, FirstFailedAt: ago(time.Minute), LastFailedAt: ago(time.Minute), Error: last.Error,
	}
	r.LastError = &api.LastError{At: ago(time.Minute), Where: "while_active", Text: last.Error, NextTryAt: now.Add(4 * time.Minute)}
	return r
}

// revokedByALook is access that ended because of what a second look found.
func revokedByALook(n int) api.Request {
	r := then(lookedAt(n), ago(30*time.Second), api.EventRevoke, whileActive, api.StatusRevoked, "Ada is no longer on call: the incident OPS-1342 is resolved.")
	r.History[len(r.History)-1].Channel = api.ChannelHook
	r.Access.GoneAt, r.Access.Looks.NextAt, r.LastError, r.You = ago(30*time.Second), time.Time{}, nil, nothing("The request is over.")
	return r
}

// extendable is Grace's access, which she may extend.
func extendable(n int) api.Request {
	r, needed := active(n, true), true
	r.You.Extend = &api.ExtendAllowed{May: true, Why: "It is your access.", ReasonRequired: &needed, DurationsSeconds: []int{1800, 3600}, EndsAt: r.Access.EndsAt}
	return r
}

// refusedExtension is an API that takes no extension of access that may be extended.
func refusedExtension() map[string]any {
	all := one(extendable(1))
	all["POST /requests/"+requestID(1)+"/extend"] = &api.Problem{
		Type: api.ProblemNotExtendable, Status: 409, Title: "Conflict", Detail: "Request " + requestID(2) + " to extend this access is open. Only one can be.",
	}
	return all
}

// extend sends the form of an extension.
const extend = `document.querySelector("#r-extend").value = "The repair takes longer."; document.querySelector("#extend form").requestSubmit()`

// extension is a request of Ada's to extend access that is there.
func extension(n int) api.Request {
	r := pending(n)
	r.Extends = &api.Extends{ID: requestID(2), Number: 1, StartedAt: ago(11 * time.Minute), EndsAt: now.Add(49 * time.Minute), TotalSeconds: 3600}
	r.Reason, r.DurationSeconds = "The roll-back takes longer.", 3600
	r.History[0].Reason, r.History[0].Extends = r.Reason, r.Extends
	return r
}

// withMyEmergency is an API with emergencies in the lists: one to review, and Grace's own.
func withMyEmergency() map[string]any {
	m := me()
	m.Counts.Unreviewed = number(1)
	mine := unreviewed(9)
	mine.Requester, mine.History[0].Actor = grace, user(grace)
	late := unreviewed(8)
	late.BreakGlass.ReviewBy = ago(2 * time.Hour)
	return map[string]any{
		"GET /me": m, "GET /requests?view=mine": api.RequestList{Requests: []api.Request{mine, active(4, true), denied(5)}},
		"GET /requests?view=all": api.RequestList{Requests: []api.Request{mine, late, pending(1), denied(5)}},
	}
}
