// Package sns serves Amazon SNS's Publish: it stores and prints messages.
package sns

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// kept is how many messages are kept, the newest.
const kept = 1000

// Message is a published message.
type Message struct {
	ID, Topic, Subject, Text string
	// Attributes are the message attributes for filter policies, as text.
	Attributes map[string]string
}

// Service answers Publish of SNS's query protocol.
type Service struct {
	log      io.Writer
	mu       sync.Mutex
	messages []Message
}

// New returns a service that prints each message's subject to log.
func New(log io.Writer) *Service { return &Service{log: log} }

// Messages returns the newest 1,000 messages, oldest first.
func (s *Service) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// ServeHTTP answers the service's calls (AWS query).
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.operations().ServeHTTP(w, r) }

// Served lists the operations.
func (s *Service) Served() []string { return s.operations().Served() }

func (s *Service) operations() wire.Service {
	return wire.Service{Name: "sns", MaxBody: 1 << 20, Operations: map[string]wire.Operation{
		"Publish": wire.Form(s.publish, "TopicArn", "TargetArn", "Subject", "Message", "MessageAttributes"),
	}}
}

// publish keeps a message, and prints its subject
// (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
func (s *Service) publish(form url.Values) (any, error) {
	topic := cmp.Or(form.Get("TopicArn"), form.Get("TargetArn"))
	subject := form.Get("Subject")
	switch {
	case topic == "":
		return nil, wire.Fail("InvalidParameter", "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter")
	case len(subject) > 100:
		return nil, wire.Fail("InvalidParameter", "Invalid parameter: Subject")
	case form.Get("Message") == "":
		return nil, wire.Fail("InvalidParameter", "Invalid parameter: Empty message")
	}
	m := Message{ID: uuid.NewString(), Topic: topic, Subject: subject, Text: form.Get("Message"), Attributes: map[string]string{}}
	for n := 1; ; n++ {
		entry := fmt.Sprintf("MessageAttributes.entry.%d.", n)
		name := form.Get(entry + "Name")
		if name == "" {
			break
		}
		if kind := form.Get(entry + "Value.DataType"); kind == "" || strings.HasPrefix(kind, "Binary") {
			return nil, wire.Fail("InvalidParameterValue", "The message attribute '%s' must have a DataType that is String or Number on this machine", name)
		}
		m.Attributes[name] = form.Get(entry + "Value.StringValue")
	}
	s.mu.Lock()
	if s.messages = append(s.messages, m); len(s.messages) > kept {
		s.messages = s.messages[len(s.messages)-kept:]
	}
	s.mu.Unlock()
	fmt.Fprintf(s.log, "sns | %s\n", subject)
	return struct{ MessageId string }{m.ID}, nil //nolint:revive // as the service spells it
}
