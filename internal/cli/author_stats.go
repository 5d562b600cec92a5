package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newStatsCommand(p Process) *cobra.Command {
	var a caller
	var since string
	cmd := &cobra.Command{
		Use:   "stats FLOW",
		Short: "Show what became of the requests of a flow",
		Long: `Show what became of the requests of a flow: who decided them and how fast, what waits
now, how full the limits of fast_track are, how often on_request in shadow mode
would have decided as people did, which hooks fail, and which versions decided.

It counts decisions since the start of a day, in UTC, by counters that are kept
with each decision. You may request, decide or list the flow.`,
		Example: "  fasttrack stats aws-access\n  fasttrack stats aws-access --since 90d --json | jq .code_share",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			from, err := either("since", since, "", "", p.Now())
			if err != nil {
				return err
			}
			s, response, err := call(ctx, &a, func(c *api.Client, capture api.CallOption) (*api.Stats, error) {
				return c.Stats(ctx, args[0], from, capture)
			})
			if err != nil {
				return err
			}
			if a.json {
				return printRaw(cmd.OutOrStdout(), response.Body)
			}
			printStats(cmd.OutOrStdout(), *s)
			return nil
		},
	}
	a.flags(cmd, p)
	cmd.Flags().StringVar(&since, "since", "", "count from this day on: RFC 3339, a day, or a duration ago such as 90d; 30d unless given")
	cmd.ValidArgsFunction = a.completeFlow()
	return cmd
}

// statsTime is how times are written.
const statsTime = "2006-01-02 15:04Z"

func printStats(w io.Writer, s api.Stats) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "  %-16s %s\n", name, text.Line(fmt.Sprintf(format, args...)))
	}
	from := "nothing has been counted"
	if !s.CountsFrom.IsZero() {
		from = "the first decision counted was at " + s.CountsFrom.UTC().Format(statsTime)
	}
	fmt.Fprintf(w, "%s  since %s; %s\n", text.Line(s.Flow), s.Since.UTC().Format(time.DateOnly), from)
	decided := fmt.Sprint(s.Decided)
	if s.CodeShare != nil {
		decided += fmt.Sprintf(", %.0f%% of what code or people decided by code", *s.CodeShare*100)
	}
	line("decided", "%s", decided)
	for _, o := range s.Outcomes {
		line("", "%d %s by %s", o.Count, o.Outcome, o.By)
	}
	for _, t := range []struct {
		name string
		api.TimeSpread
	}{{"time, people", s.Times.People}, {"time, all", s.Times.All}} {
		if t.Count > 0 {
			line(t.name, "half within %s, 9 of 10 within %s", percentileText(t.P50), percentileText(t.P90))
		}
	}
	now := fmt.Sprintf("%s waiting, %s live", capped(s.Waiting, s.CappedAt), capped(s.Live, s.CappedAt))
	line("now", "%s", now)
	printLimits(line, s.Limits)
	if v := s.Shadow; v != nil {
		line("shadow mode", "%d of %d as people decided; %d left to people, %d failed", v.Agreed, v.Compared, v.LeftToPeople, v.Failed)
		for _, d := range v.Differences {
			line("", "%d: on_request would %s, people chose %s", d.Count, d.Hook, d.People)
		}
	}
	for i, f := range s.FailingHooks {
		last := strings.TrimSpace(f.LastAt.UTC().Format(statsTime) + "  " + f.LastRequest + "  " + f.LastError)
		line(onlyFirst(i, "failing hooks"), "%s  %d, last at %s", f.Hook, f.Count, last)
	}
	printVersions(line, "hooks version", s.HooksVersions)
	printVersions(line, "flow version", s.FlowVersions)
}

func printLimits(line func(name, format string, args ...any), u api.FastTrackUsage) {
	for i, l := range u.Limits {
		name := onlyFirst(i, "limits")
		switch l.Name {
		case api.LimitPerHour:
			line(name, "%s  %d of %d within the hour", l.Name, l.Used, l.Max)
		case api.LimitPerPersonPerDay:
			line(name, "%s  at most %d of %d within 24 hours, you %d; reached by %s", l.Name, l.Used, l.Max, l.Yours, people(l.Reached))
		default:
			line(name, "%s  holds %s", l.Name, people(l.Reached))
		}
	}
	if u.Held > 0 || len(u.Limits) > 0 {
		line(onlyFirst(len(u.Limits), "limits"), "%s held by a limit", text.Count(u.Held, "request"))
	}
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

func printVersions(line func(name, format string, args ...any), name string, versions []api.VersionSeen) {
	for i, v := range versions {
		line(onlyFirst(i, name), "%s  %s from %s to %s", v.Version, text.Count(v.Count, "decision"), v.FirstSeen.UTC().Format(statsTime), v.LastSeen.UTC().Format(statsTime))
	}
}

// onlyFirst names the first line of several.
func onlyFirst(i int, name string) string {
	if i > 0 {
		return ""
	}
	return name
}

// percentileText writes a percentile with the bounds that it lies in.
func percentileText(p *api.TimePercentile) string {
	if p == nil {
		return "-"
	}
	if p.To == 0 {
		return "more than " + roughly(p.From)
	}
	return fmt.Sprintf("%s (%s to %s)", roughly(p.Seconds), roughly(p.From), roughly(p.To))
}

func roughly(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	for _, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		if d >= 10*unit {
			d = d.Round(unit)
			break
		}
	}
	s := d.Round(100 * time.Millisecond).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return cmp.Or(s, "0s")
}

// capped writes a count that ends at most.
func capped(n, most int) string {
	if most > 0 && n >= most {
		return fmt.Sprintf("%d or more", n)
	}
	return fmt.Sprint(n)
}
