// Package slackway brings messages to Slack, and keeps each copy as the request is.
//
// A copy is posted, stored and then compared with the run once more. A decision is stored
// before its event looks for copies. So one of both sees the other, and no copy keeps
// buttons that have no effect.
package slackway

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Store is the part of the table that is used.
type Store interface {
	Load(ctx context.Context, id string) (*run.Run, error)
	ClaimSlackCopy(ctx context.Context, runID string, c store.SlackCopy, now time.Time) (bool, error)
	SaveSlackCopy(ctx context.Context, runID string, c store.SlackCopy, now time.Time) error
	SlackCopies(ctx context.Context, runID string) ([]store.SlackCopy, error)
	SlackUserByEmail(ctx context.Context, email string, now time.Time) (store.SlackUser, bool, error)
	SaveSlackUserByEmail(ctx context.Context, email string, u store.SlackUser) error
	SlackHomes(ctx context.Context, now time.Time) ([]store.SlackHome, error)
}

// Options are the dependencies of a [Way].
type Options struct {
	Store Store
	// Token returns the bot token of the Slack app.
	Token func(context.Context) (string, error)
	// Teams are the ids of workspaces and organizations whose members get messages.
	Teams []string
	// Today is what flows.yaml says now, and Show adds its labels to the view of a run. Both
	// may be nil.
	Today func() *run.Today
	Show  func(*api.Request, *run.Run)
	// ShowHomes has App Homes shown again; nil leaves them until they are opened.
	ShowHomes func(context.Context, []store.SlackHome) error
	// APIURL is the address of the Web API; "" for Slack's own. Transport calls it,
	// http.DefaultTransport unless set.
	APIURL    string
	Transport http.RoundTripper
	Now       func() time.Time
	Log       *slog.Logger
}

// Way is Slack as a [deliver.Way].
type Way struct {
	Options
	http patient
}

var _ deliver.Follower = (*Way)(nil)

// The time that one call of Slack may take, of which few take longer than a second. To
// give up on a post costs more: the message may appear all the same, and nobody knows of it.
const (
	callTimeout = 8 * time.Second
	postTimeout = 20 * time.Second
)

// patient calls Slack, and waits longer for the answers to posts.
type patient struct{ calls, posts *http.Client }

func (p patient) Do(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, postMessage) {
		return p.posts.Do(req) // #nosec G704 -- the host is that of Options.APIURL
	}
	return p.calls.Do(req) // #nosec G704 -- the host is that of Options.APIURL
}

// New returns the way.
func New(o Options) *Way {
	if o.APIURL == "" {
		o.APIURL = slack.APIURL
	}
	return &Way{Options: o, http: patient{
		calls: &http.Client{Timeout: callTimeout, Transport: o.Transport}, posts: &http.Client{Timeout: postTimeout, Transport: o.Transport},
	}}
}

// Name returns the By of its deliveries.
func (w *Way) Name() string { return "slack" }

// Reaches returns why a person has no Slack user to write to. Whether a channel takes
// messages is known only when one is posted.
func (w *Way) Reaches(ctx context.Context, a deliver.Addressee) (string, error) {
	if a.Person == "" {
		return "", nil
	}
	api, err := w.client(ctx)
	if err != nil {
		return "", err
	}
	u, err := w.user(ctx, api, a.Person)
	return u.Why, err
}

// Send posts the message of a notice, and stores where it is.
func (w *Way) Send(ctx context.Context, n deliver.Notice, a deliver.Addressee) error {
	use := w.use(n.Run)
	if !use.Messages() {
		return deliver.Skip{Why: "the flow keeps its requests out of Slack"}
	}
	api, err := w.client(ctx)
	if err != nil {
		return err
	}
	to, user := a.Channel, ""
	if a.Person != "" {
		u, err := w.user(ctx, api, a.Person)
		switch {
		case err != nil:
			return err
		case u.Why != "":
			return deliver.Permanent{Why: u.Why}
		}
		to, user = u.ID, u.ID
	}
	if reminded, err := w.remindReview(ctx, api, n, a); reminded || err != nil {
		return err
	}
	c := store.SlackCopy{Key: copyKey(n.Event, a), User: user, Why: n.Why, Seq: n.Event.Entry.Seq, ReadOnly: isRequester(n.Run, a)}
	var m slackui.Message
	switch n.Kind {
	case deliver.Ask, deliver.Alert: // an emergency has a card too, which asks for its review
		c.Kind = store.SlackCard
		m, c.Looks = w.card(n.Run, c, n.Link), w.looks(n.Run, c, n.Link)
	default:
		c.Kind = store.SlackDirect
		var is bool
		if m, is = slackui.Direct(w.event(n.Event, n.Run), w.look(n.Run, c, n.Link)); !is {
			return deliver.Skip{Why: "Slack has no message about it"}
		}
	}
	if c.Channel, c.TS, err = api.PostMessageContext(ctx, to, m.Options()...); err != nil {
		return w.failed(ctx, a, err)
	}
	if err := w.Store.SaveSlackCopy(ctx, n.Run.ID, c, w.Now()); err != nil {
		return err
	}
	if c.Kind == store.SlackCard {
		w.settle(ctx, api, n, c)
	}
	return nil
}

// copyKey identifies a copy: the event and the addressee. It sorts by the event.
func copyKey(e api.Event, a deliver.Addressee) string {
	return eventKey(e) + "#" + a.Person + a.Channel
}

// eventKey identifies an event within its request.
func eventKey(e api.Event) string {
	if e.Entry.Seq > 0 {
		return fmt.Sprintf("%06d", e.Entry.Seq)
	}
	return strings.TrimPrefix(e.ID, e.Request.ID+"-")
}

// isRequester reports whether the addressee is who made the request, or whom it is for. With
// self-approval they may decide it all the same, but never review their own emergency.
func isRequester(r *run.Run, a deliver.Addressee) bool {
	self := r.Flow.Review.SelfApproval && r.BreakGlass == nil
	return a.Person != "" && (r.For == nil && strings.EqualFold(a.Person, r.Requester.Email) && !self ||
		r.For != nil && (strings.EqualFold(a.Person, r.Requester.Email) || strings.EqualFold(a.Person, r.For.Email)))
}

// use returns what the run's flow lets people do in Slack.
func (w *Way) use(r *run.Run) run.SlackUse {
	if w.Today == nil {
		return r.SlackUse(nil)
	}
	return r.SlackUse(w.Today())
}

// look returns how a copy looks to its reader.
func (w *Way) look(r *run.Run, c store.SlackCopy, link string) slackui.Look {
	buttons := w.use(r).Decides()
	if c.Kind == store.SlackDirect || c.Kind == store.SlackRemind { // to the requester, about what is theirs
		buttons = w.use(r).Requests()
	}
	return slackui.Look{
		Why: c.Why, Link: link, Buttons: buttons && !(c.Kind == store.SlackCard && c.ReadOnly),
		Overdue:  r.AwaitsReview() && !w.Now().Before(r.BreakGlass.ReviewBy),
		Approved: c.User != "" && approvedBy(r, c), Shared: c.User == "",
	}
}

// card is the message of a copy to approvers, of the run as it is.
func (w *Way) card(r *run.Run, c store.SlackCopy, link string) slackui.Message {
	return slackui.Card(w.request(r), w.look(r, c, link))
}

// request returns what people read of a run. It holds nothing that a strategy returned.
func (w *Way) request(r *run.Run) api.Request {
	v := r.View()
	if w.Show != nil {
		w.Show(&v, r)
	}
	return v
}

// event is an event with its request as it is now.
func (w *Way) event(e api.Event, r *run.Run) api.Event {
	e.Request = w.request(r)
	return e
}

// approvedBy reports whether the person of a direct copy has approved.
func approvedBy(r *run.Run, c store.SlackCopy) bool {
	_, person, _ := strings.Cut(c.Key, "#")
	return r.Review != nil && slices.ContainsFunc(r.Review.ApprovedBy, func(a run.Approval) bool {
		return a.Email != "" && strings.EqualFold(a.Email, person)
	})
}
