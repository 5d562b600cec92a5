package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/fields"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Request is what somebody asks for, unchecked.
type Request struct {
	Fields map[string]json.RawMessage
	// DurationSeconds is nil where none was given.
	DurationSeconds *int
	// UntilRevoked asks for access that lasts until it is revoked.
	UntilRevoked bool
	Reason       string
}

// Checked is a request that passed: canonical values, defaults filled in.
type Checked struct {
	Fields          map[string]json.RawMessage
	Sensitive       map[string]json.RawMessage
	DurationSeconds int
	// UntilRevoked reports that DurationSeconds is how often access is confirmed.
	UntilRevoked bool
}

// FieldError is an invalid field of a request.
type FieldError = api.FieldError

// maxFields bounds the values of all fields together, in bytes: with a context beside
// them, a hook's event must fit into a payload of Step Functions.
const maxFields = 24 << 10

// Check checks a request for the flow. A value of a field that the others hide is refused,
// never kept. It finds every wrong field at once, in
// the order of the flow's fields; an empty list means that it passed.
func (f *Flow) Check(in Request) (Checked, []FieldError) {
	out := Checked{Fields: map[string]json.RawMessage{}, Sensitive: map[string]json.RawMessage{}}
	var errs []FieldError
	fail := func(field, format string, args ...any) {
		errs = append(errs, FieldError{Field: field, Detail: fmt.Sprintf(format, args...)})
	}
	form := f.Form().Check(in.Fields)
	errs = append(errs, form.Wrong...)
	total := 0
	for _, field := range f.Fields {
		value, there := form.Values[field.Name]
		if !there {
			continue
		}
		total += len(value)
		if field.Sensitive {
			out.Sensitive[field.Name] = value
		} else {
			out.Fields[field.Name] = value
		}
	}
	for _, name := range sortedKeys(in.Fields) {
		if _, known := f.Field(name); !known {
			fail("fields."+clip(name), "the flow has no such field")
		}
	}
	if total > maxFields {
		fail("fields", "must be at most %d bytes of all fields together, got %d", maxFields, total)
	}
	var wrong FieldError
	if out.DurationSeconds, out.UntilRevoked, wrong = f.checkUntilRevoked(in.DurationSeconds, in.UntilRevoked); wrong.Field != "" {
		errs = append(errs, wrong)
	}
	if err := text.CheckLines(in.Reason, run.MaxReason); err != nil {
		fail("reason", "%v", err)
	} else if text.Blank(in.Reason) && f.needsReason("request") {
		fail("reason", "it is required")
	}
	return out, errs
}

// CheckGiven checks some of the values of a request that is not complete: those that the
// options of a field depend on. It finds every wrong one, and does not miss others. It
// takes no sensitive value, which hooks don't get.
func (f *Flow) CheckGiven(given map[string]json.RawMessage) (fields.Checked, []FieldError) {
	var errs []FieldError
	for _, name := range sortedKeys(given) {
		switch field, known := f.Field(name); {
		case !known:
			errs = append(errs, FieldError{Field: "fields." + clip(name), Detail: "the flow has no such field"})
		case field.Sensitive:
			errs = append(errs, FieldError{Field: "fields." + name, Detail: "it is sensitive; no options depend on it"})
		}
	}
	form := f.Form().Check(given)
	for _, wrong := range form.Wrong {
		if name, _ := strings.CutPrefix(wrong.Field, "fields."); !fields.Absent(given[name]) {
			errs = append(errs, wrong)
		}
	}
	return form, errs
}

func (f *Flow) needsReason(act string) bool {
	for _, a := range f.RequireReason {
		if a == act {
			return true
		}
	}
	return false
}

// checkDuration returns how long access is requested for: one of the flow's durations, the
// first by default.
func (f *Flow) checkDuration(asked *int) (seconds int, wrong string) {
	switch {
	case f.Strategy == nil && asked != nil:
		return 0, "the flow grants no access, so it takes no duration"
	case f.Strategy == nil:
		return 0, ""
	case asked == nil:
		return f.DurationsSeconds[0], ""
	}
	var choices []string
	for _, d := range f.DurationsSeconds {
		if d == *asked {
			return d, ""
		}
		choices = append(choices, fmt.Sprint(d))
	}
	return 0, fields.MustBeOneOf(choices)
}

// ForRun is what a run keeps of the flow. hooks is the function that OwnHooks
// stands for.
func (f *Flow) ForRun(hooks string) (run.Flow, error) {
	out := run.Flow{
		Name: f.Name, Label: f.Label, Shadow: f.Shadow, Hooks: f.Hooks, HookTimeoutSeconds: f.HookTimeoutSeconds, Admins: f.Admins,
		FastTrack: f.FastTrack, Recheck: f.Recheck, LookSeconds: f.LookSeconds, Fields: f.fieldNames(), Holders: f.Limits.Holders, OverrideApprove: slices.Contains(f.AdminOverride, "approve"),
		RetentionSeconds: f.RetentionSeconds, Slack: f.Slack, Store: f.Store,
		Review: run.ReviewRule{
			Approvers: f.Review.Approvers, Viewers: f.Review.Viewers, SelfApproval: f.Review.SelfApproval,
			TimeoutSeconds: f.Review.TimeoutSeconds,
		},
	}
	if f.Hooks == OwnHooks || f.Hooks == NoHooks {
		// The first state of every run calls a function; see [hookapi.NoHook].
		out.Hooks, out.NoHooks = hooks, f.Hooks == NoHooks
	}
	for _, act := range f.RequireReason {
		out.RequireReason = append(out.RequireReason, run.EventName(act))
	}
	for _, need := range f.Review.Approvals {
		out.Review.Approvals = append(out.Review.Approvals, run.Requirement(need))
	}
	for _, n := range f.Review.Notify {
		out.Review.Notify = append(out.Review.Notify, run.Notify(n))
	}
	var err error
	if f.Vars != nil {
		if out.Vars, err = json.Marshal(f.Vars); err != nil {
			return run.Flow{}, fmt.Errorf("flow %s: vars: %w", f.Name, err)
		}
	}
	if f.Strategy != nil {
		if out.Strategy, err = json.Marshal(f.Strategy); err != nil {
			return run.Flow{}, fmt.Errorf("flow %s: strategy: %w", f.Name, err)
		}
	}
	return out, nil
}

// fieldNames lists the names of the fields, in order; never nil.
func (f *Flow) fieldNames() []string {
	names := make([]string, 0, len(f.Fields))
	for _, field := range f.Fields {
		names = append(names, field.Name)
	}
	return names
}
