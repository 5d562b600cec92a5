// Package approve is the work of functions/approve: it stores a person's action on a
// request, wakes the request's execution, and responds once the action has taken
// effect or not. It refuses with a 403, 409 or 429 what the run can't take as it is
// stored. Whether a stored action takes effect is decided by package engine alone.
package approve

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
	"github.com/fasttrack-dev/fasttrack/internal/wake"
)

// Store stores runs and actions; see [store.Store] for the errors.
type Store interface {
	Link(ctx context.Context, p run.Person) (run.Person, error)
	Load(ctx context.Context, id string) (*run.Run, error)
	LoadAll(ctx context.Context, id string) (store.Record, error)
	AddAct(ctx context.Context, r *run.Run, a run.Act) error
}

// SlackActs counts actions in Slack; see [store.Store].
type SlackActs interface {
	CountSlackAct(ctx context.Context, team, user string, now time.Time) (bool, error)
}

// Deps are the dependencies of the API.
type Deps struct {
	Identify      httpapi.Identifier
	Store         Store
	StepFunctions wake.Client
	// Flows have the labels that people read; nil has none.
	Flows *flow.File
	// Today says who may act; see [run.Today].
	Today *run.Today
	// Slack identifies people whom functions/slack calls for; nil without Slack.
	Slack *httpapi.Slack
	// SlackActs counts what people do in Slack. It is used with Slack only.
	SlackActs SlackActs
	// BasePath is that of [httpapi.API].
	BasePath string
	// Now is time.Now unless it is set.
	Now func() time.Time
	// Pause waits between two reads of a run, until ctx ends at the latest. Nil waits in
	// real time.
	Pause func(ctx context.Context, d time.Duration)
}

type service struct{ Deps }

// New returns the API of functions/approve.
func New(d Deps) *httpapi.API {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Pause == nil {
		d.Pause = pause
	}
	s := service{d}
	routes := map[string]httpapi.Route{}
	for _, e := range []run.EventName{run.Approve, run.Deny, run.Cancel, run.Revoke, run.Withdraw, run.Reviews, run.Confirm} {
		routes["POST /requests/{id}/"+string(e)] = httpapi.Route{Slack: true, Handle: func(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
			return s.act(ctx, c, e)
		}}
	}
	return &httpapi.API{Identify: d.Identify, Link: d.Store.Link, Routes: routes, BasePath: d.BasePath, Slack: d.Slack}
}

// act checks and stores one action, wakes the execution and waits for the result.
func (s service) act(ctx context.Context, c *httpapi.Call, e run.EventName) (httpapi.Reply, error) {
	key, err := c.IdempotencyKey()
	if err != nil {
		return httpapi.Reply{}, err
	}
	channel, err := c.Channel()
	if err != nil {
		return httpapi.Reply{}, err
	}
	rec, err := s.load(ctx, c)
	if err != nil {
		return httpapi.Reply{}, err
	}
	r := rec.Run
	c.About(r.ID, r.Flow.Name)
	a, fits, wrong := readAct(c, r, e)
	if !fits {
		return httpapi.Reply{}, wrong
	}
	a.Channel = channel
	if key != "" {
		// Look the key up before checking the request, which this very action may have
		// changed.
		a.Key = run.HashID(c.Caller.Principal, r.ID, string(e), key)
		if before, there := sameKey(rec.Acts, a.Key); there {
			return s.again(ctx, c, r, before, a)
		}
	}
	if wrong != nil {
		return httpapi.Reply{}, wrong
	}
	if a.IfMatch, err = s.ifMatch(c, r); err != nil {
		return httpapi.Reply{}, err
	}
	now := s.Now()
	switch err := s.check(r, a, now); {
	case errors.Is(err, run.ErrApproved), errors.Is(err, run.ErrConfirmed):
		return s.done(c, r), nil
	case err != nil:
		return httpapi.Reply{}, s.refused(c, r, e, err)
	}
	if e == run.Confirm && r.Confirming() {
		return s.later(c, r), nil // another call was first
	}
	if err := limit(r, rec.Acts, a, s.Today, now); err != nil {
		return httpapi.Reply{}, err
	}
	if err := s.limitSlack(ctx, c, now); err != nil {
		return httpapi.Reply{}, err
	}
	a.ID, a.At = run.NewID(now), now.UTC().Truncate(time.Millisecond)
	if err := s.Store.AddAct(ctx, r, a); err != nil {
		return httpapi.Reply{}, err
	}
	if key != "" {
		// Another call with the key may have come between. The first of them counts, and
		// its result is the result of this one.
		rec, err := s.Store.LoadAll(ctx, r.ID)
		if err == nil {
			if first, there := sameKey(rec.Acts, a.Key); there {
				return s.again(ctx, c, rec.Run, first, a)
			}
		}
	}
	return s.outcome(ctx, c, r, a)
}

// again waits for the result of the action that was stored under the key of a. It
// refuses another action under that key.
func (s service) again(ctx context.Context, c *httpapi.Call, r *run.Run, before, a run.Act) (httpapi.Reply, error) {
	if before.Reason != a.Reason || before.DurationSeconds != a.DurationSeconds || before.Override != a.Override || before.Verdict != a.Verdict {
		return httpapi.Reply{}, httpapi.NewProblem(http.StatusUnprocessableEntity, api.ProblemIdempotencyKeyReused,
			"This Idempotency-Key was used for another action.", api.FieldError{Field: "Idempotency-Key", Detail: "was used with another body"})
	}
	return s.outcome(ctx, c, r, before)
}

// load returns the run if the caller may see it.
func (s service) load(ctx context.Context, c *httpapi.Call) (store.Record, error) {
	id, ok := run.ParseID(c.Param("id"))
	if !ok {
		return store.Record{}, httpapi.NotFound()
	}
	rec, err := s.Store.LoadAll(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return store.Record{}, httpapi.NotFound()
	}
	if err != nil {
		return store.Record{}, err
	}
	if !rec.Run.MaySee(c.Caller.Person, s.Today) {
		return store.Record{}, c.Hidden()
	}
	return rec, nil
}

// readAct reads the body of an action; its error names every wrong field. fits
// reports whether the body has the form of one, whatever the request is like.
func readAct(c *httpapi.Call, r *run.Run, e run.EventName) (a run.Act, fits bool, wrong error) {
	body, err := httpapi.ReadBody(c.Event)
	if err != nil {
		return run.Act{}, false, err
	}
	a = run.Act{Event: e, Person: c.Caller.Person}
	if e == run.Reviews {
		return readReview(body, a)
	}
	if e == run.Confirm {
		a.Reason = body.Lines("note", run.MaxReason)
		return a, body.Fits(), body.Err()
	}
	a.Reason = body.Lines("reason", run.MaxReason)
	if e != run.Cancel && e != run.Withdraw {
		a.Override = body.Bool("override")
	}
	var shortened *int
	if e == run.Approve {
		shortened = body.Seconds("duration_seconds")
	}
	fits = body.Fits()
	if text.Blank(a.Reason) && (r.Flow.NeedsReason(e) || a.Override) {
		body.Fail("reason", "it is required")
	}
	if shortened != nil {
		a.DurationSeconds = *shortened
		switch {
		case r.DurationSeconds == 0:
			body.Fail("duration_seconds", "the flow has no duration to shorten")
		case r.Endless() && *shortened >= r.DurationSeconds:
			body.Fail("duration_seconds", "must be less than %d, after which this access must be confirmed: a duration sets its end", r.DurationSeconds)
		case *shortened > r.DurationSeconds:
			body.Fail("duration_seconds", "must be at most %d: a duration can only be shortened", r.DurationSeconds)
		}
	}
	return a, fits, body.Err()
}

func sameKey(acts []run.Act, key string) (run.Act, bool) {
	for _, a := range acts {
		if a.Key == key {
			return a, true
		}
	}
	return run.Act{}, false
}

// check reports whether the action counts as things stand; see [run.Run.Check]. An
// action on a run with too few approvers is stored although the run refuses it: the
// engine then sends the run to its admins.
func (s service) check(r *run.Run, a run.Act, now time.Time) error {
	err := r.Check(a.Event, a.Person, s.Today, now)
	if err != nil && r.Reroutes(s.Today) && r.MayAct(a.Event, a.Person, s.Today) == nil {
		err = nil
	}
	if err == nil || errors.Is(err, run.ErrApproved) {
		if err := r.MayVia(a.Channel, a.Event, a.Person, s.Today); err != nil {
			return err
		}
	}
	if a.Override && (err == nil || errors.Is(err, run.ErrApproved)) {
		if err := r.MayOverride(a, s.Today); err != nil {
			return err
		}
	}
	return err
}

// refused returns the problem for an error of [run.Run.Check] or
// [run.Run.MayOverride].
func (s service) refused(c *httpapi.Call, r *run.Run, e run.EventName, err error) error {
	var late run.TooLate
	if !errors.As(err, &late) {
		return httpapi.Refused(err.Error())
	}
	return s.lost(c, r, e, late)
}

// view returns the run as the caller sees it.
func (s service) view(c *httpapi.Call, r *run.Run) api.Request {
	v := r.ViewFor(c.Caller.Person, s.Today, s.Now())
	s.Flows.Show(&v, r)
	return v
}
