// Package notify is the work of functions/notify: it turns an event on the bus into
// a message and sends it. No request waits for that. Lambda retries a message that
// can't be sent, then keeps its event in a queue.
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// Topic is the part of the SNS client that is used.
type Topic interface {
	Publish(context.Context, *sns.PublishInput, ...func(*sns.Options)) (*sns.PublishOutput, error)
}

// Deps are the dependencies of a [Handler].
type Deps struct {
	Topic Topic
	// TopicARN is the topic that messages are published to; "" for none.
	TopicARN string
	// Webhook may be nil.
	Webhook *Webhook
	// Portal is the URL that links begin with; "" for no links.
	Portal string
	// Log is JSON lines on standard output unless it is set.
	Log *slog.Logger
}

// Handler notifies people.
type Handler struct{ Deps }

// New returns a handler.
func New(d Deps) *Handler {
	step.Defaults(nil, &d.Log)
	return &Handler{d}
}

// Handle sends the message of one event to all channels. The error names the
// channels that failed. A retry sends the message to all of them again; receivers
// recognise a duplicate by the event's id.
func (h *Handler) Handle(ctx context.Context, in api.BusEvent) error {
	frame := step.Frame{Log: h.Log, Done: "notified", Failed: "not notified"}
	_, err := step.Invoke(ctx, frame, func(line *step.Line) (struct{}, error) { return struct{}{}, h.handle(ctx, in, line) })
	return err
}

func (h *Handler) handle(ctx context.Context, in api.BusEvent, line *step.Line) error {
	e, err := in.Event()
	if err != nil {
		return err
	}
	line.Add("event", e.ID, "run_id", e.Request.ID, "flow", e.Request.Flow)
	m, notifies := Compose(e, h.Portal)
	if !notifies {
		line.Say(slog.LevelInfo, "nothing to notify")
		return nil
	}
	var errs []error
	var channels []string
	if h.TopicARN != "" {
		channels = append(channels, "sns")
		if err := h.publish(ctx, e, m); err != nil {
			errs = append(errs, fmt.Errorf("sns: %w", err))
		}
	}
	if h.Webhook != nil {
		channels = append(channels, "webhook")
		if err := h.Webhook.Notify(ctx, e, in.Detail, m); err != nil {
			errs = append(errs, err)
		}
	}
	line.Add("channels", channels)
	return errors.Join(errs...)
}

func (h *Handler) publish(ctx context.Context, e api.Event, m Message) error {
	attributes := map[string]types.MessageAttributeValue{}
	for name, value := range map[string]string{"id": e.ID, "event": string(e.Entry.Event), "flow": e.Request.Flow, "status": string(e.Entry.Status)} {
		if value != "" {
			attributes[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
		}
	}
	if e.Type == api.EventTypeAccessFailing {
		name := "failing"
		attributes["event"] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &name}
		attributes["status"] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(string(e.Request.Status))}
	}
	if to := slices.Concat(e.Entry.To, e.To); len(to) > 0 {
		to, err := json.Marshal(to)
		if err != nil {
			return err
		}
		attributes["to"] = types.MessageAttributeValue{DataType: aws.String("String.Array"), StringValue: aws.String(string(to))}
	}
	_, err := h.Topic.Publish(ctx, &sns.PublishInput{
		TopicArn: &h.TopicARN, Subject: &m.Subject, Message: aws.String(strings.ToValidUTF8(m.Text, "?")), MessageAttributes: attributes,
	})
	return err
}
