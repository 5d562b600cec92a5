package deliver

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// RulesEvent returns the event that an approved change of rules was pushed, or is refused
// for good, at that time. It concerns the requester and whoever approved.
func RulesEvent(r *run.Run, o api.RulesOutcome, at time.Time) api.Event {
	e := api.Event{ID: api.RulesEventID(r.ID), Type: api.EventTypeRulesApplied, Time: at, Request: r.Summary().View, To: []string{r.Requester.ID}, Rules: &o}
	if o.Version == 0 {
		e.Type = api.EventTypeRulesRefused
	}
	for _, a := range approvals(r) {
		if !slices.Contains(e.To, a.ID) {
			e.To = append(e.To, a.ID)
		}
	}
	return e
}

func approvals(r *run.Run) []run.Approval {
	if r.Review == nil {
		return nil
	}
	return r.Review.ApprovedBy
}

// rules notifies the requester, whoever approved, and the channels that got an Ask, of what
// became of a change of rules. The table says what that is; the event only that it happened. It
// reports whether something became of it.
func (c *call) rules(ctx context.Context) bool {
	o, at, there, err := c.Store.BecameOfRules(ctx, c.now.ID)
	if err != nil {
		c.errs = append(c.errs, err)
		return false
	}
	if !there {
		c.Log.WarnContext(ctx, "not notified", "run_id", c.now.ID, "event", c.event.ID, "why", "nothing became of the change of rules")
		return false
	}
	c.event = RulesEvent(c.now, o, at)
	all := c.requester(Rules)
	for _, a := range approvals(c.now) {
		address := fold(a.Email)
		if address == "" {
			address = fold(a.ID)
		}
		if strings.Contains(address, "@") {
			all = append(all, c.toPerson(Rules, address, address, "you approved it")...)
		}
	}
	before, err := c.Store.AllDeliveries(ctx, c.now.ID)
	if err != nil {
		c.errs = append(c.errs, err)
	}
	for _, d := range before {
		asked, there := c.entry(d.Seq)
		_, follows := c.way(d.By).(Follower) // which writes below its own message
		if channel := c.channel(d.To); there && asked.Event == run.Forward && d.State == api.DeliverySent && d.Person == "" && channel != "" && c.way(d.By) != nil && !follows {
			all = append(all, c.message(Rules, d.By, Addressee{To: d.To, Channel: channel}, ""))
		}
	}
	c.deliver(ctx, all)
	return true
}
