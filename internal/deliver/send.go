package deliver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// message is one message to one addressee.
type message struct {
	api.Delivery
	// way and addressee are where it goes; send sends a broadcast instead.
	way       Way
	addressee Addressee
	notice    Notice
	send      func(context.Context) error
	// instead are the messages that are sent if this one fails for good.
	instead []message
}

// key distinguishes messages of one call.
func (m message) key() string {
	return keyOf(m.notice.Kind, m.By, cmp.Or(m.addressee.Person+m.addressee.Channel, m.To))
}

func keyOf(kind Kind, by, addressee string) string {
	return by + "\x00" + string(kind) + "\x00" + addressee
}

// result is what became of a message in a call.
type result string

const (
	sent    result = api.DeliverySent
	failed  result = api.DeliveryFailed
	skipped result = api.DeliverySkipped
	// retried is a failure that a retry may cure.
	retried result = "retried"
	// elsewhere is a message that another call sends just now.
	elsewhere result = "elsewhere"
)

// reached reports whether the addressee has the message, or may have it.
func (r result) reached() bool { return r == sent || r == elsewhere }

// sideBySide is how many messages of a call are sent at a time.
const sideBySide = 4

// deliver claims, sends and records messages, and those that replace them. It reports
// whether anybody was reached.
func (c *call) deliver(ctx context.Context, all []message) (reached bool) {
	var fresh []message
	for _, m := range all {
		if !c.tried[m.key()] {
			c.tried[m.key()] = true
			fresh = append(fresh, m)
		}
	}
	results, errs := make([]result, len(fresh)), make([]error, len(fresh))
	var group sync.WaitGroup
	free := make(chan struct{}, sideBySide)
	for i, m := range fresh {
		free <- struct{}{}
		group.Go(func() {
			results[i], errs[i] = c.once(ctx, m)
			<-free
		})
	}
	group.Wait()
	var instead []message
	for i, m := range fresh {
		if errs[i] != nil {
			c.errs = append(c.errs, fmt.Errorf("%s to %s: %w", m.By, cmp.Or(m.Person, m.To), errs[i]))
		}
		if reached = reached || results[i].reached(); results[i] == failed || results[i] == skipped {
			instead = append(instead, m.instead...)
		}
	}
	if len(instead) > 0 && c.deliver(ctx, instead) {
		reached = true
	}
	return reached
}

// once sends a message that nobody else sends or has sent, and records what became of
// it. The error is one that a retry may cure.
func (c *call) once(ctx context.Context, m message) (result, error) {
	id := c.event.Request.ID
	if err := ctx.Err(); err != nil {
		return retried, err
	}
	ok, before, err := c.Store.ClaimDelivery(ctx, id, m.Delivery, c.Now())
	switch {
	case err != nil:
		return retried, err
	case ok:
	case before == api.DeliverySent, before == api.DeliveryFailed, before == api.DeliverySkipped:
		return result(before), nil
	default:
		return elsewhere, errors.New("another call is sending it")
	}
	why, err := "", error(nil)
	if m.way != nil {
		why, err = m.way.Reaches(ctx, m.addressee)
	}
	switch {
	case err != nil:
	case why != "":
		err = Skip{why}
	case m.send != nil:
		err = m.send(ctx)
	default:
		err = m.way.Send(ctx, m.notice, m.addressee)
	}
	return c.record(ctx, id, m, err)
}

// recording is the time to record what became of a message, whatever became of the
// call.
const recording = time.Second

// record stores what became of a message by the error of sending it.
func (c *call) record(ctx context.Context, id string, m message, err error) (result, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	permanent, skip := Permanent{}, Skip{}
	became, store := sent, c.Store.SaveDelivery
	switch {
	case err == nil:
	case errors.As(err, &permanent):
		became, m.Why, err = failed, permanent.Why, nil
	case errors.As(err, &skip):
		became, m.Why, err = skipped, skip.Why, nil
	default:
		became, m.Why, store = retried, err.Error(), c.Store.RetryDelivery
	}
	c.reporting.Lock()
	c.report.add(became)
	c.reporting.Unlock()
	m.At, m.State = c.Now(), string(became)
	if became == retried {
		m.State = api.DeliveryFailed
	}
	if became == failed || became == retried {
		c.Log.WarnContext(ctx, "message not sent", "run_id", id, "event", c.event.ID, "by", m.By, "to", m.To, "why", m.Why)
	}
	if unsaved := store(ctx, id, m.Delivery); unsaved != nil {
		return became, errors.Join(err, unsaved)
	}
	return became, err
}
