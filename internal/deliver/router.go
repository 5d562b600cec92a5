package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Store is the part of the table that is used.
type Store interface {
	// Load reads a run, strongly consistent. A [Permanent] error says that it is unknown.
	Load(ctx context.Context, id string) (*run.Run, error)
	// AllDeliveries reads what became of all messages about a run, strongly consistent.
	AllDeliveries(ctx context.Context, runID string) ([]api.Delivery, error)
	// ClaimDelivery claims a message. If it could not, before is what became of it, or
	// another text while a call sends it.
	ClaimDelivery(ctx context.Context, runID string, d api.Delivery, now time.Time) (ok bool, before string, err error)
	// SaveDelivery stores what became of a message; RetryDelivery, that it failed and may
	// be claimed again.
	SaveDelivery(ctx context.Context, runID string, d api.Delivery) error
	RetryDelivery(ctx context.Context, runID string, d api.Delivery) error
	// LoseDelivery stores that a message that was sent did not arrive.
	LoseDelivery(ctx context.Context, runID string, d api.Delivery) error
	// BecameOfRules reads what became of the change of rules that a run asked for, and when,
	// strongly consistent; false if nothing so far.
	BecameOfRules(ctx context.Context, runID string) (o api.RulesOutcome, at time.Time, there bool, err error)
}

// A Broadcast is a channel of the stack that gets the message of every event: the
// topic, the webhook.
type Broadcast struct {
	// Name is the By and the To of its deliveries.
	Name string
	Send func(context.Context) error
}

// Directory is whom flows.yaml names, and how people read a request. The zero value
// knows nobody.
type Directory struct {
	Today *run.Today
	// Channels are the Slack channels of groups.
	Channels map[string]string
	// Show adds labels to the view of a run. May be nil.
	Show func(*api.Request, *run.Run)
}

// Router sends the messages of events.
type Router struct {
	Store Store
	// Ways bring messages to people. Without any, only broadcasts are sent.
	Ways []Way
	// Directory is called once for each event that concerns people.
	Directory func() Directory
	// Page is the URL of a request's page; nil for none.
	Page func(id string) string
	Now  func() time.Time
	Log  *slog.Logger
}

// margin is the time of a call that is kept to record what became of its messages.
const margin = 2 * time.Second

// Report counts the messages of a call by what became of them in it.
type Report struct {
	Sent    int `json:"sent"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

// Plus returns the sum of two reports.
func (r Report) Plus(other Report) Report {
	return Report{r.Sent + other.Sent, r.Failed + other.Failed, r.Skipped + other.Skipped}
}

func (r *Report) add(became result) {
	switch became {
	case sent:
		r.Sent++
	case failed, retried:
		r.Failed++
	case skipped:
		r.Skipped++
	}
}

// Route sends the messages of one event. The error says which messages a retry may
// cure; a retry sends no others.
func (r *Router) Route(ctx context.Context, e api.Event, broadcasts []Broadcast) (Report, error) {
	if deadline, is := ctx.Deadline(); is {
		sending, cancel := context.WithDeadline(ctx, deadline.Add(-margin))
		defer cancel()
		ctx = sending
	}
	seq, loaded := e.Entry.Seq, (*run.Run)(nil)
	if seq == 0 || len(r.Ways) > 0 {
		var err error
		if loaded, err = r.Store.Load(ctx, e.Request.ID); err != nil {
			if gone := (Permanent{}); errors.As(err, &gone) {
				r.Log.WarnContext(ctx, "not notified", "run_id", e.Request.ID, "event", e.ID, "why", gone.Why)
				return Report{}, nil
			}
			return Report{}, err
		}
		seq = seqOf(e, loaded)
	}
	about := ""
	switch {
	case e.Type == api.EventTypeAccessFailing:
		about = api.AboutFailing
	case e.AboutRules():
		about = api.AboutRules
	}
	c := &call{Router: r, event: e, seq: seq, about: about, tried: map[string]bool{}}
	c.broadcast(ctx, broadcasts)
	if len(r.Ways) > 0 {
		c.people(ctx, loaded)
	}
	return c.report, errors.Join(c.errs...)
}

// seqOf returns the history entry that an event is about: its own or, of an event
// without one, the last before it. Of a change of rules it is the decision.
func seqOf(e api.Event, loaded *run.Run) int {
	if e.Entry.Seq > 0 {
		return e.Entry.Seq
	}
	if i := slices.IndexFunc(loaded.History, decides); i >= 0 && e.AboutRules() {
		return loaded.History[i].Seq
	}
	seq := 1
	for _, entry := range loaded.History {
		if !entry.At.After(e.Time) {
			seq = entry.Seq
		}
	}
	return seq
}

// call is the routing of one event.
type call struct {
	*Router
	event api.Event
	seq   int
	// about is the About of the event's deliveries.
	about string
	// now is the run as it was read last, base a notice about it.
	now       *run.Run
	base      Notice
	directory Directory
	// tried are the messages of this call, so that nobody gets one twice by two entries.
	tried     map[string]bool
	reporting sync.Mutex
	report    Report
	errs      []error
}

func (c *call) broadcast(ctx context.Context, broadcasts []Broadcast) {
	var all []message
	for _, b := range broadcasts {
		all = append(all, message{Delivery: api.Delivery{To: b.Name, By: b.Name, Seq: c.seq, About: c.about}, send: b.Send})
	}
	c.deliver(ctx, all)
}

// people sends the messages of the event to people, and lets ways follow it.
func (c *call) people(ctx context.Context, loaded *run.Run) {
	c.directory = c.Directory()
	c.reload(loaded)
	kind := kindOf(c.event)
	switch kind {
	case Ask:
		c.ask(ctx)
	case Outcome:
		c.deliver(ctx, c.requester(Outcome))
		if decides(c.event.Entry) || ends(c.event.Entry) && c.notifiesEnds() {
			c.decided(ctx, c.event)
		}
		if c.event.Entry.BreakGlass {
			c.alert(ctx)
		}
	case Alert:
		c.alert(ctx)
	case Confirm:
		if Unconfirmed(c.now, c.event.Entry) {
			c.deliver(ctx, c.holder())
		}
	case Failing:
		c.deliver(ctx, append(c.requester(Failing), c.failing()...))
	case Rules:
		if !c.rules(ctx) {
			return
		}
	}
	if c.event.Entry.Event == api.EventIgnore && !changesLastError(c.event.Entry) {
		return
	}
	n := c.base
	n.Kind, n.Event = kind, c.event
	for _, way := range c.Ways {
		follower, is := way.(Follower)
		if !is {
			continue
		}
		if err := follower.Follow(ctx, n); err != nil {
			c.errs = append(c.errs, fmt.Errorf("%s: %w", way.Name(), err))
		}
	}
}

// changesLastError reports whether something without effect changes what messages show: a look
// at the access, or a confirm, that failed.
func changesLastError(e api.Entry) bool {
	return run.ByLook(e) || e.ActEvent == api.EventConfirm && e.Error != ""
}

// kindOf returns what the messages of an event are for.
func kindOf(e api.Event) Kind {
	switch e.Entry.Event {
	case api.EventForward:
		return Ask
	case api.EventRemind:
		if e.Entry.Status == api.StatusActive {
			return Confirm
		}
		return Alert
	case api.EventReview, api.EventApprove, api.EventDeny, api.EventExpire, api.EventCancel, api.EventEscalate, api.EventDeescalate, api.EventRevoke, api.EventFail:
		if e.Entry.Status != api.StatusPending {
			return Outcome
		}
	}
	switch {
	case e.Type == api.EventTypeAccessFailing:
		return Failing
	case e.AboutRules():
		return Rules
	}
	return Progress
}

// decides reports whether an entry decides the request.
func decides(e api.Entry) bool {
	switch e.Event {
	case api.EventApprove, api.EventDeny, api.EventExpire, api.EventCancel:
		return e.Status != api.StatusPending
	}
	return false
}

// ends reports whether an entry ends access, or says that it could not be granted.
func ends(e api.Entry) bool {
	return e.Event == api.EventDeescalate || e.Event == api.EventRevoke || e.Event == api.EventFail
}

// notifiesEnds reports whether the flow has whoever got an Ask notified of the end of access.
func (c *call) notifiesEnds() bool {
	return c.directory.Today != nil && c.directory.Today.Flows[c.now.Flow.Name].NotifyEnds
}

// reload takes the run as it was read last.
func (c *call) reload(loaded *run.Run) {
	view := loaded.View()
	view.History = nil
	if c.directory.Show != nil {
		c.directory.Show(&view, loaded)
	}
	c.now, c.base = loaded, Notice{Request: view, Run: loaded, Extend: Extendable(loaded, c.directory.Today, c.Now())}
	if c.Page != nil {
		c.base.Link = c.Page(loaded.ID)
	}
}

// requesterAddress is the requester's e-mail address, folded; "" for a machine or a
// login without one.
func (c *call) requesterAddress() string {
	q := c.now.Requester
	if q.Machine || !strings.Contains(q.Email, "@") {
		return ""
	}
	return fold(q.Email)
}

// beneficiaryAddress is the e-mail address of whom the request is for, folded; "" if that
// is the requester.
func (c *call) beneficiaryAddress() string {
	if q := c.now.For; q != nil {
		return fold(q.Email)
	}
	return ""
}
