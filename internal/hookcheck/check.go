// Package hookcheck tries a hook function, in any language, with sample events and
// judges its responses as the engine would.
package hookcheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/away"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Result is the result of one case: an event, and the response to it.
type Result struct {
	Case       string `json:"case"`
	Hook       string `json:"hook"`
	TookMS     int64  `json:"took_ms"`
	Transition string `json:"transition,omitempty"`
	// Options is the number of options, of prefetch alone.
	Options *int `json:"options,omitempty"`
	// Shown reports whether get_flows shows the flow, of get_flows alone.
	Shown *bool `json:"shown,omitempty"`
	// Kept names the values that the hook puts, as flows.yaml declares them.
	Kept     []string `json:"kept,omitempty"`
	Mistakes []string `json:"mistakes,omitempty"`
	Notes    []string `json:"notes,omitempty"`
	// NotCalled is set for a hook that was left out, since it may change something
	// elsewhere.
	NotCalled bool `json:"not_called,omitempty"`
	// Refused are the calls of AWS that were refused. The hook says that it failed for
	// them, which is no mistake: Notes has its failure.
	Refused []string `json:"refused,omitempty"`
}

// Options say how a function is checked.
type Options struct {
	// Guards also calls the hooks that may change something elsewhere.
	Guards bool
	// Refused returns the calls of AWS that the function made since it was last called,
	// where AWS is a [away.Server]; nil where it is a service.
	Refused func() []away.Refusal
}

func (r *Result) mistake(format string, args ...any) {
	r.Mistakes = append(r.Mistakes, fmt.Sprintf(format, args...))
}

func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// timeout is how long a hook may take by default.
const timeout = 10 * time.Second

// Check tries each hook of a function. It ends at the first case in which the function
// can't be called at all. A hook that the function does not subscribe to is not among
// those that were not called.
func Check(ctx context.Context, call replay.Function, f Flow, o Options) []Result {
	var results []Result
	var first hookapi.CheckedResponse
	var kept []testCase
	for cases := f.cases(); len(cases) > 0; cases = append(kept, cases...) {
		c := cases[0]
		cases, kept = cases[1:], nil
		r := Result{Case: c.name, Hook: string(c.hook)}
		if !o.Guards && !isTrial(c.hook) {
			r.NotCalled = true
			if c.name == string(c.hook) { // once for each hook
				results = append(results, r)
			}
			continue
		}
		document, err := c.document()
		if err != nil {
			r.mistake("could not be invoked: %v", err)
			return append(results, r)
		}
		response, failure, ended := r.call(ctx, call, document, timeout)
		if ended {
			return append(results, r)
		}
		switch {
		case len(r.Mistakes) > 0:
		case failure != "" && c.without:
			r.note("it fails without its store, as it may: %s", failure)
		case failure != "" && !c.refuse:
			r.mistake("it failed: %s", failure)
		case failure == "" && c.refuse:
			r.note("it responds to a version that it can't know; it should fail")
		case failure == "":
			checked := hookapi.CheckResponse(c.hook, f.About.Name, response, c.ask.Run.Duration)
			if c.name == plainRequest {
				first = checked
			}
			r.judge(c, checked, first)
			r.judgePuts(f, c, checked.Puts)
			if c.name == plainRequest && len(r.Mistakes) == 0 && len(checked.Puts) > 0 {
				kept = f.after(c, checked.Puts)
			}
			if c.first {
				r.judgeMembers(response)
			}
		}
		r.excuse(o)
		results = append(results, r)
	}
	if f.getFlows {
		results = append(results, f.checkGetFlows(ctx, call, o)...)
	}
	for _, field := range f.prefetched {
		results = append(results, f.checkPrefetch(ctx, call, field, o)...)
	}
	return slices.DeleteFunc(results, func(r Result) bool {
		return r.NotCalled && first.Subscribes && !slices.Contains(first.Subscriptions, run.HookName(r.Hook))
	})
}

// excuse turns failures into notes that are about refused calls of AWS. Other failures, and
// an invalid response, stay mistakes.
func (r *Result) excuse(o Options) {
	if o.Refused == nil {
		return
	}
	refused := o.Refused()
	excused := func(mistake string) bool {
		return reportedFailure.MatchString(mistake) && slices.ContainsFunc(refused, func(call away.Refusal) bool { return call.In(mistake) })
	}
	if !slices.ContainsFunc(r.Mistakes, excused) {
		return
	}
	r.Mistakes = slices.DeleteFunc(r.Mistakes, func(mistake string) bool {
		if !excused(mistake) {
			return false
		}
		r.note("%s", mistake)
		return true
	})
	for _, call := range refused {
		r.Refused = append(r.Refused, call.Call)
	}
}

// reportedFailure matches a mistake that is the failure of a hook, which ended by an error
// as it may.
var reportedFailure = regexp.MustCompile(`^([a-z_]+ failed|it failed): `)

// isTrial reports whether a trial calls a hook: on_request and the reducers.
func isTrial(h run.HookName) bool {
	return h == run.OnRequest || h == run.GetPermissions || h == run.GetNotifications
}

// call calls the function within a limit. No response in time is a mistake. ended
// reports that the function can't be called at all.
func (r *Result) call(ctx context.Context, call replay.Function, document []byte, limit time.Duration) (response []byte, failure string, ended bool) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	started := time.Now()
	got, err := call(limited, document)
	r.TookMS = time.Since(started).Milliseconds()
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		r.mistake("no response within %v, the time limit of a hook", limit)
	case err != nil:
		r.mistake("could not be invoked: %v", err)
		return nil, "", true
	}
	return got.Payload, got.Failure(), false
}

// judge records what is wrong with a response; first is the response to the plain
// on_request.
func (r *Result) judge(c testCase, got, first hookapi.CheckedResponse) {
	r.Transition, r.Mistakes = string(got.Transition), got.Mistakes
	if len(got.Unknown) > 0 {
		r.noteIgnored(got.Unknown)
	}
	if c.name == plainRequest && !got.Subscribes {
		r.note("it returns no subscriptions, so each of the other hooks costs an invocation")
	}
	if c.name == onceMore && got.Transition != first.Transition {
		r.mistake("the same event had the response %q before: a hook is invoked at least once, and must respond the same", first.Transition)
	}
	if first.Subscribes && got.Transition != "" && !slices.Contains(first.Subscriptions, c.hook) {
		r.mistake("it is not among its subscriptions, so it would never be invoked")
	}
}

func (r *Result) noteIgnored(members []string) {
	r.note("the engine ignores members of a newer version: %s", strings.Join(members, ", "))
}

// firstMembers are the response members of version 1.0 of the contract.
var firstMembers = []string{
	"version", "transition", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "output", "subscriptions", "errors",
}

// judgeMembers records members of a response that an engine of version 1.0 does not
// know, which fail the hook there.
func (r *Result) judgeMembers(response []byte) {
	var members map[string]json.RawMessage
	if json.Unmarshal(response, &members) != nil {
		return // which is a mistake already
	}
	newer := slices.DeleteFunc(slices.Sorted(maps.Keys(members)), func(name string) bool { return slices.Contains(firstMembers, name) })
	if len(newer) > 0 {
		r.mistake("it returns %s to an engine of version 1.0, which fails the hook for it: an event without accepts allows the members of version 1.0 only", strings.Join(newer, ", "))
	}
}
