// Package notify is the work of functions/notify: it turns an event on the bus into
// messages and sends them. No request waits for that. Lambda retries an event of which
// a message can't be sent, then keeps it in a queue.
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/mailway"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// Topic is the part of the SNS client that is used.
type Topic interface {
	Publish(context.Context, *sns.PublishInput, ...func(*sns.Options)) (*sns.PublishOutput, error)
}

// Deps are the dependencies of a [Handler].
type Deps struct {
	Store deliver.Store
	Topic Topic
	// TopicARN is the topic that messages are published to; "" for none.
	TopicARN string
	// Webhook may be nil.
	Webhook *Webhook
	// Ways bring messages to people. Directory is required with any.
	Ways      []deliver.Way
	Directory func() deliver.Directory
	// Portal is the URL that links begin with; "" for no links. Console is that of
	// fasttrack's own console; "" without one.
	Portal, Console string
	// Now is time.Now unless it is set, Log JSON lines on standard output.
	Now func() time.Time
	Log *slog.Logger
}

// Handler notifies people.
type Handler struct {
	Deps
	router deliver.Router
}

// New returns a handler.
func New(d Deps) *Handler {
	step.Defaults(&d.Now, &d.Log)
	h := &Handler{Deps: d, router: deliver.Router{Store: d.Store, Ways: d.Ways, Directory: d.Directory, Now: d.Now, Log: d.Log}}
	if d.Portal != "" {
		h.router.Page = func(id string) string { return page(d.Portal, id) }
	}
	return h
}

// Handle sends the messages of one event. The error names those that a retry may cure;
// a retry sends no others.
func (h *Handler) Handle(ctx context.Context, in api.BusEvent) (deliver.Report, error) {
	frame := step.Frame{Log: h.Log, Done: "notified", Failed: "not notified"}
	return step.Invoke(ctx, frame, func(line *step.Line) (deliver.Report, error) {
		switch in.DetailType {
		case deliver.DetailTypeReplay:
			return h.replay(ctx, in.Detail, line)
		case run.SlackLinkEvent:
			return h.slackLink(ctx, in.Detail, line)
		}
		if in.Source == mailway.EventSource {
			return h.mark(ctx, in.Detail, line)
		}
		e, err := in.Event()
		if err != nil {
			return deliver.Report{}, err
		}
		return h.route(ctx, e, in.Detail, line)
	})
}

// mark marks the addresses of a bounce or a complaint, and has others notified if nobody
// got what bounced.
func (h *Handler) mark(ctx context.Context, detail json.RawMessage, line *step.Line) (all deliver.Report, err error) {
	var mails *mailway.Way
	for _, way := range h.Ways {
		if w, is := way.(*mailway.Way); is {
			mails = w
		}
	}
	if mails == nil {
		return all, errors.New("an event of SES, and no MailFrom is set")
	}
	marked, lost, err := mails.Mark(ctx, detail)
	line.Add("addresses", marked)
	errs := []error{err}
	for _, l := range lost {
		line.Add("run_id", l.RequestID)
		report, err := h.router.Lost(ctx, l)
		all, errs = all.Plus(report), append(errs, err)
	}
	return all, errors.Join(errs...)
}

// route sends the messages of an event, whose bytes are detail.
func (h *Handler) route(ctx context.Context, e api.Event, detail json.RawMessage, line *step.Line) (deliver.Report, error) {
	line.Add("event", e.ID, "run_id", e.Request.ID, "flow", e.Request.Flow)
	broadcasts := h.broadcasts(e, detail)
	if len(broadcasts) == 0 && len(h.Ways) == 0 {
		line.Say(slog.LevelInfo, "nothing to notify")
		return deliver.Report{}, nil
	}
	report, err := h.router.Route(ctx, e, broadcasts)
	line.Add("sent", report.Sent, "failed", report.Failed, "skipped", report.Skipped)
	return report, err
}

// broadcasts are the channels that get the message of an event; none if it has no
// message.
func (h *Handler) broadcasts(e api.Event, detail json.RawMessage) (all []deliver.Broadcast) {
	m, notifies := Compose(e, h.Portal)
	if !notifies {
		return nil
	}
	if h.TopicARN != "" {
		all = append(all, deliver.Broadcast{Name: "sns", Send: func(ctx context.Context) error { return h.publish(ctx, e, m) }})
	}
	if h.Webhook != nil {
		all = append(all, deliver.Broadcast{Name: "webhook", Send: func(ctx context.Context) error { return h.Webhook.Notify(ctx, e, detail, m) }})
	}
	return all
}

// replay sends the failed messages about a request again, also those that no retry
// would have cured.
func (h *Handler) replay(ctx context.Context, detail json.RawMessage, line *step.Line) (deliver.Report, error) {
	var of deliver.Replay
	if err := json.Unmarshal(detail, &of); err != nil || of.RequestID == "" {
		return deliver.Report{}, errors.New(`the detail of a replay must be {"request_id": "…"}`)
	}
	line.Add("replay", of.RequestID)
	events, err := h.router.Replay(ctx, of.RequestID)
	if err != nil {
		return deliver.Report{}, err
	}
	var all deliver.Report
	var errs []error
	for _, e := range events {
		detail, err := json.Marshal(e)
		if err != nil {
			return all, err
		}
		report, err := h.router.Route(ctx, e, h.broadcasts(e, detail))
		all, errs = all.Plus(report), append(errs, err)
	}
	line.Add("sent", all.Sent, "failed", all.Failed, "skipped", all.Skipped)
	return all, errors.Join(errs...)
}

// kindOf returns by what filters distinguish requests: "" for most.
func kindOf(r api.Request) string {
	switch {
	case r.Emergency():
		return "emergency"
	case r.Extends != nil:
		return "extension"
	}
	return ""
}

func (h *Handler) publish(ctx context.Context, e api.Event, m Message) error {
	attributes := map[string]types.MessageAttributeValue{}
	for name, value := range map[string]string{"id": e.ID, "event": string(e.Entry.Event), "flow": e.Request.Flow, "status": string(e.Entry.Status), "kind": kindOf(e.Request)} {
		if value != "" {
			attributes[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
		}
	}
	if e.Entry.Event == "" { // an event without an entry
		name := "failing"
		if e.AboutRules() {
			name = strings.TrimPrefix(e.Type, api.EventSource+".")
		}
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
