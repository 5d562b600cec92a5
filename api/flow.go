package api

import (
	"encoding/json"
	"slices"
)

// Flow is a flow that the caller may request, decide or list.
type Flow struct {
	// Name identifies the flow in flows.yaml.
	Name string `json:"name"`
	// Label is the flow's name for people.
	Label       string `json:"label"`
	Description string `json:"description,omitempty"`
	// Fields are in the order of the form. Never null.
	Fields []Field `json:"fields"`
	// Targets are the values of fields of type target. Never null.
	Targets []Target `json:"targets"`
	// DurationsSeconds are the durations to choose from; the first is the default.
	// Absent in a flow without a strategy, and where access always lasts until it is
	// revoked.
	DurationsSeconds []int `json:"durations_seconds,omitempty"`
	// UntilRevoked reports whether access may last until it is revoked. It is the default
	// only where DurationsSeconds is empty.
	UntilRevoked bool `json:"until_revoked,omitempty"`
	// ConfirmEverySeconds is how often the holder of such access confirms it. It ends if
	// they don't.
	ConfirmEverySeconds int `json:"confirm_every_seconds,omitempty"`
	// RequireReason lists the actions that need a reason: "request", "approve", "deny",
	// "cancel" and "revoke". Never null.
	RequireReason []string `json:"require_reason"`
	// May lists what the caller may do: [MayRequest], [MayRequestFor], [MayDecide] and
	// [MayList], in this order. Nil in a response of an older release, which lists only flows that the
	// caller may request.
	May []string `json:"may"`
	// BreakGlass is present if the caller may break the glass for the flow. Where targets
	// have rules of their own, see [Target.BreakGlass].
	BreakGlass *BreakGlassRule `json:"break_glass,omitempty"`
	// Rules say how requests are decided. Zero in a response of an older release.
	Rules Rules `json:"rules"`
}

// The values of [Flow.May].
const (
	// MayRequest: the caller may make requests.
	MayRequest = "request"
	// MayRequestFor: the caller may make requests for other people; see [CreateInput.For].
	MayRequestFor = "request_for"
	// MayDecide: the caller may approve and deny, as an approver or an admin. Each
	// request has rules of its own; see [You].
	MayDecide = "decide"
	// MayList: the caller may list the requests of everybody.
	MayList = "list"
)

// MayRequest reports whether the caller may request the flow.
func (f Flow) MayRequest() bool { return f.May == nil || slices.Contains(f.May, MayRequest) }

// MayRequestFor reports whether the caller may request the flow for other people.
func (f Flow) MayRequestFor() bool { return slices.Contains(f.May, MayRequestFor) }

// Field is a field of a flow's form.
type Field struct {
	Name string `json:"name"`
	// Type is one of the Field constants.
	Type string `json:"type"`
	// Label is the field's name for people. Empty if it has none.
	Label       string `json:"label,omitempty"`
	Description string `json:"description,omitempty"`
	// Required reports that a shown field must have a value.
	Required bool `json:"required,omitempty"`
	// Allowed are the only values, or items of a list, that are accepted, of the
	// field's type. Absent if any value is.
	Allowed []json.RawMessage `json:"allowed,omitempty"`
	// Default is the value if none is sent, of the field's type. Absent if the
	// field has none.
	Default json.RawMessage `json:"default,omitempty"`
	// Min and Max limit the value of an int, the seconds of a duration, the characters
	// of a string or text, and the items of a list. Nil if unlimited.
	Min *int64 `json:"min,omitempty"`
	Max *int64 `json:"max,omitempty"`
	// Pattern is a regular expression (RE2) that must match some part of a string or
	// text; ^ and $ anchor it. Empty if the
	// field has none.
	Pattern string `json:"pattern,omitempty"`
	// Prefetch reports that a hook offers the values: only values of [Client.Options]
	// are accepted.
	Prefetch bool `json:"prefetch,omitempty"`
	// DependsOn names the fields whose values the hook gets for the options of this one;
	// see [OptionsInput]. Absent if it gets none.
	DependsOn []string `json:"depends_on,omitempty"`
	// When has the values of other fields with which the field is shown: each named field
	// must have one of its values; of a list, an item must be one. Without, the field has
	// no value, and one that is sent is refused. Absent if the field is always shown.
	When map[string][]json.RawMessage `json:"when,omitempty"`
	// DefaultFrom names the field whose value is the default, before Default. Empty if the
	// field has none.
	DefaultFrom string `json:"default_from,omitempty"`
	// Sensitive reports that the value appears in no response, event, hook event or log.
	Sensitive bool `json:"sensitive,omitempty"`
}

// The types of fields.
const (
	FieldString   = "string"   // one line of text
	FieldText     = "text"     // lines of text
	FieldInt      = "int"      // a whole number
	FieldBool     = "bool"     // true or false
	FieldDuration = "duration" // a number of seconds
	FieldTarget   = "target"   // the id of a target
	FieldUser     = "user"     // an e-mail address
	FieldStrings  = "strings"  // a list of strings
)

// Target is something that access can be requested to.
type Target struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// BreakGlass is present if the caller may break the glass for the target.
	BreakGlass *BreakGlassRule `json:"break_glass,omitempty"`
}

// FlowList is the response of GET /flows.
type FlowList struct {
	Flows []Flow `json:"flows"`
}

// Option is a value that a hook offers for a field.
type Option struct {
	// Value goes into the request: 1 to 1,000 characters.
	Value string `json:"value"`
	// Label is what people see: 1 to 1,000 characters.
	Label string `json:"label"`
}

// OptionList is the response of GET /flows/{flow}/fields/{field}/options.
type OptionList struct {
	// Options has up to 100 options. Never null.
	Options []Option `json:"options"`
	// More reports that the hook has others, which a longer query finds.
	More bool `json:"more,omitempty"`
}
