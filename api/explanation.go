package api

import "time"

// Explanation is the response of GET /requests/{id}/explain: why a request has its
// status, in words, from what the caller may read of it.
type Explanation struct {
	ID     string `json:"id"`
	Flow   string `json:"flow"`
	Status Status `json:"status"`
	// Answer is the explanation in one sentence.
	Answer string `json:"answer"`
	// Steps are what led there, in order. Never null.
	Steps []ExplainedStep `json:"steps"`
	// Approvals are the approvals by people. Nil if people never decide it.
	Approvals *ExplainedApprovals `json:"approvals,omitempty"`
	// Limit says which limit of fast_track held the approval by on_request.
	Limit string `json:"limit,omitempty"`
	// Errors are the errors of hooks and of strategies. Never null.
	Errors []string `json:"errors"`
	// Shadow is what on_request would have decided in shadow mode, if the caller may
	// see it.
	Shadow *Verdict `json:"shadow,omitempty"`
	Access *Access  `json:"access,omitempty"`
	// FlowVersion is the version of the flow when the request was made, and
	// HooksVersions are those of the hook function whose responses counted. They are
	// empty for requests that are older than the record of versions.
	FlowVersion   string   `json:"flow_version,omitempty"`
	HooksVersions []string `json:"hooks_versions"`
	// RulesVersion is the number of the version of flows.yaml that was pushed, and that
	// the request was made under; 0 for the deployed file.
	RulesVersion int `json:"rules_version,omitempty"`
}

// ExplainedStep is something that happened to a request.
type ExplainedStep struct {
	At time.Time `json:"at"`
	// AfterMS is the time since the request, in milliseconds.
	AfterMS int64 `json:"after_ms"`
	// Event is that of the entry in the history, or one of the Step constants.
	Event EventName `json:"event"`
	Actor *Actor    `json:"actor,omitempty"`
	// Text is for people.
	Text   string  `json:"text"`
	Checks []Check `json:"checks,omitempty"`
	Error  string  `json:"error,omitempty"`
	// HooksVersion is the version of the hook function that responded.
	HooksVersion string `json:"hooks_version,omitempty"`
}

// Events of steps that are no entries of the history.
const (
	// StepTried is that on_request responded in shadow mode.
	StepTried EventName = "tried"
	// StepFailing is that access could not be granted or ended yet.
	StepFailing EventName = "failing"
	// StepLooked: active access was looked at again, by recheck.
	StepLooked EventName = "looked"
	// StepRules is what became of an approved change of rules.
	StepRules EventName = "rules"
)

// After returns the time since the request.
func (s ExplainedStep) After() time.Duration { return time.Duration(s.AfterMS) * time.Millisecond }

// ExplainedApprovals are the approvals of a request by people.
type ExplainedApprovals struct {
	// Of are the approvers, OfMore how many more there are, and Needed how many must
	// approve. Of is never null.
	Of     []string `json:"of"`
	OfMore int      `json:"of_more,omitempty"`
	Needed int      `json:"needed"`
	// From are the requirements, if approvals must come from certain groups.
	From []Requirement `json:"from,omitempty"`
	// By names the people who approved. Never null.
	By []string `json:"by"`
	// Until is when the review ends.
	Until time.Time `json:"until"`
}
