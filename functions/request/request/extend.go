package request

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// extend requests that active access lasts longer: by a request of its own, which passes
// hooks and people as any other, and takes the access over once it is granted.
func (s service) extend(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	id, ok := run.ParseID(c.Param("id"))
	if !ok {
		return httpapi.Reply{}, httpapi.NotFound()
	}
	key, err := c.IdempotencyKey()
	if err != nil {
		return httpapi.Reply{}, err
	}
	var from run.Source
	if from.Channel, err = c.Channel(); err != nil {
		return httpapi.Reply{}, err
	}
	if from.Place, err = c.Place(); err != nil {
		return httpapi.Reply{}, err
	}
	body, err := httpapi.ReadBody(c.Event)
	if err != nil {
		return httpapi.Reply{}, err
	}
	extended, err := s.Store.Load(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return httpapi.Reply{}, httpapi.NotFound()
	}
	if err != nil {
		return httpapi.Reply{}, err
	}
	if !extended.MaySee(c.Caller.Person, s.today) || c.Slack != nil && !extended.SlackUse(s.today).Messages() {
		return httpapi.Reply{}, c.Hidden()
	}
	c.About(extended.ID, extended.Flow.Name)
	status := http.StatusOK
	r, err := s.earlierExtension(ctx, c, body, extended, key)
	if err == nil && r == nil {
		status = http.StatusCreated
		r, err = s.createExtension(ctx, c, body, extended, from, key)
		if errors.Is(err, store.ErrExists) && key != "" {
			status = http.StatusOK // another call with the key was first
			if r, err = s.earlierExtension(ctx, c, body, extended, key); err == nil && r == nil {
				err = store.ErrNotFound
			}
		}
	}
	if err != nil {
		return httpapi.Reply{}, err
	}
	return s.accepted(ctx, c, r, nil, status)
}

// extensionID names the extension that a caller requests under a key.
func extensionID(c *httpapi.Call, extended *run.Run, key string) string {
	return run.HashID(c.Caller.Principal, "extend", extended.ID, key)
}

// earlierExtension returns the extension that the caller requested under the key; nil if
// the key is new. Another body under the key is refused.
func (s service) earlierExtension(ctx context.Context, c *httpapi.Call, body *httpapi.Body, extended *run.Run, key string) (*run.Run, error) {
	if key == "" {
		return nil, nil
	}
	r, err := s.Store.Load(ctx, extensionID(c, extended, key))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if sent, err := bodyDigest(body, key); err != nil || sent != r.Sent {
		return nil, errors.Join(err, reused())
	}
	return r, nil
}

// createExtension stores a new run that extends another.
func (s service) createExtension(ctx context.Context, c *httpapi.Call, body *httpapi.Body, extended *run.Run, from run.Source, key string) (*run.Run, error) {
	now := s.Now()
	f, asked, err := s.parseExtension(c, body, extended, now)
	if err != nil {
		return nil, err
	}
	newest, err := s.closedExtension(ctx, extended)
	if err != nil {
		return nil, err
	}
	asked.ID, asked.NonceKey, asked.Channel, asked.Place = run.NewID(now), run.NewNonceKey(), from.Channel, from.Place
	if key != "" {
		asked.ID = extensionID(c, extended, key)
		if asked.Sent, err = bodyDigest(body, key); err != nil {
			return nil, err
		}
	}
	counted, err := s.recent(ctx, f, asked, now)
	if err != nil {
		return nil, err
	}
	asked.Recent, asked.RecentCounts = counted.Recent, counted.Counts
	r, err := run.New(asked, now)
	if err != nil {
		return nil, err
	}
	if err := sameAccess(r, extended); err != nil {
		return nil, err
	}
	if err := s.refuseDraining(ctx, now); err != nil {
		return nil, err
	}
	if err := s.limit(ctx, f, *r.Holder(), r.ID, now); err != nil {
		return nil, err
	}
	err = s.Store.CreateExtension(ctx, r, extended, newest)
	if errors.Is(err, store.ErrConflict) {
		return nil, httpapi.NewProblem(http.StatusConflict, api.ProblemNotExtendable, "Another extension of this request was requested just now.")
	}
	if errors.Is(err, store.ErrExists) && key == "" {
		return s.Store.Load(ctx, r.ID) // the call's own, stored by a put whose response was lost
	}
	return r, err
}

// parseExtension checks an extension by today's flow, and returns it. Fields and target are
// those of the run that is extended. The error names every invalid field.
func (s service) parseExtension(c *httpapi.Call, body *httpapi.Body, extended *run.Run, now time.Time) (*flow.Flow, run.Draft, error) {
	seconds, reason := body.Seconds("duration_seconds"), body.Lines("reason", run.MaxReason)
	if err := body.Err(); err != nil {
		return nil, run.Draft{}, err
	}
	f, there := s.Flows.Find(extended.Flow.Name)
	var rule *run.ExtendRule
	if there {
		rule = f.ExtendRule()
	}
	if err := extended.MayExtend(c.Caller.Person, rule, now); err != nil {
		return nil, run.Draft{}, s.notExtendable(c, extended, err)
	}
	if why := s.notToday(c, f, extended); why != "" {
		return nil, run.Draft{}, httpapi.Refused(why)
	}
	if target, is := extended.Target(); is && !slices.ContainsFunc(f.Targets, func(t flow.Target) bool { return t.ID == target.ID }) {
		return nil, run.Draft{}, s.notExtendable(c, extended, run.TooLate(fmt.Sprintf("The flow %s no longer has the target %q.", f.Name, target.ID)))
	}
	duration, why := extensionOf(extended, *rule, f.Name, seconds)
	if why != "" {
		body.Fail("duration_seconds", "%s", why)
	}
	if text.Blank(reason) && slices.Contains(f.RequireReason, "request") {
		body.Fail("reason", "it is required")
	}
	if why := f.UndecidableFor(c.Caller.Person, extended.For, s.today); why != "" {
		body.Fail("flow", "%s", why)
	}
	if err := body.Err(); err != nil {
		return nil, run.Draft{}, err
	}
	block, err := f.ForRun(s.HooksFunction)
	if err != nil {
		return nil, run.Draft{}, err
	}
	version, err := f.Version()
	if err != nil {
		return nil, run.Draft{}, err
	}
	extends := extended.Extension()
	return f, run.Draft{
		Flow: block, FlowVersion: version, Requester: c.Caller.Person, For: extended.For, Extends: &extends,
		Fields: extended.Fields, Sensitive: extended.Sensitive, Chosen: extended.Chosen, Reason: reason, DurationSeconds: duration,
	}, nil
}

// notToday returns why the caller may not request the flow today, for whom they did; ""
// if they may.
func (s service) notToday(c *httpapi.Call, f *flow.Flow, extended *run.Run) string {
	caller := c.Caller.Person
	switch {
	case c.Slack != nil && !(f.Slack.Requests() && extended.SlackUse(s.today).Requests()):
		return "This flow can't be requested in Slack; use the web or the command line."
	case extended.HeldBy(caller):
		if !f.MayAsk(caller) {
			return "The flow no longer lets you request it."
		}
	case extended.For == nil || !f.MayAskForOthers(caller) || !f.MayBeAskedFor(*extended.For):
		return "The flow no longer lets you request it for this person."
	}
	return ""
}

// extensionOf returns by how much access is extended: by one of the rule's durations that
// keeps within the total, the first by default.
func extensionOf(extended *run.Run, rule run.ExtendRule, flowName string, asked *int) (seconds int, why string) {
	left := extended.Extendable(rule)
	switch {
	case asked == nil:
		return left[0], ""
	case slices.Contains(left, *asked):
		return *asked, ""
	case slices.Contains(rule.DurationsSeconds, *asked):
		return 0, fmt.Sprintf("access that began at %s would last longer than %s in all, which is extend.max_total of the flow %s",
			extended.Extension().StartedAt.Format(time.RFC3339), run.Spell(rule.MaxTotalSeconds), flowName)
	}
	choices := make([]string, len(left))
	for i, d := range left {
		choices[i] = fmt.Sprint(d)
	}
	return 0, "must be one of " + strings.Join(choices, ", ")
}

// closedExtension returns the newest run that extends another, "" for none, or the problem
// that it may still grant something: one extension is open at a time.
func (s service) closedExtension(ctx context.Context, extended *run.Run) (string, error) {
	newest, err := s.Store.LoadExtension(ctx, extended.ID)
	if err != nil || newest == "" {
		return "", err
	}
	x, err := s.Store.Load(ctx, newest)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return newest, nil
	case err != nil:
		return "", err
	case x.Status == run.Active:
		return "", httpapi.NewProblem(http.StatusConflict, api.ProblemNotExtendable, "This access goes on in request "+newest+". Extend that one.")
	case !x.Over():
		return "", httpapi.NewProblem(http.StatusConflict, api.ProblemNotExtendable, "Request "+newest+" to extend this access is open. Only one can be.")
	}
	return newest, nil
}

// sameAccess refuses an extension that would grant other access than the run that it
// extends has: then nothing could be taken over.
func sameAccess(r, extended *run.Run) error {
	mine, err := lease.KeyOf(r)
	if err != nil {
		return err
	}
	theirs, err := lease.KeyOf(extended)
	if err != nil {
		return err
	}
	if mine != theirs {
		return httpapi.NewProblem(http.StatusConflict, api.ProblemNotExtendable, "The flow now grants access in another way, or knows you by another name. Request the access again instead.")
	}
	return nil
}

// notExtendable returns the problem for an error of [run.Run.MayExtend].
func (s service) notExtendable(c *httpapi.Call, r *run.Run, err error) error {
	var late run.TooLate
	if !errors.As(err, &late) {
		return httpapi.Refused(err.Error())
	}
	kind := api.ProblemNotExtendable
	if r.Extensible() != nil {
		kind = api.ProblemNotActive
	}
	p := httpapi.NewProblem(http.StatusConflict, kind, string(late))
	v := s.view(c, r)
	p.Request = &v
	return p
}

// addExtension adds the newest run that extends one whose access was granted.
func (s service) addExtension(ctx context.Context, r *run.Run, v *api.Request) error {
	f, there := s.Flows.Find(r.Flow.Name)
	if r.Access == nil || r.Access.StartsAt.IsZero() || r.ExtendedBy == "" && (!there || f.Extend == nil) {
		return nil
	}
	newest := r.ExtendedBy
	if newest == "" {
		var err error
		if newest, err = s.Store.LoadExtension(ctx, r.ID); err != nil || newest == "" {
			return err
		}
	}
	x, err := s.Store.Load(ctx, newest)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	v.Extension = &api.Extension{ID: x.ID, Status: x.Status}
	return nil
}
