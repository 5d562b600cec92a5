// Package sns is this machine's SNS, as far as it is published to: messages are
// kept, and printed.
package sns

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/google/uuid"
)

// kept is how many messages are kept, the newest.
const kept = 1000

// Message is one that was published.
type Message struct{ ID, Topic, Subject, Text string }

// Service answers Publish of SNS's query protocol.
type Service struct {
	log      io.Writer
	mu       sync.Mutex
	messages []Message
}

// New gives a service that prints each message's subject to log.
func New(log io.Writer) *Service { return &Service{log: log} }

// Messages are what was published, oldest first, at most the newest 1,000.
func (s *Service) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Handles tells whether a request is one of SNS.
func Handles(r *http.Request) bool {
	return r.Method == http.MethodPost && r.Header.Get("Content-Type") == "application/x-www-form-urlencoded"
}

type published struct {
	XMLName   xml.Name `xml:"http://sns.amazonaws.com/doc/2010-03-31/ PublishResponse"`
	MessageID string   `xml:"PublishResult>MessageId"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

type refused struct {
	XMLName xml.Name `xml:"http://sns.amazonaws.com/doc/2010-03-31/ ErrorResponse"`
	Type    string   `xml:"Error>Type"`
	Code    string   `xml:"Error>Code"`
	Message string   `xml:"Error>Message"`
}

// ServeHTTP answers Publish; any other action is refused by name.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	action, subject := r.PostFormValue("Action"), r.PostFormValue("Subject")
	fail := func(code, message string) {
		w.WriteHeader(http.StatusBadRequest)
		_ = xml.NewEncoder(w).Encode(refused{Type: "Sender", Code: code, Message: message})
	}
	switch {
	case action != "Publish":
		fail("InvalidAction", "this machine's SNS answers Publish alone, not "+action)
		return
	case len(subject) > 100:
		fail("InvalidParameter", "Invalid parameter: Subject")
		return
	case r.PostFormValue("Message") == "":
		fail("InvalidParameter", "Invalid parameter: Empty message")
		return
	}
	m := Message{ID: uuid.NewString(), Topic: r.PostFormValue("TopicArn"), Subject: subject, Text: r.PostFormValue("Message")}
	s.mu.Lock()
	if s.messages = append(s.messages, m); len(s.messages) > kept {
		s.messages = s.messages[len(s.messages)-kept:]
	}
	s.mu.Unlock()
	fmt.Fprintf(s.log, "sns | %s\n", subject)
	_ = xml.NewEncoder(w).Encode(published{MessageID: m.ID, RequestID: uuid.NewString()})
}
