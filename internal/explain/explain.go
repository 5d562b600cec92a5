// Package explain says in words why a run ended as it did, or where it stands,
// from what the API shows of it: nobody should have to read a history entry by
// entry to know. It is pure, and knows nothing that the reader may not see.
package explain

import (
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Explanation is why a run is where it is.
type Explanation struct {
	ID     string     `json:"id"`
	Flow   string     `json:"flow"`
	Status run.Status `json:"status"`
	// Answer is all of it in one sentence.
	Answer string `json:"answer"`
	// Steps are what led there, in order.
	Steps []Step `json:"steps"`
	// Approvals is how far the approvals of people went; nil where none were
	// asked.
	Approvals *Approvals `json:"approvals,omitempty"`
	// Limit says which limit of fast_track held what on_request approved.
	Limit string `json:"limit,omitempty"`
	// Errors are what hooks, and who gives access, did wrong.
	Errors []string `json:"errors"`
	// Shadow is what on_request would have had happen, where the reader may see
	// it.
	Shadow *run.Verdict `json:"shadow,omitempty"`
	Access *api.Access  `json:"access,omitempty"`
	// FlowVersion is the version of the flow it was asked under, HooksVersions
	// those of the hook function whose answers led somewhere; empty for a run
	// from before they were recorded.
	FlowVersion   string   `json:"flow_version,omitempty"`
	HooksVersions []string `json:"hooks_versions"`
}

// Step is something that happened to the run.
type Step struct {
	At time.Time `json:"at"`
	// AfterMS is how long after the request.
	AfterMS int64 `json:"after_ms"`
	// Event is that of the entry in the history, or [Tried] or [Failing].
	Event run.EventName `json:"event"`
	Actor *run.Actor    `json:"actor,omitempty"`
	// Text says it for people.
	Text   string      `json:"text"`
	Checks []run.Check `json:"checks,omitempty"`
	Error  string      `json:"error,omitempty"`
	// HooksVersion is the version of the hook function whose answer led here.
	HooksVersion string `json:"hooks_version,omitempty"`
}

// Steps that are no entries of the history.
const (
	// Tried is that on_request answered in shadow mode.
	Tried run.EventName = "tried"
	// Failing is that access could not be taken back so far.
	Failing run.EventName = "failing"
)

// After is how long after the request the step was.
func (s Step) After() time.Duration { return time.Duration(s.AfterMS) * time.Millisecond }

// Approvals is how far the approvals of people went.
type Approvals struct {
	// Of are who was asked to decide, OfMore how many more; Needed is how many had
	// to approve.
	Of     []string `json:"of"`
	OfMore int      `json:"of_more,omitempty"`
	Needed int      `json:"needed"`
	// From says of whom, where that is not all the same.
	From []run.Requirement `json:"from,omitempty"`
	By   []string          `json:"by"`
	// Until is when nobody can decide any more.
	Until time.Time `json:"until"`
}

// Of explains a run.
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

// explainer is one explanation under way.
type explainer struct {
	api.Request
	approvals *Approvals
}

// held is the entry of an approval by on_request that a limit of fast_track
// held: the one thing that the engine itself does not let count.
func (x *explainer) held() (run.Entry, bool) {
	return x.first(func(e run.Entry) bool {
		return e.Event == run.Ignore && e.Actor.Type == run.EngineActor && e.Act == ""
	})
}

// first is the first entry of its kind.
func (x *explainer) first(is func(run.Entry) bool) (run.Entry, bool) {
	if i := slices.IndexFunc(x.History, is); i >= 0 {
		return x.History[i], true
	}
	return run.Entry{}, false
}
