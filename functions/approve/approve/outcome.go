package approve

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/wake"
)

// patience is how long a call waits for the result of an action.
const patience = 10 * time.Second

// longestPause is the longest between two reads of the run. afterWake is the first after its
// execution was woken: two states of it and functions/record come before there is a result.
const longestPause, afterWake = 250 * time.Millisecond, 8 * time.Millisecond

// outcome wakes the run's execution and waits for the result of an action. Without a
// result in time it responds 202: the action is stored and will be applied, at the
// latest when functions/reconcile looks at the run. So a failed read or wake does
// not fail the call; both are retried meanwhile.
func (s service) outcome(whole context.Context, c *httpapi.Call, r *run.Run, a run.Act) (httpapi.Reply, error) {
	ctx, cancel := context.WithTimeout(whole, patience)
	defer cancel()
	woken := ""
	for wait := 2 * time.Millisecond; ; wait = min(2*wait, longestPause) {
		next, err := s.Store.Load(ctx, r.ID)
		if err == nil {
			r = next
			if reply, err, known := s.settled(c, r, a); known {
				return reply, err
			}
			// Whoever stores a token after this read finds the action.
			if token := r.Engine.Token; token != "" && token != woken {
				if err = wake.Wake(ctx, s.StepFunctions, token); err == nil {
					woken, wait = token, afterWake
				}
			}
		}
		if err != nil && ctx.Err() == nil {
			c.Log.Warn("the action is stored; waiting for its result", "act", a.ID, "error", err.Error())
		}
		if s.Pause(ctx, wait); ctx.Err() != nil {
			if rec, err := s.Store.LoadAll(whole, r.ID); err == nil {
				if err := rec.Run.Room(rec.Acts, a, s.Today); err != nil {
					return httpapi.Reply{}, full(err) // functions/record leaves it out
				}
			}
			return s.later(c, r), nil
		}
	}
}

// later returns the run as it is before an action that is stored takes effect.
func (s service) later(c *httpapi.Call, r *run.Run) httpapi.Reply {
	return httpapi.Reply{Status: http.StatusAccepted, Headers: map[string]string{"location": c.Path("/requests/" + r.ID)}, Body: s.view(c, r)}
}

// pause waits in real time.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// settled returns the result of an action once there is one: the entry of the history
// with its id, or a decision without it.
func (s service) settled(c *httpapi.Call, r *run.Run, a run.Act) (reply httpapi.Reply, err error, known bool) {
	for i := len(r.History) - 1; i >= 0; i-- {
		e := r.History[i]
		if e.Act != a.ID {
			continue
		}
		switch e.Event {
		case a.Event:
			return s.done(c, r), nil, true
		case run.Revoke: // a cancel that came while access began
			return s.done(c, r), nil, true
		case run.Ignore:
			if a.Event == run.Approve && r.Approved(a.Person) {
				// The second of two at the same time: the first counts.
				return s.done(c, r), nil, true
			}
			if e.Actor.Type == run.EngineActor && e.Reason == string(run.Moved) {
				return httpapi.Reply{}, s.moved(c, r), true
			}
			if a.Event == run.Confirm {
				reply, err := s.notConfirmed(c, r, e)
				return reply, err, true
			}
			if e.Actor.Type == run.EngineActor {
				return httpapi.Reply{}, httpapi.Refused(e.Reason), true
			}
			return httpapi.Reply{}, httpapi.Forbidden(e.Reason), true
		}
		return httpapi.Reply{}, s.lost(c, r, a.Event, already(r)), true
	}
	switch {
	case slices.Contains(r.Engine.Handled, a.ID) && a.Event == run.Confirm:
		why := "The confirm had no effect. The request has so many ignored actions that no more are recorded."
		if e := r.LastError(); e != nil {
			why += " " + e.Text
		}
		return httpapi.Reply{}, s.unconfirmed(c, r, why), true
	case slices.Contains(r.Engine.Handled, a.ID):
		return httpapi.Reply{}, httpapi.Forbidden("This does not count. The request has so many ignored actions that no more are recorded."), true
	case tooLate(r, a):
		return httpapi.Reply{}, s.lost(c, r, a.Event, already(r)), true
	}
	return httpapi.Reply{}, nil, false
}
