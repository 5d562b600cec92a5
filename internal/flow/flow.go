// Package flow reads flows.yaml, so that whatever is wrong in it is said before
// anything is asked, and checks what somebody asks for against it.
package flow

import "encoding/json"

// File is a whole flows.yaml.
type File struct {
	Flows     []Flow
	Directory Directory
	// Warnings are what may be meant, but is likely not: the file is in order.
	Warnings []Error
}

// Find gives the flow of a name; false if there is none.
func (f *File) Find(name string) (*Flow, bool) {
	for i := range f.Flows {
		if f.Flows[i].Name == name {
			return &f.Flows[i], true
		}
	}
	return nil, false
}

// OwnHooks is the value of a flow's hooks that means functions/hooks of this
// project.
const OwnHooks = "hooks"

// Flow declares what may be asked, and who may answer.
//
// Principals (Requesters, Admins, approvers, viewers) are e-mails or other
// identities such as a role's ARN, "group:NAME", "everyone", and in a review
// "admins".
type Flow struct {
	Name        string
	Label       string
	Description string
	// Hooks is OwnHooks, or the name or ARN of any Lambda function.
	Hooks string
	// HookTimeoutSeconds limits each hook, 10 by default, at most 60.
	HookTimeoutSeconds int
	Requesters         []string
	Admins             []string
	Fields             []Field
	Targets            []Target
	// DurationsSeconds are what a requester may choose from; the first is the
	// default. Empty without a strategy.
	DurationsSeconds []int
	Strategy         *Strategy
	// RecentSeconds is the window in which a requester's earlier runs are
	// counted for hooks, 0 for none.
	RecentSeconds int
	// FastTrack limits what on_request may approve; nil doesn't.
	FastTrack *FastTrack
	// Shadow has on_request tried only: mode shadow.
	Shadow bool
	// RequireReason are the acts that must come with a reason.
	RequireReason []string
	Review        Review
	Vars          map[string]any
}

// Field gives the field of a name; false if there is none.
func (f *Flow) Field(name string) (Field, bool) {
	for _, field := range f.Fields {
		if field.Name == name {
			return field, true
		}
	}
	return Field{}, false
}

// Field is one field of a request.
type Field struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Label       string `json:"label,omitempty"`
	Description string `json:"description,omitempty"`
	Required    bool   `json:"required,omitempty"`
	// Allowed and Default are values of the field's type.
	Allowed []json.RawMessage `json:"allowed,omitempty"`
	Default json.RawMessage   `json:"default,omitempty"`
	// Min and Max bound an int's value, a duration's seconds, the length of a
	// string or text and of a list.
	Min     *int64 `json:"min,omitempty"`
	Max     *int64 `json:"max,omitempty"`
	Pattern string `json:"pattern,omitempty"`
	// Prefetch has the flow's hooks say what may be chosen: a value, or an item
	// of strings, that is not among their options is refused.
	Prefetch bool `json:"prefetch,omitempty"`
	// Sensitive values are in no response, log line, event or hook payload.
	Sensitive bool `json:"sensitive,omitempty"`
}

// The types of fields.
const (
	String   = "string"
	Text     = "text"
	Int      = "int"
	Bool     = "bool"
	Duration = "duration"
	TargetOf = "target"
	User     = "user"
	Strings  = "strings"
)

// Target is something that access is asked for.
type Target struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// Settings are for hooks and strategies; no response shows them.
	Settings map[string]any `json:"settings,omitempty"`
}

// Strategy says how access is given.
type Strategy struct {
	// Type is lambda, iam-group or identity-center.
	Type string `json:"type"`
	// Function is the Lambda function of type lambda.
	Function string `json:"function,omitempty"`
	// Settings are all further members.
	Settings map[string]any `json:"settings,omitempty"`
}

// Review says who decides, and how.
type Review struct {
	Approvers      []string
	Viewers        []string
	SelfApproval   bool
	Approvals      []Requirement
	TimeoutSeconds int
	Notify         []Notify
}

// FastTrack limits what on_request may approve; a zero member doesn't. See
// run.FastTrack.
type FastTrack struct {
	MaxPerPersonPerDay      int
	MaxPerHour              int
	QuietAfterDenialSeconds int
}

// Requirement asks for Count different people of the principal From; any
// approver if that is empty.
type Requirement struct {
	From  string
	Count int
}

// Notify is one entry of a notify list.
type Notify struct {
	To          []string
	WaitSeconds int
}
