// Package explain says in words why a request ended as it did, or what it waits for,
// from what the API shows of it. It is pure, and shows nothing that the reader may not
// see.
package explain

import (
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Explanation is why a request has its status.
type Explanation struct {
	ID     string     `json:"id"`
	Flow   string     `json:"flow"`
	Status run.Status `json:"status"`
	// Answer is the explanation in one sentence.
	Answer string `json:"answer"`
	// Steps are what led there, in order.
	Steps []Step `json:"steps"`
	// Approvals are the approvals by people, nil if people never decide it.
	Approvals *Approvals `json:"approvals,omitempty"`
	// Limit says which limit of fast_track held the approval by on_request.
	Limit string `json:"limit,omitempty"`
	// Errors are the errors of hooks and of strategies.
	Errors []string `json:"errors"`
	// Shadow is the on_request outcome in shadow mode, if the reader may see it.
	Shadow *run.Verdict `json:"shadow,omitempty"`
	Access *api.Access  `json:"access,omitempty"`
	// FlowVersion is the version of the flow when the request was made, and
	// HooksVersions are those of the hook function whose responses counted. They
	// are empty for requests that are older than the record of versions.
	FlowVersion   string   `json:"flow_version,omitempty"`
	HooksVersions []string `json:"hooks_versions"`
}

// Step is something that happened to the request.
type Step struct {
	At time.Time `json:"at"`
	// AfterMS is the time since the request.
	AfterMS int64 `json:"after_ms"`
	// Event is that of the entry in the history, or [Tried] or [Failing].
	Event run.EventName `json:"event"`
	Actor *run.Actor    `json:"actor,omitempty"`
	// Text is for people.
	Text   string      `json:"text"`
	Checks []run.Check `json:"checks,omitempty"`
	Error  string      `json:"error,omitempty"`
	// HooksVersion is the version of the hook function that responded.
	HooksVersion string `json:"hooks_version,omitempty"`
}

// Steps that are no entries of the history.
const (
	// Tried is that on_request responded in shadow mode.
	Tried run.EventName = "tried"
	// Failing is that access could not be granted or ended yet.
	Failing run.EventName = "failing"
)

// After returns the time since the request.
func (s Step) After() time.Duration { return time.Duration(s.AfterMS) * time.Millisecond }

// Approvals are the approvals of a request by people.
type Approvals struct {
	// Of are the approvers, OfMore how many more there are, and Needed how many must
	// approve.
	Of     []string `json:"of"`
	OfMore int      `json:"of_more,omitempty"`
	Needed int      `json:"needed"`
	// From are the requirements, if approvals must come from certain groups.
	From []run.Requirement `json:"from,omitempty"`
	By   []string          `json:"by"`
	// Until is when the review ends.
	Until time.Time `json:"until"`
}

// Of explains a request.
func Of(v api.Request) Explanation {
	x := explainer{Request: v, approvals: approvalsOf(v)}
	e := Explanation{
		ID: v.ID, Flow: v.Flow, Status: v.Status, Approvals: x.approvals, Shadow: v.Shadow, Access: v.Access,
		Errors: []string{}, HooksVersions: []string{},
	}
	if held, is := x.held(); is {
		e.Limit = held.Reason
	}
	if len(v.History) > 0 {
		e.FlowVersion = v.History[0].FlowVersion
	}
	e.Answer, e.Steps = text.Line(x.answer()), x.steps()
	for i := range e.Steps {
		e.Steps[i].Text = text.Line(e.Steps[i].Text)
	}
	for _, s := range e.Steps {
		if s.Error != "" && !slices.Contains(e.Errors, s.Error) {
			e.Errors = append(e.Errors, s.Error)
		}
		if s.HooksVersion != "" && !slices.Contains(e.HooksVersions, s.HooksVersion) {
			e.HooksVersions = append(e.HooksVersions, s.HooksVersion)
		}
	}
	return e
}

// explainer is an explanation in progress.
type explainer struct {
	api.Request
	approvals *Approvals
}

// held returns the entry of an approval by on_request that a limit of fast_track held:
// the one thing that the engine itself ignores.
func (x *explainer) held() (run.Entry, bool) {
	return x.first(func(e run.Entry) bool {
		return e.Event == run.Ignore && e.Actor.Type == run.EngineActor && e.Act == ""
	})
}

// first returns the first entry for which is reports true.
func (x *explainer) first(is func(run.Entry) bool) (run.Entry, bool) {
	if i := slices.IndexFunc(x.History, is); i >= 0 {
		return x.History[i], true
	}
	return run.Entry{}, false
}
