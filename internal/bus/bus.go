// Package bus publishes events on the stack's EventBridge bus, each within its limits.
package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The limits of one call of PutEvents: entries, and bytes of all of them
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html,
// which also says what counts).
const (
	busEntries = 10
	busBytes   = 256<<10 - 1
	timeBytes  = 14
)

// Bus is an EventBridge bus.
type Bus struct {
	client *eventbridge.Client
	name   string
}

// New returns the bus of that name.
func New(client *eventbridge.Client, name string) Bus { return Bus{client, name} }

// Publish sends the events in as few calls as they fit into. After an error, some of
// them may not be on the bus.
func (b Bus) Publish(ctx context.Context, events []api.Event) error {
	var batch []types.PutEventsRequestEntry
	filled := 0
	for _, e := range events {
		detail, err := fit(e)
		if err != nil {
			return fmt.Errorf("event %s: %w", e.ID, err)
		}
		if size := overhead(e) + len(detail); len(batch) == busEntries || filled+size > busBytes {
			if err := b.put(ctx, batch); err != nil {
				return err
			}
			batch, filled = nil, 0
		}
		filled += overhead(e) + len(detail)
		batch = append(batch, types.PutEventsRequestEntry{
			EventBusName: &b.name, Source: aws.String(api.EventSource), DetailType: aws.String(e.Type),
			Detail: aws.String(detail), Time: aws.Time(e.Time),
		})
	}
	return b.put(ctx, batch)
}

func (b Bus) put(ctx context.Context, batch []types.PutEventsRequestEntry) error {
	if len(batch) == 0 {
		return nil
	}
	out, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: batch})
	if err != nil {
		return err
	}
	if out.FailedEntryCount == 0 {
		return nil
	}
	why := "no error code"
	for _, e := range out.Entries {
		if e.ErrorCode != nil {
			why = *e.ErrorCode + ": " + aws.ToString(e.ErrorMessage)
			break
		}
	}
	return fmt.Errorf("EventBridge rejected %d of %d events: %s", out.FailedEntryCount, len(batch), why)
}

// overhead is the size of an event beside its detail, in bytes.
func overhead(e api.Event) int { return timeBytes + len(api.EventSource) + len(e.Type) }

// fit returns the detail of an event. It leaves out what is largest and least needed
// until the event fits: one that can't be sent would block its run for ever.
func fit(e api.Event) (string, error) {
	for _, leaveOut := range []func(*api.Event){nil, leaveOutChecks, leaveOutReview, leaveOutFields} {
		if leaveOut != nil {
			leaveOut(&e)
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(e); err != nil {
			return "", err
		}
		if detail := bytes.TrimSuffix(b.Bytes(), []byte("\n")); overhead(e)+len(detail) <= busBytes {
			return string(detail), nil
		}
	}
	return "", fmt.Errorf("larger than the %d bytes that the bus accepts", busBytes)
}

// leaveOutChecks leaves out the checks and errors of hooks. Other events share the
// run's view, so its parts are copied.
func leaveOutChecks(e *api.Event) {
	e.LeftOut = append(e.LeftOut, "checks", "errors")
	e.Entry.Checks, e.Entry.Error = nil, ""
	if e.Request.Decision != nil {
		decision := *e.Request.Decision
		decision.Checks = []run.Check{}
		e.Request.Decision = &decision
	}
	if e.Request.Review != nil {
		review := *e.Request.Review
		review.Checks, review.Errors = nil, nil
		e.Request.Review = &review
	}
}

func leaveOutReview(e *api.Event) {
	e.LeftOut = append(e.LeftOut, "review", "to")
	e.Request.Review, e.Entry.To = nil, nil
}

func leaveOutFields(e *api.Event) {
	e.LeftOut = append(e.LeftOut, "fields")
	e.Request.Fields = map[string]json.RawMessage{}
}
