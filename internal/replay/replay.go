// Package replay calls a flow's hooks with a request, by the engine itself: hooks get
// the events that they would get, and the engine judges their responses. Nothing is
// stored, and nobody is notified.
package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Outcome is what the hooks decide.
type Outcome string

// The outcomes.
const (
	Approve Outcome = "approve"
	Deny    Outcome = "deny"
	People  Outcome = "people"
)

// Verdict is the outcome of a request, with its reasons.
type Verdict struct {
	Outcome Outcome `json:"outcome"`
	// Reason is the reason that everyone would see, and By the hook that decided.
	Reason string `json:"reason,omitempty"`
	By     string `json:"by,omitempty"`
	// DurationSeconds is how long access would last, 0 without any. UntilRevoked reports that
	// it would last until it is revoked, confirmed that often.
	DurationSeconds int         `json:"duration_seconds,omitempty"`
	UntilRevoked    bool        `json:"until_revoked,omitempty"`
	Checks          []run.Check `json:"checks"`
	// Errors are the errors of hooks, and Ignored why something was ignored.
	Errors  []string `json:"errors"`
	Ignored []string `json:"ignored,omitempty"`
	// Kept names the values that hooks would put into their store, as flows.yaml declares
	// them.
	Kept []string `json:"kept,omitempty"`
	// Review is who would decide, where people do.
	Review *api.Review `json:"review,omitempty"`
	// Asked are the hooks that were called, in their order.
	Asked []Asked `json:"asked"`
	// NotCalled are the flow's other hooks: a trial calls none that may change
	// something elsewhere. on_approve or on_deny among them may decide otherwise.
	NotCalled []run.HookName `json:"not_called"`
	// HooksVersion is the version of the function that responded last.
	HooksVersion string `json:"hooks_version,omitempty"`
}

// Asked is one invocation of the hook function.
type Asked struct {
	Hook   run.HookName `json:"hook"`
	TookMS float64      `json:"took_ms"`
}

// Options says how a request is tried.
type Options struct {
	// Guards also calls the on-hooks of what on_request decides.
	Guards bool
	// Today is who may act today, to know whether enough people could decide.
	Today *run.Today
	// Store is what hooks keep before the request; the zero value is an empty store. What
	// they put is for the later hooks of this request alone.
	Store run.Shelves
}

// Ask calls the hooks of a flow with a request that was made at a time, until it is
// decided or would go to people: on_request and the reducers and, with Guards, the
// on-hooks of what on_request decides. Every event says that it is a trial. A guard
// that is not called lets the decision pass. on_request decides even in shadow mode,
// and the limits of fast_track do not apply.
//
// The error is that a function could not be called, or that ctx ended.
func Ask(ctx context.Context, a run.Draft, at time.Time, ask Function, o Options) (Verdict, error) {
	v := Verdict{Checks: []run.Check{}, Errors: []string{}, Asked: []Asked{}, NotCalled: []run.HookName{}}
	called := map[run.HookName]bool{}
	a.Flow.Shadow, a.Flow.FastTrack = false, nil
	kept := o.Store
	r, err := run.New(a, at)
	if err != nil {
		return v, err
	}
	for r.Status == run.Requested && r.Engine.Next == run.NextHook {
		step := engine.Step{ID: fmt.Sprint("replay/", r.Engine.Turn), Turn: r.Engine.Turn, Today: o.Today, Shelves: kept}
		hook := r.Engine.Hook
		if !r.Flow.NoHooks && (reduces(hook) || hook == run.OnRequest || o.Guards) {
			called[hook] = true
			if step.Response, step.Failure, err = v.ask(ctx, r, a.Context, kept, ask); err != nil {
				return v, err
			}
		} else {
			step.Response = &engine.HookResponse{Body: json.RawMessage(`{}`), Version: v.HooksVersion}
		}
		step.HooksVersion = v.HooksVersion
		var changed bool
		if r, changed, err = engine.Decide(r, step, at); err != nil {
			return v, err
		}
		if changed {
			kept = r.Kept
		}
		if decided := r.Engine.Case != nil || r.Status.Decided(); reduces(hook) || hook == run.OnRequest && !decided {
			called[run.GetPermissions], called[run.GetNotifications] = true, true // in the same invocation
		}
	}
	v.conclude(r)
	v.NotCalled = notCalled(r, called)
	return v, nil
}

func reduces(h run.HookName) bool { return h == run.GetPermissions || h == run.GetNotifications }

// notCalled returns the hooks that the flow has and that were not called: all that it
// could have, if the function does not say which it has.
func notCalled(r *run.Run, called map[run.HookName]bool) []run.HookName {
	list := []run.HookName{}
	for _, h := range run.HookNames() {
		is := !r.Engine.SubscriptionsKnown && (r.Flow.HasAccess() || !h.OfAccess()) || slices.Contains(r.Engine.Subscriptions, h)
		if is && !called[h] {
			list = append(list, h)
		}
	}
	return list
}

// ask calls the next hook, within its time limit.
func (v *Verdict) ask(ctx context.Context, r *run.Run, sent json.RawMessage, kept run.Shelves, ask Function) (*engine.HookResponse, *engine.Failure, error) {
	document, err := stepfn.NewDocument(r, r.UpdatedAt, sent)
	if err != nil {
		return nil, nil, err
	}
	document.Hook.Invocation.Trial = true
	if err := document.AddStore(r.Flow.Store, kept, r.UpdatedAt); err != nil { // a trial reads nobody's values
		return nil, nil, err
	}
	raw, err := run.Encode(document.Hook.Invocation)
	if err != nil {
		return nil, nil, err
	}
	limited, cancel := context.WithTimeout(ctx, time.Duration(document.Hook.Seconds)*time.Second)
	defer cancel()
	started := time.Now()
	answer, err := ask(limited, raw)
	took := time.Since(started)
	v.Asked = append(v.Asked, Asked{Hook: document.Hook.Invocation.Hook, TookMS: float64(took.Microseconds()) / 1000})
	switch {
	case err != nil && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded):
		return nil, stepfn.HookFailure(&stepfn.Caught{Error: "States.Timeout"}, r.Flow.HookTimeoutSeconds), nil
	case err != nil:
		return nil, nil, err
	}
	if answer.Version != "" {
		v.HooksVersion = answer.Version
	}
	if answer.FunctionError != "" {
		return nil, stepfn.HookFailure(answer.caught(), r.Flow.HookTimeoutSeconds), nil
	}
	return &engine.HookResponse{Body: answer.Payload, Version: answer.Version}, nil, nil
}

// conclude sets the verdict from the run.
func (v *Verdict) conclude(r *run.Run) {
	view := r.View()
	v.Outcome, v.DurationSeconds, v.UntilRevoked = People, r.DurationSeconds, r.Endless()
	for _, e := range r.History {
		v.Kept = append(v.Kept, e.Stored...)
		if e.Event == run.Ignore && e.Reason != "" {
			v.Ignored = append(v.Ignored, e.Reason)
		}
		if e.Error != "" && view.Review == nil {
			v.Errors = append(v.Errors, e.Error)
		}
	}
	if d := view.Decision; d != nil {
		v.Outcome, v.Reason, v.By = Outcome(d.Event), d.Reason, d.By.ID
		v.Checks = append(v.Checks, d.Checks...)
		return
	}
	v.Review = view.Review
	v.Checks = append(v.Checks, view.Review.Checks...)
	for _, e := range view.Review.Errors {
		v.Errors = append(v.Errors, e.Error)
	}
}

// Failed reports whether people would decide because a hook failed.
func (v Verdict) Failed() bool { return v.Outcome == People && len(v.Errors) > 0 }
