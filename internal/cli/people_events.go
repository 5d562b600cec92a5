package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/period"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// maxFollowed is how many requests one reading looks at, the newest.
const maxFollowed = 1000

// events reads what happened from the histories of requests. So it shows what the caller
// may read, in any deployment, and needs no right at AWS.
type events struct {
	caller
	flow, from, within string
	follow             bool
	every              time.Duration

	since   time.Time
	shown   map[string]int       // the seq of the last entry shown, by request
	failing map[string]string    // the id of the last event of failing access shown, by request
	updated map[string]time.Time // when a request changed last, as read
	rules   map[string]bool      // the requests of which it was read what became of their change of rules
}

func newEventsCommand(p Process) *cobra.Command {
	e := events{shown: map[string]int{}, failing: map[string]string{}, updated: map[string]time.Time{}, rules: map[string]bool{}}
	cmd := &cobra.Command{
		Use:   "events",
		Short: "Print what happens to requests",
		Long: "Print the events of requests that you may read, the oldest first: with --json one event a line, as on the bus. " +
			"--follow goes on until Ctrl-C.\n\n" +
			"It reads requests made within --within, the newest 1,000. That access fails has no history entry: it is shown as long as it goes on. " +
			"What became of an approved change of rules has none either: it is shown once.",
		Example: "  fasttrack events --follow\n  fasttrack events --from 1d --flow aws-access\n" +
			"  fasttrack events --follow --json | jq -r 'select(.entry.event == \"deny\") | .run.id'",
		Args:        usage(cobra.NoArgs),
		Annotations: map[string]string{onInterrupt: "requests go on"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := e.check(cmd, time.Now()); err != nil {
				return err
			}
			return e.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVarP(&e.follow, "follow", "f", false, "go on, and begin now unless --from is given")
	cmd.Flags().StringVar(&e.flow, "flow", "", "only requests of this flow")
	cmd.Flags().StringVar(&e.from, "from", "1h", "only events from this time on: RFC 3339, a day, or a duration ago such as 1d")
	cmd.Flags().StringVar(&e.within, "within", "7d", "only requests made from this time on")
	cmd.Flags().DurationVar(&e.every, "every", 2*time.Second, "how often to read with --follow")
	e.caller.flags(cmd, p)
	completeFlag(cmd, "flow", e.completeFlow())
	return cmd
}

// check reads the flags.
func (e *events) check(cmd *cobra.Command, now time.Time) (err error) {
	if e.every < 100*time.Millisecond {
		return usageError{fmt.Errorf("--every must be at least 100ms, got %s", e.every)}
	}
	if _, err = period.ParseTime(e.within, now); err != nil {
		return usageError{fmt.Errorf("--within %w", err)}
	}
	if e.since, err = period.ParseTime(e.from, now); err != nil {
		return usageError{fmt.Errorf("--from %w", err)}
	}
	if e.follow && !cmd.Flags().Changed("from") {
		e.since = now
	}
	return nil
}

// run prints what happened, and goes on if it follows.
func (e *events) run(ctx context.Context, out io.Writer) error {
	for answered := false; ; {
		found, err := e.read(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil && !(e.follow && passing(err, answered)):
			return err
		case err == nil:
			answered = true
		}
		for _, one := range found {
			if err := e.print(out, one); err != nil {
				return err
			}
		}
		if !e.follow {
			return nil
		}
		if !pause(ctx, e.every) {
			return context.Cause(ctx)
		}
	}
}

// read returns the events since the last reading, the oldest first.
func (e *events) read(ctx context.Context) ([]api.Event, error) {
	from, err := period.ParseTime(e.within, time.Now())
	if err != nil {
		return nil, err
	}
	in := api.ListInput{View: api.ViewAll, Flow: e.flow, From: from, Limit: 100}
	var found []api.Event
	for n := 0; n < maxFollowed; {
		p, err := e.page(ctx, in)
		if err != nil {
			return found, err
		}
		for _, r := range p.Requests {
			n++
			if !e.awaitsRules(r) && (r.UpdatedAt.Before(e.since) || e.updated[r.ID].Equal(r.UpdatedAt)) {
				continue
			}
			of, err := e.of(ctx, r.ID)
			if err != nil {
				return found, err
			}
			found = append(found, of...)
		}
		if p.NextCursor == "" {
			break
		}
		in.Cursor = p.NextCursor
	}
	slices.SortStableFunc(found, func(a, b api.Event) int { return a.Time.Compare(b.Time) })
	return found, nil
}

// of returns the events of a request that were not shown yet.
func (e *events) of(ctx context.Context, id string) (found []api.Event, err error) {
	r, _, err := e.caller.run(ctx, id)
	if err != nil {
		return nil, err
	}
	history := r.History
	e.updated[id] = r.UpdatedAt
	became, known := rulesEvent(r)
	r.History, r.You, r.Delivery, r.WaitingFor, r.RuleChange = nil, nil, nil, nil, nil // as events are
	for _, entry := range history {
		if entry.Seq <= e.shown[id] || entry.At.Before(e.since) {
			continue
		}
		e.shown[id] = entry.Seq
		found = append(found, api.Event{
			ID: id + "-" + strconv.Itoa(entry.Seq), Type: api.EventTypeRun + string(entry.Event), Time: entry.At, Request: r, Entry: entry,
		})
	}
	if last := r.LastError; last != nil && last.EventID != "" && e.failing[id] != last.EventID && !last.At.Before(e.since) {
		e.failing[id] = last.EventID
		found = append(found, api.Event{ID: last.EventID, Type: api.EventTypeAccessFailing, Time: last.At, Request: r})
	}
	if known && !e.rules[id] {
		e.rules[id] = true
		if became.Request = r; !became.Time.Before(e.since) {
			found = append(found, became)
		}
	}
	return found, nil
}

// print prints an event on a line.
func (e *events) print(out io.Writer, one api.Event) error {
	if e.json {
		raw, err := json.Marshal(one)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, string(raw))
		return err
	}
	s := newScreen(out)
	if last := one.Request.LastError; one.Type == api.EventTypeAccessFailing && last != nil {
		does := "granting access fails"
		switch last.Where {
		case "take_back":
			does = "ending access fails"
		case "confirm":
			does = "granting access anew fails"
		}
		_, err := fmt.Fprintf(out, "%s  %s  %s  failing  %s: %s\n", s.moment(last.At), one.Request.ID, one.Request.Flow, does, text.Line(last.Text))
		return err
	}
	if o := one.Rules; o != nil {
		became := "as version " + strconv.Itoa(o.Version)
		if o.Version == 0 {
			became = text.Line(o.Why)
		}
		_, err := fmt.Fprintf(out, "%s  %s  %s  %s  %s\n", s.moment(one.Time), one.Request.ID, one.Request.Flow, strings.TrimPrefix(one.Type, api.EventSource+"."), became)
		return err
	}
	entry := one.Entry
	who := personName(entry.Actor.Name, entry.Actor.Email, entry.Actor.ID, string(entry.Actor.Type))
	why := ""
	if entry.Reason != "" {
		why = ": " + text.Line(entry.Reason)
	}
	_, err := fmt.Fprintf(out, "%s  %s  %s  %s  %s%s\n", s.moment(entry.At), one.Request.ID, one.Request.Flow, entry.Event, text.Line(who), why)
	return err
}
