package deadletter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/logs"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Queue is what is called of SQS.
type Queue interface {
	// Receive returns up to 10 messages, none if there are none left, and hides
	// them for that time.
	Receive(ctx context.Context, hide time.Duration) ([]Message, error)
	Delete(ctx context.Context, receipt string) error
	// Show lets a message be received again at once.
	Show(ctx context.Context, receipt string) error
}

// Invoke invokes the function and waits for it. The error says why it did not
// handle the event.
type Invoke func(ctx context.Context, payload []byte) error

// Options limit a replay.
type Options struct {
	// Function is the name or ARN of the function.
	Function string
	// Max is how many messages are looked at.
	Max int
	// DryRun invokes and deletes nothing.
	DryRun bool
	// Each is told of each event as it is done with; nil is not told.
	Each func(Item)
}

// Report is what came of a replay.
type Report struct {
	DryRun bool `json:"dry_run"`
	// Replayed are the events that the function handled, or would be invoked
	// with.
	Replayed []Item `json:"replayed"`
	// Failed stay in the queue.
	Failed []Item `json:"failed"`
	// Stopped says why it ended before the queue was empty, "" if it was.
	Stopped string `json:"stopped,omitempty"`
}

// hidden is for how long a message is hidden while it is worked on: ten of them,
// with the 30 s that functions/notify may take each, and a margin.
const hidden = 6 * time.Minute

// inARow is how many failures one after another end a replay: what fails them is
// not mended.
const inARow = 5

// replay is one replay under way.
type replay struct {
	queue  Queue
	invoke Invoke
	opts   Options
	report Report
	// done are ids of messages that were handled: SQS may deliver one twice.
	done map[string]bool
	// kept are receipts, by id, of messages that were received and not deleted:
	// they are shown again at the end.
	kept map[string]string
	row  int
}

// Replay invokes the function with each event of the queue, one after another,
// and deletes a message only once the function has handled its event. Whatever
// fails stays. The error is of SQS, or the end of ctx; the report is true
// nonetheless.
func Replay(ctx context.Context, q Queue, invoke Invoke, o Options) (Report, error) {
	r := &replay{queue: q, invoke: invoke, opts: o, done: map[string]bool{}, kept: map[string]string{}}
	r.report = Report{DryRun: o.DryRun, Replayed: []Item{}, Failed: []Item{}}
	err := r.all(ctx)
	// Also after Ctrl-C: what stays hidden can't be replayed again for minutes.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	for _, receipt := range r.kept {
		if shown := r.queue.Show(ctx, receipt); shown != nil && err == nil {
			err = fmt.Errorf("show a message again: %w", shown)
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
		// What stays in the queue comes again after a while: it is looked at once.
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
		r.report.Stopped = fmt.Sprintf("there are more than %d messages; --max takes more", r.opts.Max)
		return nil
	}
	event, err := payload(m.Body, r.opts.Function)
	it := item(m, event)
	if err == nil && !r.opts.DryRun {
		err = r.invoke(ctx, event)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		// Whether the function handled it is not known: it stays.
		return ctx.Err()
	case err != nil:
		it.Error = text.Line(logs.Redact(err.Error()))
		r.report.Failed = append(r.report.Failed, it)
		if !errors.Is(err, errForm) {
			r.row++
		}
		if r.row == inARow {
			r.report.Stopped = fmt.Sprintf("%d events in a row failed; mend what fails them, then start it again", inARow)
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

// delete takes a message out whose event was handled, also if Ctrl-C came
// meanwhile: else people would hear it again.
func (r *replay) delete(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := r.queue.Delete(ctx, m.Receipt); err != nil {
		return fmt.Errorf("delete a message whose event was handled: %w", err)
	}
	delete(r.kept, m.ID)
	return nil
}
