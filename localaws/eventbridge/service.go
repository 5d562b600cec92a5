// Package eventbridge serves Amazon EventBridge: buses, rules with patterns or schedules,
// and targets that are functions or log groups.
package eventbridge

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// APITarget is the prefix of X-Amz-Target in calls of this service.
const APITarget = "AWSEvents."

// kept is how many of the newest events can be looked at.
const kept = 1000

// Event is an event as rules and targets see it.
type Event struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       time.Time       `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// Rule sends matching events of a bus to its targets, or an event of its own on a
// schedule.
type Rule struct {
	Name, Bus, Description string
	Disabled               bool
	Pattern                json.RawMessage
	// Schedule is rate(…) or cron(…), in place of a Pattern.
	Schedule string
	Targets  []Target
}

// Target is where a rule sends events.
type Target struct {
	// ID is unique among the targets of a rule.
	ID string
	// ARN is the ARN or name of a function, or the ARN of a log group.
	ARN string
	// Input is sent in place of the event when it is not nil.
	Input json.RawMessage
	// Path selects a part of the event to send, such as "$.detail"; empty sends all of
	// it.
	Path string
}

// Options configures a Service.
type Options struct {
	// Clock is the real one if nil.
	Clock             clockwork.Clock
	Region, AccountID string
	// Buses are the names of buses beside "default".
	Buses []string
	Rules []Rule
	// Invoke invokes a function with an event, asynchronously.
	Invoke func(function string, payload []byte) error
	// Log writes an event into a log group; nil serves no such targets.
	Log func(group string, event []byte) error
	// HasFunction and HasGroup report whether the target of PutTargets exists; nil
	// skips the check.
	HasFunction, HasGroup func(name string) bool
	// OnError receives each event that could not be delivered.
	OnError func(rule string, err error)
	// Motion records what schedules do; nil records nothing.
	Motion *motion.Motion
}

// Service is the API, an http.Handler.
type Service struct {
	opts Options
	wire wire.Service

	stop    chan struct{}
	closing sync.Once
	keeping sync.WaitGroup

	mu     sync.Mutex
	rules  []*rule
	events []Event
}

// rule is never changed: another takes its place.
type rule struct {
	Rule
	pattern  pattern
	schedule schedule
	// gone ends its schedule.
	gone chan struct{}
}

// New returns a service and starts its schedules; Close ends them. The error names a
// rule with an unsupported pattern or schedule.
func New(o Options) (*Service, error) {
	if o.Clock == nil {
		o.Clock = clockwork.NewRealClock()
	}
	s := &Service{opts: o, stop: make(chan struct{})}
	s.wire = s.operations()
	for _, r := range o.Rules {
		parsed, err := parseRule(r)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.Name, err)
		}
		s.rules = append(s.rules, parsed)
	}
	for _, r := range s.rules {
		s.begin(r)
	}
	return s, nil
}

// begin starts a rule's schedule.
func (s *Service) begin(r *rule) {
	if r.schedule != nil && !r.Disabled {
		s.keeping.Add(1)
		go s.keep(r, s.opts.Motion.Begin("rule "+r.Name))
	}
}

func parseRule(r Rule) (*rule, error) {
	parsed := &rule{Rule: r, gone: make(chan struct{})}
	var err error
	if r.Schedule != "" {
		parsed.schedule, err = parseSchedule(r.Schedule)
	} else {
		parsed.pattern, err = parsePattern(r.Pattern)
	}
	return parsed, err
}

// Events returns the newest events, oldest first.
func (s *Service) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// Put puts an event onto a bus.
func (s *Service) Put(bus string, e Event) {
	s.mu.Lock()
	s.events = append(s.events, e)
	if len(s.events) > kept {
		s.events = slices.Delete(s.events, 0, len(s.events)-kept)
	}
	rules := slices.Clone(s.rules)
	s.mu.Unlock()
	raw, err := json.Marshal(e)
	if err != nil {
		return
	}
	var tree any
	if json.Unmarshal(raw, &tree) != nil {
		return
	}
	for _, r := range rules {
		if r.schedule == nil && r.Bus == bus && !r.Disabled && r.pattern.matches(tree) {
			s.send(r, raw, tree)
		}
	}
}

// Event returns an event of this account and region with the current time.
func (s *Service) Event(source, detailType string, detail json.RawMessage) Event {
	return Event{
		Version: "0", ID: newID(), Source: source, DetailType: detailType, Detail: detail,
		Account: s.opts.AccountID, Region: s.opts.Region, Time: s.opts.Clock.Now().UTC().Truncate(time.Second), Resources: []string{},
	}
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
