package deadletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/logs"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Queue is the part of SQS that is used.
type Queue interface {
	// Receive returns up to 10 messages and hides them for that time. It returns
	// none when the queue is empty.
	Receive(ctx context.Context, hide time.Duration) ([]Message, error)
	Delete(ctx context.Context, receipt string) error
	// Show makes a message visible again at once.
	Show(ctx context.Context, receipt string) error
}

// Invoke invokes the function and waits for its response. The error says why it did
// not handle the event.
type Invoke func(ctx context.Context, payload []byte) error

// Options limit a replay.
type Options struct {
	// Function is the name or ARN of the function.
	Function string
	// Max is the most messages that are looked at.
	Max int
	// DryRun invokes and deletes nothing.
	DryRun bool
	// Each, unless nil, is called for each event after its replay.
	Each func(Item)
}

// Report is the result of a replay.
type Report struct {
	DryRun bool `json:"dry_run"`
	// Replayed are the events that the function handled, or would be invoked
	// with.
	Replayed []Item `json:"replayed"`
	// Failed are the events that stay in the queue.
	Failed []Item `json:"failed"`
	// Stopped says why the replay ended early; "" if the queue was empty.
	Stopped string `json:"stopped,omitempty"`
}

// hidden is how long received messages stay hidden: ten of them, at the 30 s that
// functions/notify may take for each, and a margin.
const hidden = 6 * time.Minute

// inARow is how many failures in a row end a replay: their cause is not fixed yet.
const inARow = 5

// replay is one replay in progress.
type replay struct {
	queue  Queue
	invoke Invoke
	opts   Options
	report Report
	// done are ids of messages that were handled: SQS may deliver one twice.
	done map[string]bool
	// kept are receipts, by message id, of messages that were received and not
	// deleted. They become visible again at the end.
	kept map[string]string
	row  int
}

// Replay invokes the function with each event of the queue, one after another, and
// deletes a message only once the function has handled its event. A failed event
// stays. The error is one of SQS, or of ctx; the report is valid all the same.
func Replay(ctx context.Context, q Queue, invoke Invoke, o Options) (Report, error) {
	r := &replay{queue: q, invoke: invoke, opts: o, done: map[string]bool{}, kept: map[string]string{}}
	r.report = Report{DryRun: o.DryRun, Replayed: []Item{}, Failed: []Item{}}
	err := r.all(ctx)
	// Also after Ctrl-C: hidden messages can't be replayed for minutes.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for _, receipt := range r.kept {
		if shown := r.queue.Show(ctx, receipt); shown != nil && err == nil {
			err = fmt.Errorf("make a message visible again: %w", shown)
		}
	}
	return r.report, err
}

func (r *replay) all(ctx context.Context) error {
	for {
		messages, err := r.queue.Receive(ctx, hidden)
		if err != nil {
			return fmt.Errorf("receive from the queue: %w", err)
		}
		if len(messages) == 0 {
			return nil
		}
		var fresh []Message
		for _, m := range messages {
			if _, again := r.kept[m.ID]; !again {
				fresh = append(fresh, m)
			}
			r.kept[m.ID] = m.Receipt
		}
		// A message that stays in the queue comes again; it is looked at once.
		if len(fresh) == 0 {
			return nil
		}
		for _, m := range fresh {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := r.one(ctx, m); err != nil || r.report.Stopped != "" {
				return err
			}
		}
	}
}

// one replays a message.
func (r *replay) one(ctx context.Context, m Message) error {
	if r.done[m.ID] {
		return r.delete(ctx, m)
	}
	if len(r.report.Replayed)+len(r.report.Failed) >= r.opts.Max {
		r.report.Stopped = fmt.Sprintf("more than %d messages; raise --max", r.opts.Max)
		return nil
	}
	event, err := payload(m.Body, r.opts.Function)
	it := item(m, event)
	if err == nil && !r.opts.DryRun {
		err = r.invoke(ctx, event)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		// The function may or may not have handled it: it stays.
		return ctx.Err()
	case err != nil:
		it.Error = text.Line(logs.Redact(err.Error()))
		r.report.Failed = append(r.report.Failed, it)
		if !errors.Is(err, errForm) {
			r.row++
		}
		if r.row == inARow {
			r.report.Stopped = fmt.Sprintf("%d events in a row failed; fix the cause, then replay again", inARow)
		}
	default:
		r.row = 0
		r.report.Replayed = append(r.report.Replayed, it)
	}
	if r.opts.Each != nil {
		r.opts.Each(it)
	}
	if err != nil || r.opts.DryRun {
		return nil
	}
	r.done[m.ID] = true
	return r.delete(ctx, m)
}

// delete deletes a message whose event was handled, also after Ctrl-C: otherwise
// people would be notified twice.
func (r *replay) delete(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := r.queue.Delete(ctx, m.Receipt); err != nil {
		return fmt.Errorf("delete a message whose event was handled: %w", err)
	}
	delete(r.kept, m.ID)
	return nil
}
