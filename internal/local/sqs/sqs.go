// Package sqs is this machine's SQS, as far as a queue of failed messages needs
// it: messages are sent, received, hidden for a while and deleted. They are in
// memory and end with the process.
package sqs

import (
	"crypto/md5" // #nosec G501 -- the protocol asks for this sum; it guards nothing
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"
)

// Target begins the X-Amz-Target of each call.
const Target = "AmazonSQS."

// visibility is how long a received message is hidden unless the call says.
const visibility = 30 * time.Second

// kept is how many messages a queue keeps, the newest.
const kept = 10000

// Service answers for the queues that it was made with.
type Service struct {
	clock  clockwork.Clock
	mu     sync.Mutex
	queues map[string]*queue // by name
	order  []string
}

// Queue is one queue as the template names it.
type Queue struct{ Name, URL string }

type queue struct {
	url      string
	messages []*message
}

type message struct {
	id, body, receipt string
	sent, hidden      time.Time
	received          int
}

// New returns a service with the queues.
func New(clock clockwork.Clock, queues ...Queue) *Service {
	s := &Service{clock: clock, queues: map[string]*queue{}}
	for _, q := range queues {
		s.queues[q.Name] = &queue{url: q.URL}
		s.order = append(s.order, q.Name)
	}
	return s
}

// Send puts a message into the queue of a name or an ARN, and reports whether
// there is such a queue.
func (s *Service) Send(name, body string) (id string, there bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, there := s.queues[name[strings.LastIndexAny(name, ":/")+1:]]
	if !there {
		return "", false
	}
	m := &message{id: uuid.NewString(), body: body, sent: s.clock.Now()}
	if q.messages = append(q.messages, m); len(q.messages) > kept {
		q.messages = q.messages[len(q.messages)-kept:]
	}
	return m.id, true
}

// call is what any of the actions is called with.
type call struct {
	QueueURL            string `json:"QueueUrl"`
	QueueName           string
	MessageBody         string
	ReceiptHandle       string
	MaxNumberOfMessages *int
	VisibilityTimeout   *int
}

// failure is an error of the service: its type and what it says.
type failure struct{ kind, message string }

func (f failure) Error() string { return f.kind + ": " + f.message }

// ServeHTTP answers SendMessage, ReceiveMessage, DeleteMessage,
// ChangeMessageVisibility, GetQueueAttributes, GetQueueUrl and ListQueues. A call
// of ReceiveMessage never waits for a message.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	action := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), Target)
	var in call
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2<<20))
	if err == nil && len(raw) > 0 {
		err = json.Unmarshal(raw, &in)
	}
	var out any
	if err != nil {
		err = failure{"com.amazon.coral.service#SerializationException", "the body must be a JSON object"}
	} else {
		out, err = s.answer(action, in)
	}
	var why failure
	if errors.As(err, &why) {
		w.WriteHeader(http.StatusBadRequest)
		out = map[string]string{"__type": why.kind, "message": why.message}
	}
	_ = json.NewEncoder(w).Encode(out) // a caller that is gone needs none
}

func (s *Service) answer(action string, in call) (any, error) {
	switch action {
	case "ListQueues":
		var urls []string
		for _, name := range s.order {
			urls = append(urls, s.queues[name].url)
		}
		return map[string]any{"QueueUrls": urls}, nil
	case "GetQueueUrl":
		if q, there := s.queues[in.QueueName]; there {
			return map[string]string{"QueueUrl": q.url}, nil
		}
		return nil, noQueue()
	}
	name := in.QueueURL[strings.LastIndex(in.QueueURL, "/")+1:]
	q, there := s.queues[name]
	if !there {
		return nil, noQueue()
	}
	if action == "SendMessage" {
		if in.MessageBody == "" {
			return nil, failure{"com.amazonaws.sqs#MissingParameter", "The request must contain the parameter MessageBody."}
		}
		id, _ := s.Send(name, in.MessageBody)
		return map[string]string{"MessageId": id, "MD5OfMessageBody": sum(in.MessageBody)}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch action {
	case "ReceiveMessage":
		return s.receive(q, in)
	case "DeleteMessage":
		for i, m := range q.messages {
			if m.receipt != "" && m.receipt == in.ReceiptHandle {
				q.messages = append(q.messages[:i:i], q.messages[i+1:]...)
				break
			}
		}
		return struct{}{}, nil
	case "ChangeMessageVisibility":
		for _, m := range q.messages {
			if m.receipt != "" && m.receipt == in.ReceiptHandle && in.VisibilityTimeout != nil {
				m.hidden = s.clock.Now().Add(time.Duration(*in.VisibilityTimeout) * time.Second)
				return struct{}{}, nil
			}
		}
		return nil, failure{"com.amazonaws.sqs#MessageNotInflight", "The message referred to is not in flight."}
	case "GetQueueAttributes":
		return map[string]any{"Attributes": s.attributes(q)}, nil
	}
	return nil, failure{"com.amazonaws.sqs#UnsupportedOperation", "this machine's SQS does not answer " + action}
}

func noQueue() failure {
	return failure{"com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist."}
}

func (s *Service) receive(q *queue, in call) (any, error) {
	most, hide := 1, visibility
	if in.MaxNumberOfMessages != nil {
		most = *in.MaxNumberOfMessages
	}
	if in.VisibilityTimeout != nil {
		hide = time.Duration(*in.VisibilityTimeout) * time.Second
	}
	if most < 1 || most > 10 {
		return nil, failure{"com.amazonaws.sqs#InvalidParameterValue", "Value " + strconv.Itoa(most) + " for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."}
	}
	now := s.clock.Now()
	all := []map[string]any{}
	for _, m := range q.messages {
		if len(all) == most {
			break
		}
		if m.hidden.After(now) {
			continue
		}
		m.received++
		m.receipt, m.hidden = uuid.NewString(), now.Add(hide)
		all = append(all, map[string]any{
			"MessageId": m.id, "ReceiptHandle": m.receipt, "Body": m.body, "MD5OfBody": sum(m.body),
			"Attributes": map[string]string{"SentTimestamp": strconv.FormatInt(m.sent.UnixMilli(), 10), "ApproximateReceiveCount": strconv.Itoa(m.received)},
		})
	}
	if len(all) == 0 {
		return struct{}{}, nil
	}
	return map[string]any{"Messages": all}, nil
}

func (s *Service) attributes(q *queue) map[string]string {
	visible, hidden := 0, 0
	for _, m := range q.messages {
		if m.hidden.After(s.clock.Now()) {
			hidden++
		} else {
			visible++
		}
	}
	return map[string]string{"ApproximateNumberOfMessages": strconv.Itoa(visible), "ApproximateNumberOfMessagesNotVisible": strconv.Itoa(hidden)}
}

func sum(body string) string {
	d := md5.Sum([]byte(body)) // #nosec G401 -- see the import
	return hex.EncodeToString(d[:])
}
