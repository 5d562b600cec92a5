// Package sqs serves standard queues of Amazon SQS: messages are sent, received, hidden
// for their visibility timeout and deleted. Messages are in memory.
package sqs

import (
	"crypto/md5" // #nosec G501 -- the protocol asks for this sum; it guards nothing
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// visibility is how long a received message is hidden unless the call says.
const visibility = 30 * time.Second

// kept is how many messages a queue keeps, the newest.
const kept = 10000

// Service serves the queues that New received.
type Service struct {
	clock  clockwork.Clock
	mu     sync.Mutex
	queues map[string]*queue // by name
	order  []string
}

// Queue is a queue of the template.
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

// Send puts a message into the queue of a name or an ARN, and reports whether that
// queue exists.
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

type queueInput struct {
	QueueURL string `json:"QueueUrl"`
}

type sendInput struct {
	queueInput
	MessageBody string
}

type receiveInput struct {
	queueInput
	MaxNumberOfMessages, VisibilityTimeout *int
	// WaitTimeSeconds is the longest time to wait; a queue here answers at once.
	WaitTimeSeconds             int
	MessageSystemAttributeNames []string
	AttributeNames              []string // an older name for the same
}

type deleteInput struct {
	queueInput
	ReceiptHandle string
}

type visibilityInput struct {
	deleteInput
	VisibilityTimeout *int
}

type attributesInput struct {
	queueInput
	AttributeNames []string
}

type urlInput struct{ QueueName string }

type listInput struct{ QueueNamePrefix string }

// ServeHTTP answers the service's calls (AWS JSON 1.0). A call of ReceiveMessage
// never waits for a message.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.operations().ServeHTTP(w, r) }

// Served lists the operations.
func (s *Service) Served() []string { return s.operations().Served() }

func (s *Service) operations() wire.Service {
	return wire.Service{Name: "sqs", MaxBody: 2 << 20, Operations: map[string]wire.Operation{
		"ListQueues": wire.JSON(func(in listInput) (any, error) {
			urls := []string{}
			for _, name := range s.order {
				if strings.HasPrefix(name, in.QueueNamePrefix) {
					urls = append(urls, s.queues[name].url)
				}
			}
			return map[string]any{"QueueUrls": urls}, nil
		}),
		"GetQueueUrl": wire.JSON(func(in urlInput) (any, error) {
			if q, there := s.queues[in.QueueName]; there {
				return map[string]string{"QueueUrl": q.url}, nil
			}
			return nil, noQueue()
		}),
		"SendMessage": wire.JSON(func(in sendInput) (any, error) {
			if in.MessageBody == "" {
				return nil, wire.Fail("com.amazonaws.sqs#MissingParameter", "The request must contain the parameter MessageBody.")
			}
			id, there := s.Send(in.name(), in.MessageBody)
			if !there {
				return nil, noQueue()
			}
			return map[string]string{"MessageId": id, "MD5OfMessageBody": sum(in.MessageBody)}, nil
		}),
		"ReceiveMessage": wire.JSON(func(in receiveInput) (any, error) {
			return s.with(in.queueInput, func(q *queue) (any, error) { return s.receive(q, in) })
		}),
		"DeleteMessage": wire.JSON(func(in deleteInput) (any, error) {
			return s.with(in.queueInput, func(q *queue) (any, error) {
				q.messages = slices.DeleteFunc(q.messages, func(m *message) bool { return m.receipt != "" && m.receipt == in.ReceiptHandle })
				return struct{}{}, nil
			})
		}),
		"ChangeMessageVisibility": wire.JSON(func(in visibilityInput) (any, error) {
			return s.with(in.queueInput, func(q *queue) (any, error) {
				for _, m := range q.messages {
					if m.receipt != "" && m.receipt == in.ReceiptHandle && in.VisibilityTimeout != nil {
						m.hidden = s.clock.Now().Add(time.Duration(*in.VisibilityTimeout) * time.Second)
						return struct{}{}, nil
					}
				}
				return nil, wire.Fail("com.amazonaws.sqs#MessageNotInflight", "The message referred to is not in flight.")
			})
		}),
		"GetQueueAttributes": wire.JSON(func(in attributesInput) (any, error) {
			return s.with(in.queueInput, func(q *queue) (any, error) {
				return map[string]any{"Attributes": asked(s.attributes(q), in.AttributeNames)}, nil
			})
		}),
	}}
}

// name is the queue's, at the end of its URL.
func (in queueInput) name() string { return in.QueueURL[strings.LastIndex(in.QueueURL, "/")+1:] }

// with runs a call on a queue.
func (s *Service) with(in queueInput, run func(*queue) (any, error)) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, there := s.queues[in.name()]
	if !there {
		return nil, noQueue()
	}
	return run(q)
}

// asked keeps the attributes whose names the call lists.
func asked(all map[string]string, names []string) map[string]string {
	maps.DeleteFunc(all, func(name, _ string) bool { return !slices.Contains(names, name) && !slices.Contains(names, "All") })
	return all
}

func noQueue() error {
	return wire.Fail("com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.")
}

func (s *Service) receive(q *queue, in receiveInput) (any, error) {
	most, hide := 1, visibility
	if in.MaxNumberOfMessages != nil {
		most = *in.MaxNumberOfMessages
	}
	if in.VisibilityTimeout != nil {
		hide = time.Duration(*in.VisibilityTimeout) * time.Second
	}
	if most < 1 || most > 10 {
		return nil, wire.Fail("com.amazonaws.sqs#InvalidParameterValue", "Value %d for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.", most)
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
			"Attributes": asked(map[string]string{
				"SentTimestamp": strconv.FormatInt(m.sent.UnixMilli(), 10), "ApproximateReceiveCount": strconv.Itoa(m.received),
			}, append(in.AttributeNames, in.MessageSystemAttributeNames...)),
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
