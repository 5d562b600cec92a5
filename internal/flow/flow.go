// Package flow reads flows.yaml and checks the fields of requests against it. It reports
// every mistake of the file before a request is filed.
package flow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/fields"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// File is a whole flows.yaml.
type File struct {
	// Name is what mistakes are reported under, such as its path.
	Name      string
	Flows     []Flow
	Directory Directory
	// Admins have rights over the runs of flows that are gone, and over no others.
	Admins []string
	// Stages are the environments that the file has values for; [File.At] applies those
	// of one. Empty if every deployment has the same.
	Stages []string
	// Functions are the Lambda functions that the file names, in its order.
	Functions []FunctionUse
	// PermissionSets are those of IAM Identity Center that the file names, in its
	// order.
	PermissionSets []PermissionSetUse
	// Warnings are probable oversights in a valid file.
	Warnings []Error
	// Destinations are the entries of its notify lists, in its order.
	Destinations []DestinationUse
	// Refused are mistakes that `flows check` refuses, and that the functions live
	// with: a file of before they were known must not stop them.
	Refused []Error
}

// FunctionUse is a place that names a Lambda function.
type FunctionUse struct {
	// Name is the function's name or ARN; OwnHooks is functions/hooks of this
	// project, also where a flow names none.
	Name string
	// Flow is the flow that names it.
	Flow string
	// Strategy is true for a strategy function; others have hooks, or Name is NoHooks.
	Strategy bool
	place    Error
}

// Missing returns the mistake that the function does not exist.
func (u FunctionUse) Missing(why string) Error {
	e := u.place
	e.Detail = why
	return e
}

// PermissionSetUse is a target that grants a permission set of IAM Identity Center.
type PermissionSetUse struct {
	Instance, ARN, Account string
	// DurationsSeconds are those of the flow.
	DurationsSeconds []int
	place            Error
}

// Mistake is a mistake, or a warning, at the target.
func (u PermissionSetUse) Mistake(what string) Error {
	e := u.place
	e.Detail = what
	return e
}

// DestinationUse is an entry of a notify list.
type DestinationUse struct {
	destination.Destination
	place Error
}

// Mistake is a mistake at the entry.
func (u DestinationUse) Mistake(what string) Error {
	e := u.place
	e.Detail = what
	return e
}

// Find returns the flow of a name; false if the file has none.
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

// NoHooks is the value of a flow's hooks that means that it has none.
const NoHooks = "none"

// Flow declares what may be requested, and who decides.
//
// Principals (Requesters, Admins, approvers, viewers) are e-mails or other
// identities such as a role's ARN, "group:NAME", "everyone", and in a review
// "admins".
//
// Empty members are left out of its JSON, which is what its version is of.
type Flow struct {
	Name        string `json:",omitempty"`
	Label       string `json:",omitempty"`
	Description string `json:",omitempty"`
	// Hooks is OwnHooks, NoHooks, or the name or ARN of any Lambda function.
	Hooks string `json:",omitempty"`
	// HookTimeoutSeconds limits each hook, 10 by default, at most 60.
	HookTimeoutSeconds int      `json:",omitempty"`
	Requesters         []string `json:",omitempty"`
	// OnBehalf lets some request for other people; nil lets nobody.
	OnBehalf *OnBehalf `json:",omitempty"`
	// BreakGlass lets some have access at once in an emergency; nil lets nobody.
	// TargetGlass has the rules of targets that have their own, by id.
	BreakGlass  *BreakGlass           `json:",omitempty"`
	TargetGlass map[string]BreakGlass `json:",omitempty"`
	// VisibleTo are those of the requesters who see the flow. Nil is all of them.
	VisibleTo []string `json:",omitempty"`
	// GetFlows has code say which of these see the flow.
	GetFlows bool     `json:",omitempty"`
	Admins   []string `json:",omitempty"`
	Fields   []Field  `json:",omitempty"`
	Targets  []Target `json:",omitempty"`
	// DurationsSeconds are what a requester may choose from; the first is the
	// default. Empty without a strategy, or where access always lasts until it is revoked.
	DurationsSeconds []int `json:",omitempty"`
	// UntilRevoked lets access last until it is revoked, as long as its holder confirms it
	// every ConfirmEverySeconds.
	UntilRevoked        bool      `json:",omitempty"`
	ConfirmEverySeconds int       `json:",omitempty"`
	Strategy            *Strategy `json:",omitempty"`
	// StartsWithinSeconds is how far ahead a request may start, 0 for none.
	StartsWithinSeconds int `json:",omitempty"`
	// Extend lets access be extended; nil doesn't.
	Extend *Extend `json:",omitempty"`
	// RecentSeconds is the window in which a requester's earlier runs are
	// counted for hooks, 0 for none.
	RecentSeconds int `json:",omitempty"`
	// RecentOf is what else is counted of them; nil is the flow itself alone.
	RecentOf *RecentOf `json:",omitempty"`
	// RetentionSeconds is how long a request is kept once it is over, 0 for ever.
	RetentionSeconds int `json:",omitempty"`
	// FastTrack limits what on_request may approve; nil doesn't.
	FastTrack *run.FastTrack `json:",omitempty"`
	// Store names what hooks keep; nil is nothing.
	Store *run.StoreRule `json:",omitempty"`
	// AdminOverride are the actions, beside deny and revoke, for which admins may
	// set the verdict of a hook aside: approve or none.
	AdminOverride []string `json:",omitempty"`
	// Limits bound how much one person may request.
	Limits Limits `json:",omitzero"`
	// Shadow has on_request tried only: mode shadow.
	Shadow bool `json:",omitempty"`
	// Slack is what people may do in Slack, empty for everything.
	Slack run.SlackUse `json:",omitempty"`
	// RequireReason are the acts that must come with a reason.
	RequireReason []string `json:",omitempty"`
	Review        Review   `json:",omitempty"`
	// Recheck has get_permissions called again at each approve.
	Recheck bool `json:",omitempty"`
	// LookSeconds is how often active access is looked at again, 0 for never.
	LookSeconds int            `json:",omitempty"`
	Vars        map[string]any `json:",omitempty"`
	// StageVars are vars by stage, which [File.At] puts into Vars. A deployment has those
	// of one stage, so its version of the flow is of these.
	StageVars map[string]map[string]any `json:"-"`
}

// Field returns the field of a name; false if the flow has none.
func (f *Flow) Field(name string) (Field, bool) {
	return f.Form().Field(name)
}

// Version names the flow as it is declared: 12 hex digits of a SHA-256, another
// whenever anything in it is.
func (f *Flow) Version() (string, error) {
	raw, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("flow %s: %w", f.Name, err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:6]), nil
}

// Form returns the flow's form.
func (f *Flow) Form() fields.Form { return fields.Form{Fields: f.Fields, Targets: f.Targets} }

// Field is a field of the flow's form, as GET /flows shows it.
type Field = fields.Field

// The types of fields.
const (
	String   = fields.String
	Text     = fields.Text
	Int      = fields.Int
	Bool     = fields.Bool
	Duration = fields.Duration
	TargetOf = fields.TargetOf
	User     = fields.User
	Strings  = fields.Strings
)

// Target is what access is requested to.
type Target = fields.Target

// ParseDuration reads a duration; see [fields.ParseDuration].
func ParseDuration(s string) (int, error) { return fields.ParseDuration(s) }

// FormatDuration writes seconds as a duration; see [fields.FormatDuration].
func FormatDuration(seconds int) string { return fields.FormatDuration(seconds) }

// Strategy says how access is granted.
type Strategy struct {
	// Type is lambda, iam-group or identity-center.
	Type string `json:"type"`
	// Function is the Lambda function of type lambda, Version the version of the
	// strategy contract that it speaks: 1, which 0 is too, or 2.
	Function string `json:"function,omitempty"`
	Version  int    `json:"version,omitempty"`
	// Fields are the sensitive fields that the function gets, from version 2 on.
	Fields []string `json:"fields,omitempty"`
	// Settings are all further members.
	Settings map[string]any `json:"settings,omitempty"`
}

// Review says who decides, and how.
type Review struct {
	Approvers      []string      `json:",omitempty"`
	Viewers        []string      `json:",omitempty"`
	SelfApproval   bool          `json:",omitempty"`
	Approvals      []Requirement `json:",omitempty"`
	TimeoutSeconds int           `json:",omitempty"`
	Notify         []Notify      `json:",omitempty"`
	// NotifyEnds also notifies whom Notify notified when access ends.
	NotifyEnds bool `json:",omitempty"`
}

// Requirement asks for Count different people of the principal From; any
// approver if that is empty.
type Requirement struct {
	From  string `json:",omitempty"`
	Count int    `json:",omitempty"`
}

// Notify is one entry of a notify list.
type Notify struct {
	To          []string `json:",omitempty"`
	WaitSeconds int      `json:",omitempty"`
}
