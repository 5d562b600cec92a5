// Package notify is the work of functions/notify: it makes a message of an event on
// the bus, and tells it. Nothing waits for it; what it can't tell is tried again
// by EventBridge and Lambda, and kept in a queue in the end.
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/fasttrack-dev/fasttrack/internal/logs"
)

// Topic is what is called of SNS.
type Topic interface {
	Publish(context.Context, *sns.PublishInput, ...func(*sns.Options)) (*sns.PublishOutput, error)
}

// Deps is what a Handler works with.
type Deps struct {
	Topic    Topic
	TopicARN string
	// Webhook is nil where there is none.
	Webhook *Webhook
	// Portal is the address that links begin with, "" for no links.
	Portal string
	// Log is JSON lines on standard output unless it is set.
	Log *slog.Logger
}

// Handler tells.
type Handler struct{ Deps }

// New gives a handler.
func New(d Deps) *Handler {
	if d.Log == nil {
		d.Log = logs.New(os.Stdout)
	}
	return &Handler{d}
}

// BusEvent is an event as EventBridge delivers it.
type BusEvent struct {
	DetailType string          `json:"detail-type"`
	Detail     json.RawMessage `json:"detail"`
}

// Handle tells one event, to everybody. The error says whom it could not tell;
// the others were told, and hear it again when it is tried again: they tell
// doubles by the event's id.
func (h *Handler) Handle(ctx context.Context, in BusEvent) error {
	started := time.Now()
	var e Event
	if err := json.Unmarshal(in.Detail, &e); err != nil {
		return fmt.Errorf("read the event: %w", err)
	}
	m, told := Compose(e, h.Portal)
	if !told {
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
		if err := h.Webhook.Tell(ctx, e.ID, e.Type, in.Detail, m); err != nil {
			errs = append(errs, err)
		}
	}
	err := errors.Join(errs...)
	attrs := []any{"event", e.ID, "run_id", e.Run.ID, "flow", e.Run.Flow, "channels", channels, "took_ms", time.Since(started).Milliseconds()}
	if err != nil {
		h.Log.Error("not told", append(attrs, "error", err.Error())...)
		return err
	}
	h.Log.Info("told", attrs...)
	return nil
}

func (h *Handler) publish(ctx context.Context, e Event, m Message) error {
	attributes := map[string]types.MessageAttributeValue{}
	for name, value := range map[string]string{"id": e.ID, "event": e.Entry.Event, "flow": e.Run.Flow, "status": e.Entry.Status} {
		if value != "" {
			attributes[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
		}
	}
	if e.Type == accessFailing {
		name := "failing"
		attributes["event"] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &name}
		attributes["status"] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &e.Run.Status}
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
