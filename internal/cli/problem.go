package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// refused is a problem of the API, and what to do about it.
type refused struct {
	*api.Problem
	hint string
}

func (r refused) Unwrap() error { return r.Problem }

// Error names the flag of a missing value, and who decided if the request is decided.
func (r refused) Error() string {
	if decided := r.decided(); decided != "" {
		return decided
	}
	p := *r.Problem
	p.Errors = make([]api.FieldError, 0, len(r.Errors))
	for _, e := range r.Errors {
		if flag := flagOf(e.Field); flag != "" && strings.Contains(e.Detail, "required") {
			e.Detail += "; give " + flag
		}
		p.Errors = append(p.Errors, e)
	}
	return strings.TrimSpace(p.Error() + "\n" + r.hint)
}

// decided returns what an action came too late for, by whom and when. An API of an
// earlier release names only the decision.
func (r refused) decided() string {
	var more struct {
		Run       *api.Request
		Decision  *api.Decision
		DecidedBy *struct {
			Event run.EventName
			By    run.Actor
			At    time.Time
		} `json:"decided_by"`
	}
	if r.Status != http.StatusConflict || json.Unmarshal(r.Document, &more) != nil || more.Decision == nil || more.Run == nil {
		return ""
	}
	event, by, at, why := more.Decision.Event, more.Decision.By, more.Decision.At, more.Decision.Reason
	if won := more.DecidedBy; won != nil && won.Event != event {
		event, by, at, why = won.Event, won.By, won.At, ""
	}
	did, known := outcomes[event]
	if !known {
		return ""
	}
	if by.Type != run.EngineActor && event != run.Expire {
		did += " by " + personName(by.Name, by.Email, by.ID, string(by.Type))
	}
	now := ""
	if status := string(more.Run.Status); !strings.Contains(did, status) {
		now = ", and is " + status
	}
	did += " at " + moment(at)
	switch {
	case text.Blank(why):
	case now == "":
		did += ": " + text.Line(why)
	default:
		did += " (“" + text.Line(why) + "”)"
	}
	return did + now
}

// outcomes are the events that an action can come too late for, as beginnings of
// sentences.
var outcomes = map[run.EventName]string{
	run.Approve: "The request was approved", run.Deny: "The request was denied", run.Cancel: "The request was canceled", run.Expire: "The request expired",
	run.Escalate: "Access was granted", run.Deescalate: "Access ended", run.Revoke: "Access was revoked", run.Fail: "The request failed",
}

// flagOf returns the flag of a member of a request's body.
func flagOf(member string) string {
	if name, is := strings.CutPrefix(member, "fields."); is {
		return "--field " + name + "=VALUE"
	}
	return map[string]string{"reason": "--reason", "duration_seconds": "--duration"}[member]
}

// The types of problems that this program reports itself.
const (
	problemUsage       = "urn:fasttrack:cli:usage"
	problemFailed      = "urn:fasttrack:cli:failed"
	problemInterrupted = "urn:fasttrack:cli:interrupted"
	problemTimedOut    = "urn:fasttrack:cli:timed-out"
)

// printError prints the error of cmd as text or as a problem document, unless it is
// printed already.
func printError(ctx context.Context, w io.Writer, cmd *cobra.Command, err error, asJSON bool) {
	if err == nil {
		return
	}
	var code exitError
	cause := context.Cause(ctx)
	p := api.Problem{Type: problemFailed, Title: "Failed", Detail: err.Error()}
	switch {
	case cause != nil:
		p.Type, p.Title, p.Detail = problemInterrupted, "Interrupted", afterSignal(cmd, err)
	case errors.Is(err, errReported), errors.As(err, &code) && code != exitTimedOut:
		return
	case errors.As(err, &code):
		p.Type, p.Title, p.Detail = problemTimedOut, "Timed out", "--timeout passed first; the request goes on"
	case errors.As(err, new(usageError)):
		p.Type, p.Title = problemUsage, "Wrong usage"
	}
	if !asJSON {
		fmt.Fprintln(w, p.Detail)
		return
	}
	var answered *api.Problem
	switch {
	case cause != nil || !errors.As(err, &answered):
	case answered.Document != nil:
		if printRaw(w, answered.Document) == nil {
			return
		}
	default:
		p = *answered
		p.Detail = err.Error()
	}
	_ = printJSON(w, document{Type: p.Type, Title: p.Title, Status: p.Status, Detail: p.Detail}) // nowhere to report an error
}

// document is a problem document of this program. Without a response of the API it
// has no status.
type document struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status,omitempty"`
	Detail string `json:"detail"`
}

// onInterrupt is the annotation of a command for the message after a signal.
const onInterrupt = "interrupted"

// resumable is an error with the message after a signal.
type resumable struct{ error }

func afterSignal(cmd *cobra.Command, err error) string {
	var how resumable
	if errors.As(err, &how) {
		return "interrupted; " + how.Error()
	}
	if cmd != nil && cmd.Annotations[onInterrupt] != "" {
		return "interrupted; " + cmd.Annotations[onInterrupt]
	}
	return "interrupted"
}

// wantsJSON reports whether --json is on a command line that may not parse.
func wantsJSON(args []string) bool {
	for _, arg := range args {
		switch arg {
		case "--":
			return false
		case "--json", "--json=true":
			return true
		}
	}
	return false
}
