// Package eventbridge is this machine's Amazon EventBridge: it takes events by
// PutEvents and hands them to the functions that the template's rules name.
package eventbridge

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
)

// APITarget is the prefix of X-Amz-Target of the calls that this service
// answers.
const APITarget = "AWSEvents."

// The limits of PutEvents
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
const (
	maxEntries = 10
	maxEntry   = 1 << 20 // bytes
)

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

// Rule sends the events of a bus that fit its pattern to functions, or an event
// of its own whenever its schedule says.
type Rule struct {
	Name, Bus string
	Pattern   json.RawMessage
	// Schedule is rate(…) or cron(…), in place of a Pattern.
	Schedule string
	Targets  []Target
}

// Target is where a rule sends events.
type Target struct {
	// Function is its name or ARN.
	Function string
	// Input is sent in place of the event when it is not nil.
	Input json.RawMessage
}

// Options says what a Service works with.
type Options struct {
	// Clock is the real one if nil.
	Clock             clockwork.Clock
	Region, AccountID string
	// Buses are the names of buses beside "default".
	Buses []string
	Rules []Rule
	// Invoke hands an event to a function, asynchronously.
	Invoke func(function string, payload []byte) error
	// OnError is told of an event that could not be handed on.
	OnError func(rule string, err error)
}

// Service is the API, an http.Handler.
type Service struct {
	opts  Options
	rules []rule

	stop    chan struct{}
	closing sync.Once
	keeping sync.WaitGroup

	mu     sync.Mutex
	events []Event
}

type rule struct {
	Rule
	pattern  pattern
	schedule schedule
}

// New gives a service and starts its schedules; Close ends them. The error names
// a rule whose pattern or schedule it doesn't understand.
func New(o Options) (*Service, error) {
	if o.Clock == nil {
		o.Clock = clockwork.NewRealClock()
	}
	s := &Service{opts: o, stop: make(chan struct{})}
	for _, r := range o.Rules {
		parsed, err := parseRule(r)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.Name, err)
		}
		s.rules = append(s.rules, parsed)
	}
	for _, r := range s.rules {
		if r.schedule != nil {
			s.keeping.Add(1)
			go s.keep(r)
		}
	}
	return s, nil
}

func parseRule(r Rule) (rule, error) {
	if r.Schedule != "" {
		parsed, err := parseSchedule(r.Schedule)
		return rule{Rule: r, schedule: parsed}, err
	}
	parsed, err := parsePattern(r.Pattern)
	return rule{Rule: r, pattern: parsed}, err
}

// Events gives the newest events, oldest first.
func (s *Service) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// Put takes an event onto a bus.
func (s *Service) Put(bus string, e Event) {
	s.mu.Lock()
	s.events = append(s.events, e)
	if len(s.events) > kept {
		s.events = slices.Delete(s.events, 0, len(s.events)-kept)
	}
	s.mu.Unlock()
	raw, err := json.Marshal(e)
	if err != nil {
		return
	}
	var tree any
	if json.Unmarshal(raw, &tree) != nil {
		return
	}
	for _, r := range s.rules {
		if r.schedule == nil && r.Bus == bus && r.pattern.matches(tree) {
			s.send(r, raw)
		}
	}
}

// Event gives an event of this account and region, at this moment.
func (s *Service) Event(source, detailType string, detail json.RawMessage) Event {
	return Event{
		Version: "0", ID: newID(), Source: source, DetailType: detailType, Detail: detail,
		Account: s.opts.AccountID, Region: s.opts.Region, Time: s.opts.Clock.Now().UTC().Truncate(time.Second), Resources: []string{},
	}
}

type putEntry struct {
	EventBusName, Source, DetailType, Detail string
	Resources                                []string
	Time                                     *float64
}

type putResult struct {
	EventID      string `json:"EventId,omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

// ServeHTTP answers PutEvents (AWS JSON 1.1).
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", newID())
	if operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), APITarget); operation != "PutEvents" {
		refuse(w, "UnknownOperationException", operation+" is not implemented on this machine")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEntries*maxEntry))
	var in struct{ Entries []putEntry }
	if err != nil || json.Unmarshal(body, &in) != nil {
		refuse(w, "SerializationException", "the body is not understood")
		return
	}
	if n := len(in.Entries); n < 1 || n > maxEntries {
		refuse(w, "ValidationException", fmt.Sprintf("1 to %d entries were expected, not %d", maxEntries, n))
		return
	}
	out := struct {
		FailedEntryCount int
		Entries          []putResult
	}{}
	for _, entry := range in.Entries {
		result := s.take(entry)
		if result.ErrorCode != "" {
			out.FailedEntryCount++
		}
		out.Entries = append(out.Entries, result)
	}
	raw, err := json.Marshal(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	// Nobody is left to tell of an error of writing.
	_, _ = w.Write(raw)
}

// take takes one entry of a PutEvents.
func (s *Service) take(entry putEntry) putResult {
	bus := entry.EventBusName
	if i := strings.LastIndexByte(bus, '/'); i >= 0 { // an ARN
		bus = bus[i+1:]
	}
	switch {
	case bus == "":
		bus = "default"
	case bus != "default" && !slices.Contains(s.opts.Buses, bus):
		return putResult{ErrorCode: "ResourceNotFoundException", ErrorMessage: "Event bus " + bus + " does not exist."}
	}
	if entry.Source == "" || entry.DetailType == "" {
		return putResult{ErrorCode: "InvalidArgument", ErrorMessage: "Parameters Source and DetailType are required."}
	}
	var object map[string]any
	if json.Unmarshal([]byte(entry.Detail), &object) != nil {
		return putResult{ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed."}
	}
	e := s.Event(entry.Source, entry.DetailType, json.RawMessage(entry.Detail))
	if entry.Time != nil {
		e.Time = time.UnixMilli(int64(*entry.Time * 1000)).UTC().Truncate(time.Second)
	}
	if entry.Resources != nil {
		e.Resources = entry.Resources
	}
	s.Put(bus, e)
	return putResult{EventID: e.ID}
}

func refuse(w http.ResponseWriter, code, message string) {
	raw, err := json.Marshal(map[string]string{"__type": code, "message": message})
	if err != nil {
		return
	}
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write(raw)
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
