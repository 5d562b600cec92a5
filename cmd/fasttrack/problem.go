package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/client"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// refused is the API's problem, and what to do about it.
type refused struct {
	*client.Problem
	hint string
}

func (r refused) Unwrap() error { return r.Problem }

// Error says what is wrong: who decided, for a request that is decided, and which
// flag a missing value has.
func (r refused) Error() string {
	if decided := r.decided(); decided != "" {
		return decided
	}
	p := *r.Problem
	p.Errors = make([]client.FieldError, 0, len(r.Errors))
	for _, e := range r.Errors {
		if flag := flagOf(e.Field); flag != "" && strings.Contains(e.Detail, "required") {
			e.Detail += "; give " + flag
		}
		p.Errors = append(p.Errors, e)
	}
	return strings.TrimSpace(p.Error() + "\n" + r.hint)
}

// decided says who made the decision that an action came too late for, and when.
func (r refused) decided() string {
	var more struct {
		Run      *run.View
		Decision *run.DecisionView
	}
	if r.Status != 409 || json.Unmarshal(r.Document, &more) != nil || more.Decision == nil || more.Run == nil {
		return ""
	}
	d := more.Decision
	said := map[run.EventName]string{run.Approve: "approved", run.Deny: "denied", run.Cancel: "canceled", run.Expire: "expired"}[d.Event]
	what := "was " + said + " by " + personName(d.By.Name, d.By.Email, d.By.ID, string(d.By.Type))
	if d.Event == run.Expire {
		what = said
	}
	now := ""
	if s := string(more.Run.Status); s != said {
		now = ", and is " + s
	}
	why := ""
	if !text.Blank(d.Reason) {
		why = ": " + text.Line(d.Reason)
	}
	return fmt.Sprintf("The request %s at %s%s%s", what, moment(d.At), now, why)
}

// flagOf is the flag that a member of a request's body has.
func flagOf(member string) string {
	if name, is := strings.CutPrefix(member, "fields."); is {
		return "--field " + name + "=VALUE"
	}
	return map[string]string{"reason": "--reason", "duration_seconds": "--duration"}[member]
}

// The types of the problems that this program itself states, beside the API's.
const (
	problemUsage       = "urn:fasttrack:cli:usage"
	problemFailed      = "urn:fasttrack:cli:failed"
	problemInterrupted = "urn:fasttrack:cli:interrupted"
	problemTimedOut    = "urn:fasttrack:cli:timed-out"
)

// printError prints what ended cmd, unless that is printed already: as text, or
// as a problem document.
func printError(ctx context.Context, w io.Writer, cmd *cobra.Command, err error, asJSON bool) {
	if err == nil {
		return
	}
	var code exitError
	cause := context.Cause(ctx)
	p := client.Problem{Type: problemFailed, Title: "Failed", Detail: err.Error()}
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
	var answered *client.Problem
	switch {
	case cause != nil || !errors.As(err, &answered):
	case answered.Document != nil:
		var b bytes.Buffer
		if json.Indent(&b, answered.Document, "", "  ") == nil {
			fmt.Fprintln(w, b.String())
			return
		}
	default:
		p = *answered
		p.Detail = err.Error()
	}
	_ = printJSON(w, document{Type: p.Type, Title: p.Title, Status: p.Status, Detail: p.Detail}) // there is nowhere to say that it failed
}

// document is a problem document of this program's own; one without an answer of
// the API has no status.
type document struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status,omitempty"`
	Detail string `json:"detail"`
}

// onInterrupt is the annotation of a command that says what became of its work
// when a signal ended it.
const onInterrupt = "interrupted"

// resumable is an error that says how to go on after a signal.
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

// wantsJSON reports whether --json is on a command line, which may be too wrong to
// be parsed.
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
