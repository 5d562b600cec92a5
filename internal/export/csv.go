package export

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// columns are those of the CSV form, in their order.
var columns = []string{
	"id", "flow", "status", "requester_id", "requester_email", "reason", "fields", "created_at",
	"decision", "decided_by_type", "decided_by_id", "decision_reason", "decided_at", "checks",
	"duration_seconds", "access_starts_at", "access_ends_at", "access_gone_at",
	"failed_hooks", "flow_version", "hooks_version", "shadow", "head", "entries",
	"decision_hook_reason", "decision_hook_reason_by", "access_sessions_until", "rules_version", "break_glass", "extends",
}

// Header is the first line of the CSV form.
func Header() []byte { return text.Record(columns) }

// Row is the run as a line of the CSV form: RFC 4180, its end included. The
// form is for people and spreadsheets; what [Read] reads is the other one.
func (r Run) Row() ([]byte, error) {
	fields, err := run.Encode(r.Fields)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", r.ID, err)
	}
	found := []run.Check{}
	var decision api.Decision
	switch {
	case r.Decision != nil:
		decision = *r.Decision
		found = append(found, decision.Checks...)
	case r.Review != nil:
		found = append(found, r.Review.Checks...)
	}
	checks, err := run.Encode(found)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", r.ID, err)
	}
	var access api.Access
	if r.Access != nil {
		access = *r.Access
	}
	duration := ""
	if r.DurationSeconds > 0 {
		duration = strconv.Itoa(r.DurationSeconds)
	}
	extends := ""
	if r.Extends != nil {
		extends = r.Extends.ID
	}
	flowVersion, rulesVersion, head := "", "", ""
	if n := len(r.History); n > 0 {
		if v := r.History[0].RulesVersion; v > 0 {
			rulesVersion = strconv.Itoa(v)
		}
		flowVersion, head = r.History[0].FlowVersion, r.History[n-1].Hash
	}
	return text.Record([]string{
		r.ID, r.Flow, string(r.Status), r.Requester.ID, r.Requester.Email, r.Reason, string(fields), moment(r.CreatedAt),
		string(decision.Event), string(decision.By.Type), decision.By.ID, decision.Reason, moment(decision.At), string(checks),
		duration, moment(access.StartsAt), moment(access.EndsAt), moment(access.GoneAt),
		strings.Join(r.failedHooks(), " "), flowVersion, r.hooksVersion(), r.shadow(), head, strconv.Itoa(len(r.History)),
		decision.HookReason, string(decision.HookReasonBy), moment(access.SessionsUntil), rulesVersion, r.BreakGlass.Word(), extends,
	}), nil
}

// hooksVersion is the version of the hook function whose answer decided; of a
// run that it did not decide, the one whose answer led it to people.
func (r Run) hooksVersion() string {
	version := ""
	for _, e := range r.History {
		if version == "" || e.Status.Decided() && e.HooksVersion != "" {
			version = e.HooksVersion
		}
		if e.Status.Decided() {
			break
		}
	}
	return version
}

// failedHooks names the hooks that failed, in shadow mode too, in the order of
// their names.
func (r Run) failedHooks() []string {
	var hooks []string
	add := func(name string) {
		if run.KnownHook(name) && !slices.Contains(hooks, name) {
			hooks = append(hooks, name)
		}
	}
	if r.Review != nil {
		for _, e := range r.Review.Errors {
			add(string(e.Hook))
		}
	}
	// The error of a hook begins with its name; other errors, such as those of
	// access, do not.
	for _, e := range r.History {
		for part := range strings.SplitSeq(e.Error, "; ") {
			name, _, _ := strings.Cut(part, " ")
			add(strings.TrimSuffix(name, ":"))
		}
	}
	if r.Shadow != nil && r.Shadow.Error != "" {
		add(string(run.OnRequest))
	}
	slices.Sort(hooks)
	return hooks
}

// shadow is what on_request would have had happen, "" where it was followed.
func (r Run) shadow() string {
	switch {
	case r.Shadow == nil:
		return ""
	case r.Shadow.Error != "":
		return "failed"
	}
	return cmp.Or(string(r.Shadow.Event), "people")
}

// moment is a time as cells have it, "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
