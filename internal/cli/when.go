package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// period is the time in which requests were made: its flags.
type period struct{ from, to, since, until string }

func (p *period) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.from, "from", "", "made from this time on: RFC 3339, a day, or a duration ago such as 90d")
	cmd.Flags().StringVar(&p.to, "to", "", "made before this time")
	cmd.Flags().StringVar(&p.since, "since", "", "the same as --from")
	cmd.Flags().StringVar(&p.until, "until", "", "the same as --to")
}

// read gives the time's two ends; zero where it has none.
func (p *period) read(now time.Time) (from, to time.Time, err error) {
	if from, err = when("from", p.from, "since", p.since, now); err != nil {
		return from, to, err
	}
	to, err = when("to", p.to, "until", p.until, now)
	return from, to, err
}

// madeIn tells whether a time is from one end on and before the other; a zero end
// doesn't bound.
func madeIn(from, to, at time.Time) bool {
	return (from.IsZero() || !at.Before(from)) && (to.IsZero() || at.Before(to))
}

// when reads the one of two flags of the same meaning that is given; neither
// is the zero time.
func when(name, value, other, otherValue string, now time.Time) (time.Time, error) {
	switch {
	case value != "" && otherValue != "":
		return time.Time{}, usageError{fmt.Errorf("either --%s or --%s was expected, not both", name, other)}
	case otherValue != "":
		name, value = other, otherValue
	case value == "":
		return time.Time{}, nil
	}
	at, err := parseWhen(value, now)
	if err != nil {
		return time.Time{}, usageError{fmt.Errorf("--%s: %w", name, err)}
	}
	return at, nil
}

// parseWhen reads a time (RFC 3339), a day (its start, in UTC), or how long
// ago it was (90d, 36h, P90D).
func parseWhen(s string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	if day, err := digest.ParseDay(s); err == nil {
		return day.End().AddDate(0, 0, -1), nil
	}
	if number, is := strings.CutSuffix(s, "d"); is {
		if days, err := strconv.ParseUint(number, 10, 16); err == nil {
			return now.AddDate(0, 0, -int(days)), nil
		}
	}
	if seconds, err := flow.ParseDuration(s); err == nil && seconds >= 0 {
		return now.Add(-time.Duration(seconds) * time.Second), nil
	}
	return time.Time{}, fmt.Errorf("a time such as 2026-11-01T00:00:00Z, a day such as 2026-11-01, or a duration ago such as 90d or 36h was expected, not %q", s)
}
