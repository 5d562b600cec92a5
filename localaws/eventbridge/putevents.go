package eventbridge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// The limits of PutEvents
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
const (
	maxEntries = 10
	maxEntry   = 1 << 20 // bytes
)

type putEventsInput struct{ Entries []putEntry }

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

func (s *Service) putEvents(in putEventsInput) (any, error) {
	if n := len(in.Entries); n < 1 || n > maxEntries {
		return nil, wire.Fail("ValidationException", "PutEvents takes 1 to %d entries, got %d", maxEntries, n)
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
	return out, nil
}

// busName is the name in a name or an ARN; none is the default bus.
func busName(bus string) string {
	if i := strings.LastIndexByte(bus, '/'); i >= 0 { // an ARN
		bus = bus[i+1:]
	}
	if bus == "" {
		return "default"
	}
	return bus
}

func (s *Service) hasBus(name string) bool {
	return name == "default" || slices.Contains(s.opts.Buses, name)
}

// take takes one entry of a PutEvents.
func (s *Service) take(entry putEntry) putResult {
	bus := busName(entry.EventBusName)
	if !s.hasBus(bus) {
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

// pick returns the value at a simple path of an event, as JSON: "$.detail.run" by members
// alone. An absent member is null.
func pick(tree any, path string) []byte {
	for name := range strings.SplitSeq(strings.TrimPrefix(strings.TrimPrefix(path, "$"), "."), ".") {
		if name == "" {
			continue
		}
		members, _ := tree.(map[string]any)
		tree = members[name]
	}
	raw, err := json.Marshal(tree)
	if err != nil {
		panic(fmt.Sprintf("eventbridge: encode a part of an event: %v", err)) // it was decoded from JSON
	}
	return raw
}
