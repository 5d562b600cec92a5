package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newShowCommand(p Process) *cobra.Command {
	var a caller
	cmd := &cobra.Command{
		Use:     "show ID",
		Short:   "Show a request with its history",
		Long:    "Show a request: its fields, what code found out, who decided and why, and its history as a timeline.",
		Example: "  fasttrack show 01JD0000000000000000000000",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, answer, err := a.run(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if a.json {
				return printRaw(cmd.OutOrStdout(), answer)
			}
			printRun(cmd.OutOrStdout(), v)
			return nil
		},
	}
	a.flags(cmd, p)
	cmd.ValidArgsFunction = a.completeID("mine")
	return cmd
}

func printRun(w io.Writer, v api.Request) {
	printOutcome(w, v)
	moment := newScreen(w).moment
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %-10s %s\n", text.Line(name), text.Indent(value, "             | "))
		}
	}
	line("flow", v.Flow)
	line("requester", personName(v.Requester.Name, v.Requester.Email, v.Requester.ID))
	line("from", v.Source.Text())
	if p := v.For; p != nil {
		line("person", personName(p.Name, p.Email, p.ID)+", for whom it was requested")
	}
	line("extends", extensionText(v, moment))
	line("reason", v.Reason)
	names := make([]string, 0, len(v.Fields))
	for name := range v.Fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if v.RuleChange == nil || !slices.Contains(rules.ProposalFields, name) {
			line(name, fieldText(v.Fields[name]))
		}
	}
	for _, name := range v.Withheld {
		line(name, "(withheld)")
	}
	line("for", lastsText(v))
	if !v.StartsAt.IsZero() {
		line("starts", moment(v.StartsAt))
	}
	line("! emergency", glassText(v.BreakGlass, moment))
	if a := v.Access; a != nil && !a.StartsAt.IsZero() {
		line("access", moment(a.StartsAt)+" to "+moment(a.EndsAt))
		line("extended", extendedText(v))
		if !a.ConfirmedAt.IsZero() {
			line("confirmed", "last at "+moment(a.ConfirmedAt))
		}
		line("to confirm", confirmText(v))
		line("granted", a.Given)
		line("ended", a.Gone)
		line("looked at", looksText(a.Looks, moment))
		printOutput(line, "output", a.Output)
		printOutput(line, "for you", a.Sensitive)
		line("! for you", a.SensitiveError)
		if !a.SessionsUntil.IsZero() {
			line("! sessions", "may last until "+moment(a.SessionsUntil))
		}
		if a.DeescalationFailing {
			line("! access", "could not be ended yet: "+a.Error+"; retried at "+moment(a.RetryAt))
		}
	}
	if e := v.LastError; e != nil && (v.Access == nil || !v.Access.DeescalationFailing) {
		label := "! access"
		if e.Where != "grant" && e.Where != "take_back" && e.Where != "confirm" {
			label = "! " + e.Where // a hook
		}
		line(label, failing(e, moment))
	}
	for _, w := range v.WaitingFor {
		line("waits for", waitsFor(w))
	}
	line("you may", mayDo(v.You))
	line("", whyDecide(v))
	for _, d := range v.Delivery {
		line("notified", deliveryText(d, moment))
	}
	if v.DeliveryMore {
		line("notified", "and earlier messages")
	}
	var checks []run.Check
	switch {
	case v.Decision != nil && len(v.Decision.Checks) > 0:
		checks = v.Decision.Checks
	case v.Review != nil:
		checks = v.Review.Checks
	}
	for _, c := range checks {
		line("check", checkText(c))
	}
	if s := v.Shadow; s != nil {
		line("shadow", personName(strings.TrimSpace(string(s.Event)+" "+s.Reason), s.Error, "leaves it to people"))
	}
	printRuleChange(line, v)
	fmt.Fprintln(w)
	printHistory(w, v.History)
}

// printOutput prints what a strategy returned: each member of an object on a line, and
// anything else as it is.
func printOutput(line func(name, value string), name string, output json.RawMessage) {
	var members map[string]json.RawMessage
	if json.Unmarshal(output, &members) != nil || members == nil {
		if len(output) > 0 {
			line(name, fieldText(output))
		}
		return
	}
	for _, member := range slices.Sorted(maps.Keys(members)) {
		line(name, member+": "+fieldText(members[member]))
	}
}

// looksText says how often active access was looked at again.
func looksText(l *api.Looks, moment func(time.Time) string) string {
	if l == nil {
		return ""
	}
	said := text.Count(l.Count, "time") + ", last " + moment(l.LastAt)
	if l.Failed > 0 {
		said += fmt.Sprintf(", %d failed", l.Failed)
	}
	if !l.NextAt.IsZero() {
		said += ", next " + moment(l.NextAt)
	}
	return said
}

// failing returns why access could not be granted or ended yet.
func failing(e *run.LastError, moment func(time.Time) string) string {
	did := "granted"
	switch e.Where {
	case "grant":
	case "confirm":
		did = "granted anew"
	case "take_back":
		did = "ended"
	default:
		return e.Text
	}
	why := fmt.Sprintf("could not be %s yet: %s", did, e.Text)
	if e.Where == "confirm" && e.NextTryAt.IsZero() {
		return "could not be granted anew, so it ends when it was to: " + e.Text
	}
	if !e.NextTryAt.IsZero() {
		why += "; retried at " + moment(e.NextTryAt)
	}
	return why
}

// printHistory prints an entry on a line. Further lines of its reason are indented, so
// that none looks like an entry.
func printHistory(w io.Writer, entries []run.Entry) {
	s := newScreen(w)
	for _, e := range entries {
		at := s.moment(e.At)
		margin := strings.Repeat(" ", columns(at)+4)
		further := margin + "| " // no entry can begin like that
		why := e.Reason
		if e.Error != "" {
			why = strings.TrimSpace(why + " ! " + e.Error)
		}
		if why != "" {
			why = ": " + text.Indent(why, further)
		}
		fmt.Fprintf(w, "  %s  %-11s %s%s\n", at, e.Event, personName(e.Actor.Name, e.Actor.Email, e.Actor.ID, string(e.Actor.Type)), why)
		// Another person's words, on a line that no reason can imitate.
		if o := e.Override; o != nil {
			fmt.Fprintf(w, "%s+ override of %s\n", margin, o.Hook)
		}
		if e.HookReason != "" {
			fmt.Fprintf(w, "%s+ %s: %s\n", margin, e.HookReasonBy, text.Indent(e.HookReason, further))
		}
		if e.ActReason != "" && e.ActBy != nil {
			fmt.Fprintf(w, "%s+ %s: %s\n", margin, personName(e.ActBy.Name, e.ActBy.Email, e.ActBy.ID), text.Indent(e.ActReason, further))
		}
		if len(e.Stored) > 0 {
			fmt.Fprintf(w, "%s+ hooks stored %s\n", margin, text.Line(strings.Join(e.Stored, ", ")))
		}
	}
}

// checkText returns a piece of evidence on one line.
func checkText(c run.Check) string {
	mark := "no "
	if c.Passed {
		mark = "yes"
	}
	return strings.TrimSpace(mark + " " + text.Line(c.Name) + " " + parenthesized(text.Line(c.Detail)))
}

func parenthesized(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// personName returns the first name that is visible, on one line.
func personName(names ...string) string {
	for _, n := range names {
		if !text.Blank(n) {
			return text.Line(n)
		}
	}
	return "-"
}

// fieldText returns the value of a field: a target as its label and id, anything else
// as JSON without quotes.
func fieldText(raw json.RawMessage) string {
	var target struct{ ID, Label string }
	if json.Unmarshal(raw, &target) == nil && target.ID != "" {
		return strings.TrimSpace(target.Label + " " + parenthesized(target.ID))
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// moment returns a time for programs: RFC 3339, in UTC.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }
