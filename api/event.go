package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// EventSource is the source of fasttrack's events on the EventBridge bus.
const EventSource = "fasttrack"

// The types of events on the bus, which are also their EventBridge detail types.
const (
	// EventTypeRun begins the type of the event of a history entry:
	// "fasttrack.run.approve".
	EventTypeRun = "fasttrack.run."
	// EventTypeAccessFailing is an event without an entry: granting or ending access
	// fails. There is one each time that begins. Request.LastError says why.
	EventTypeAccessFailing = "fasttrack.access.failing"
	// EventTypeRulesApplied and EventTypeRulesRefused are events without an entry: an
	// approved change of rules was pushed, or is refused for good. There is one for each
	// such request. Rules says what became of it.
	EventTypeRulesApplied = "fasttrack.rules.applied"
	EventTypeRulesRefused = "fasttrack.rules.refused"
)

// Event is the detail of an event on the EventBridge bus. There is one for each
// history entry. EventBridge delivers at least once and in no certain order:
// recognize duplicates by ID, and order by Entry.Seq.
type Event struct {
	// ID is the same for every delivery: the request's id, a hyphen and Entry.Seq.
	ID string `json:"id"`
	// Type is the detail type.
	Type string `json:"type"`
	// Time is when it happened.
	Time time.Time `json:"time"`
	// Request is the request when the event was sent, without its history.
	Request Request `json:"run"`
	// Entry is the event's history entry. Zero in an event without one.
	Entry Entry `json:"entry,omitzero"`
	// To lists the principals to notify of an event without an entry.
	To []string `json:"to,omitempty"`
	// Rules is what became of a change of rules. Nil in other events.
	Rules *RulesOutcome `json:"rules,omitempty"`
	// LeftOut names what was omitted to keep within the 256 KB of the bus: "checks" and
	// "errors", then "review" and "to", then "fields". An entry that lacks something
	// doesn't match its hash.
	LeftOut []string `json:"left_out,omitempty"`
}

// AboutRules reports whether the event is about what became of a change of rules.
func (e Event) AboutRules() bool {
	return (e.Type == EventTypeRulesApplied || e.Type == EventTypeRulesRefused) && e.Rules != nil
}

// BusEvent is an event as EventBridge delivers it, such as to a Lambda function.
type BusEvent struct {
	// ID is EventBridge's own; [Event.ID] recognizes duplicates.
	ID         string    `json:"id"`
	Source     string    `json:"source"`
	DetailType string    `json:"detail-type"`
	Account    string    `json:"account"`
	Region     string    `json:"region"`
	Time       time.Time `json:"time"`
	// Detail is an [Event]; [BusEvent.Event] decodes it.
	Detail json.RawMessage `json:"detail"`
}

// Event decodes the detail. It fails on events that aren't fasttrack's, and ignores
// members that this release doesn't know.
func (b BusEvent) Event() (Event, error) {
	var e Event
	if err := json.Unmarshal(b.Detail, &e); err != nil {
		return Event{}, fmt.Errorf("decode event of type %q: %w", b.DetailType, err)
	}
	known := strings.HasPrefix(e.Type, EventTypeRun) && e.Entry.Seq > 0 || e.Type == EventTypeAccessFailing || e.AboutRules()
	if !known || e.ID == "" || e.Request.ID == "" {
		return Event{}, fmt.Errorf("not a fasttrack event: detail type %q, type %q, id %q", b.DetailType, e.Type, e.ID)
	}
	return e, nil
}
