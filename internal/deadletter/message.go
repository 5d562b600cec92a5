// Package deadletter replays events that a function failed to handle, from the queue
// in which EventBridge or Lambda kept them. SQS can't: it moves messages back to
// their source queue, and these have none
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html).
package deadletter

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Message is a message of the queue.
type Message struct {
	ID, Receipt, Body string
	// Sent is when it was put into the queue.
	Sent time.Time
}

// Item is an event of the queue and its result.
type Item struct {
	// Event is the event's id, such as 01JD…-4; Type its detail type.
	Event string `json:"event"`
	Type  string `json:"type"`
	// Message is the id of the message at SQS.
	Message string    `json:"message_id"`
	Since   time.Time `json:"since"`
	// Error says why the event stays in the queue; "" if it does not.
	Error string `json:"error,omitempty"`
}

var errForm = errors.New("not an event of this function; inspect the message by hand")

// payload returns the payload that the function was invoked with. EventBridge keeps the event
// itself (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html);
// Lambda keeps a record that has it as requestPayload, with the function's ARN
// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
func payload(body, function string) (json.RawMessage, error) {
	var record struct {
		DetailType     *string `json:"detail-type"`
		RequestContext *struct {
			FunctionARN string `json:"functionArn"`
		} `json:"requestContext"`
		RequestPayload json.RawMessage `json:"requestPayload"`
	}
	if err := json.Unmarshal([]byte(body), &record); err != nil {
		return nil, errForm
	}
	switch {
	case record.DetailType != nil:
		return json.RawMessage(body), nil
	case record.RequestContext == nil || len(record.RequestPayload) == 0 || nameOf(record.RequestContext.FunctionARN) != nameOf(function):
		return nil, errForm
	}
	return record.RequestPayload, nil
}

// nameOf returns the name in a function's ARN or name, without version or alias.
func nameOf(function string) string {
	if _, name, is := strings.Cut(function, ":function:"); is {
		function = name
	}
	name, _, _ := strings.Cut(function, ":")
	return name
}

// item describes the event that a message holds, for people.
func item(m Message, event json.RawMessage) Item {
	var e struct {
		DetailType string `json:"detail-type"`
		Detail     struct {
			ID string `json:"id"`
		} `json:"detail"`
	}
	_ = json.Unmarshal(event, &e) // an event of another form has no name
	return Item{Event: text.Line(e.Detail.ID), Type: text.Line(e.DetailType), Message: m.ID, Since: m.Sent.UTC()}
}
