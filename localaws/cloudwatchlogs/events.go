package cloudwatchlogs

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// maxEvents is how many events a call returns.
const maxEvents = 10000

type filterInput struct {
	identified
	Streams []string `json:"logStreamNames"`
	Prefix  string   `json:"logStreamNamePrefix"`
	Start   *int64   `json:"startTime"`
	End     *int64   `json:"endTime"`
	Pattern string   `json:"filterPattern"`
	// Interleaved changes nothing: events come in the order of their times, as the
	// service has it since 2019
	// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html).
	Interleaved bool `json:"interleaved"`
	pageInput
}

type filteredEvent struct {
	Stream   string `json:"logStreamName"`
	At       int64  `json:"timestamp"`
	Message  string `json:"message"`
	Received int64  `json:"ingestionTime"`
	ID       string `json:"eventId"`
}

// filterLogEvents finds events of all streams, as `aws logs tail` asks for them.
func (s *Service) filterLogEvents(in filterInput) (any, error) {
	fits, err := parsePattern(in.Pattern)
	if err != nil {
		return nil, err
	}
	if len(in.Streams) > 0 && in.Prefix != "" {
		return nil, wire.Fail("InvalidParameterException", "Give one of logStreamNames and logStreamNamePrefix.")
	}
	if in.Limit < 0 || in.Limit > maxEvents {
		return nil, wire.Fail("InvalidParameterException", "limit must be 1 to %d, got %d", maxEvents, in.Limit)
	}
	at, err := from(in.NextToken)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.identified)
	if err != nil {
		return nil, err
	}
	for _, name := range in.Streams {
		if g.streams[name] == nil {
			return nil, wire.Fail("ResourceNotFoundException", "The specified log stream does not exist: %s", name)
		}
	}
	found, most := []filteredEvent{}, cmp.Or(in.Limit, maxEvents)
	out := map[string]any{"searchedLogStreams": []any{}}
	for i, e := range g.events {
		switch {
		case int64(i) < at, in.Start != nil && e.at < *in.Start, in.End != nil && e.at > *in.End:
			continue
		case len(in.Streams) > 0 && !slices.Contains(in.Streams, e.stream), !strings.HasPrefix(e.stream, in.Prefix), !fits(e.message):
			continue
		}
		if len(found) == most {
			out["nextToken"] = token(int64(i))
			break
		}
		found = append(found, filteredEvent{e.stream, e.at, e.message, e.received, e.id()})
	}
	out["events"] = found
	return out, nil
}

type getInput struct {
	identified
	Stream   string `json:"logStreamName"`
	Start    *int64 `json:"startTime"`
	End      *int64 `json:"endTime"`
	FromHead bool   `json:"startFromHead"`
	pageInput
}

type gotEvent struct {
	At       int64  `json:"timestamp"`
	Message  string `json:"message"`
	Received int64  `json:"ingestionTime"`
}

// getLogEvents reads a stream, the newest events first unless startFromHead says
// otherwise. Its tokens are there on each page, as the service has it: the end is
// where one comes back that was sent.
func (s *Service) getLogEvents(in getInput) (any, error) {
	if in.Limit < 0 || in.Limit > maxEvents {
		return nil, wire.Fail("InvalidParameterException", "limit must be 1 to %d, got %d", maxEvents, in.Limit)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.identified)
	if err != nil {
		return nil, err
	}
	if g.streams[in.Stream] == nil {
		return nil, wire.Fail("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	var all []event
	for _, e := range g.events {
		if e.stream == in.Stream && (in.Start == nil || e.at >= *in.Start) && (in.End == nil || e.at < *in.End) {
			all = append(all, e)
		}
	}
	size := cmp.Or(in.Limit, maxEvents)
	first, last := 0, min(size, len(all))
	if !in.FromHead {
		first, last = max(len(all)-size, 0), len(all)
	}
	if direction, rest, given := strings.Cut(in.NextToken, "/"); given {
		at, err := from(rest)
		if err != nil {
			return nil, err
		}
		cut := len(all)
		if i := slices.IndexFunc(all, func(e event) bool { return e.number >= at }); i >= 0 {
			cut = i
		}
		if direction == "f" {
			first, last = cut, min(cut+size, len(all))
		} else {
			first, last = max(cut-size, 0), cut
		}
	} else if in.NextToken != "" {
		return nil, wire.Fail("InvalidParameterException", "The specified nextToken is invalid.")
	}
	events := []gotEvent{}
	begin, end := g.next, g.next
	for _, e := range all[first:last] {
		events = append(events, gotEvent{e.at, e.message, e.received})
		end = e.number + 1
	}
	switch {
	case first < len(all):
		begin = all[first].number
	case len(all) > 0:
		begin = all[len(all)-1].number + 1
	}
	if len(events) == 0 {
		end = begin
	}
	return map[string]any{"events": events, "nextForwardToken": "f/" + token(end), "nextBackwardToken": "b/" + token(begin)}, nil
}
