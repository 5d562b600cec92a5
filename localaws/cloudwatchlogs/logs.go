// Package cloudwatchlogs serves CloudWatch Logs: the newest lines of functions and events
// of rules in each log group, in memory.
package cloudwatchlogs

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/partition"
)

// kept is how many events a log group keeps, the newest.
const kept = 10000

// Service holds log groups.
type Service struct {
	clock           clockwork.Clock
	region, account string

	mu     sync.Mutex
	groups map[string]*group
}

type group struct {
	name    string
	created int64 // milliseconds since 1970, as all times here
	events  []event
	streams map[string]*stream
	next    int64 // the number of the next event
}

type stream struct {
	name                       string
	created, first, last, seen int64
}

type event struct {
	number       int64
	stream       string
	at, received int64
	message      string
}

// New returns a service without log groups.
func New(clock clockwork.Clock, region, account string) *Service {
	return &Service{clock: clock, region: region, account: account, groups: map[string]*group{}}
}

// Add adds a log group if it doesn't exist.
func (s *Service) Add(groupName string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.group(groupName)
}

func (s *Service) now() int64 { return s.clock.Now().UnixMilli() }

// group returns a log group, which it makes. The caller holds mu.
func (s *Service) group(name string) *group {
	g := s.groups[name]
	if g == nil {
		g = &group{name: name, created: s.now(), streams: map[string]*stream{}}
		s.groups[name] = g
	}
	return g
}

// Put writes a line into a stream. It creates the stream and its log group if needed.
func (s *Service) Put(groupName, streamName, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.group(groupName).put(streamName, now, now, message)
}

// Has reports whether a log group exists.
func (s *Service) Has(groupName string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.groups[groupName] != nil
}

func (g *group) stream(name string, now int64) *stream {
	st := g.streams[name]
	if st == nil {
		st = &stream{name: name, created: now}
		g.streams[name] = st
	}
	return st
}

func (g *group) put(streamName string, at, now int64, message string) {
	st := g.stream(streamName, now)
	if st.first == 0 || at < st.first {
		st.first = at
	}
	st.last, st.seen = max(st.last, at), now
	e := event{g.next, streamName, at, now, message}
	g.next++
	// In the order of their times; those of one time as they came.
	i := len(g.events)
	for i > 0 && g.events[i-1].at > at {
		i--
	}
	g.events = slices.Insert(g.events, i, e)
	if len(g.events) > kept {
		g.events = slices.Delete(g.events, 0, len(g.events)-kept)
	}
}

// id returns an id that is unique to the event.
func (e event) id() string { return fmt.Sprintf("%056d", e.number) }

func (s *Service) arn(groupName string) string {
	return "arn:" + partition.Of(s.region) + ":logs:" + s.region + ":" + s.account + ":log-group:" + groupName
}

// groupName is the name in a name, or an ARN.
func groupName(identifier string) string {
	if _, after, isARN := strings.Cut(identifier, ":log-group:"); isARN {
		return strings.TrimSuffix(after, ":*")
	}
	return identifier
}
