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

// patience is how long a call waits for what comes of an act.
const patience = 10 * time.Second

// outcome wakes the run's execution and waits for what comes of an act. What is
// not known in time is answered as accepted: the act is stored and will be
// dealt with, at the latest when the run is next looked at. So neither a read
// nor a wake that fails is the call's failure; both are tried again meanwhile.
func (s service) outcome(whole context.Context, c *httpapi.Call, r *run.Run, a run.Act) (httpapi.Reply, error) {
	ctx, cancel := context.WithTimeout(whole, patience)
	defer cancel()
	woken := ""
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		next, err := s.Store.Load(ctx, r.ID)
		if err == nil {
			r = next
			if reply, err, known := s.settled(c, r, a); known {
				return reply, err
			}
			// A token that is stored after this read finds the act by itself.
			if token := r.Engine.Token; token != "" && token != woken {
				if err = wake.Wake(ctx, s.StepFunctions, token); err == nil {
					woken = token
				}
			}
		}
		if err != nil && ctx.Err() == nil {
			c.Log.Warn("the act is stored, its outcome is not known yet", "act", a.ID, "error", err.Error())
		}
		select {
		case <-ctx.Done():
			if rec, err := s.Store.LoadAll(whole, r.ID); err == nil {
				if err := rec.Run.Room(rec.Acts, a, s.Today); err != nil {
					return httpapi.Reply{}, full(err) // Decide leaves it out
				}
			}
			return httpapi.Reply{Status: http.StatusAccepted, Headers: map[string]string{"location": c.Path("/requests/" + r.ID)}, Body: s.view(c, r)}, nil
		case <-time.After(pause):
		}
	}
}

// settled tells what came of an act, as soon as that is known: the entry of the
// history that carries its id, or a decision without it.
func (s service) settled(c *httpapi.Call, r *run.Run, a run.Act) (reply httpapi.Reply, err error, known bool) {
	for i := len(r.History) - 1; i >= 0; i-- {
		e := r.History[i]
		if e.Act != a.ID {
			continue
		}
		switch e.Event {
		case a.Event:
			return s.done(c, r), nil, true
		case run.Ignore:
			if a.Event == run.Approve && r.Approved(a.Person) {
				// The second of two that were sent at once: the first counts.
				return s.done(c, r), nil, true
			}
			if e.Actor.Type == run.EngineActor && e.Reason == string(run.Moved) {
				return httpapi.Reply{}, s.moved(c, r), true
			}
			if e.Actor.Type == run.EngineActor {
				return httpapi.Reply{}, httpapi.Refused(e.Reason), true
			}
			return httpapi.Reply{}, httpapi.Forbidden(e.Reason), true
		}
		return httpapi.Reply{}, s.lost(c, r, a.Event, already(r)), true
	}
	switch {
	case slices.Contains(r.Engine.Handled, a.ID):
		return httpapi.Reply{}, httpapi.Forbidden("This does not count; the request has had so many ignored acts that no more are recorded."), true
	case tooLate(r, a.Event):
		return httpapi.Reply{}, s.lost(c, r, a.Event, already(r)), true
	}
	return httpapi.Reply{}, nil, false
}
