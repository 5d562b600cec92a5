// Package explain says in words why a request ended as it did, or what it waits for,
// from what the API shows of it. It is pure, and shows nothing that the reader may not
// see.
package explain

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// What an explanation is made of is defined in package api, which shows it.
type (
	Explanation = api.Explanation
	Step        = api.ExplainedStep
	Approvals   = api.ExplainedApprovals
)

// Steps that are no entries of the history.
const (
	Tried   = api.StepTried
	Failing = api.StepFailing
	Looked  = api.StepLooked
	Rules   = api.StepRules
)

// Of explains a request.
func Of(v api.Request) Explanation {
	x := explainer{Request: v, approvals: approvalsOf(v)}
	e := Explanation{
		ID: v.ID, Flow: v.Flow, Status: v.Status, Approvals: (*Approvals)(x.approvals), Shadow: v.Shadow, Access: v.Access,
		Errors: []string{}, HooksVersions: []string{},
	}
	if held, is := run.HeldByLimit(x.History); is {
		e.Limit = held.Reason
	}
	if len(v.History) > 0 {
		e.FlowVersion, e.RulesVersion = v.History[0].FlowVersion, v.History[0].RulesVersion
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
	approvals *approvals
}

// first returns the first entry for which is reports true.
func (x *explainer) first(is func(run.Entry) bool) (run.Entry, bool) {
	if i := slices.IndexFunc(x.History, is); i >= 0 {
		return x.History[i], true
	}
	return run.Entry{}, false
}
