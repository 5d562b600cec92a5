package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/period"
)

// periodFlags are the flags that select requests by when they were made.
type periodFlags struct{ from, to, since, until string }

func (p *periodFlags) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.from, "from", "", "only requests made from this time on: RFC 3339, a day, or a duration ago such as 90d")
	cmd.Flags().StringVar(&p.to, "to", "", "only requests made before this time")
	cmd.Flags().StringVar(&p.since, "since", "", "same as --from")
	cmd.Flags().StringVar(&p.until, "until", "", "same as --to")
}

func (p *periodFlags) read(now time.Time) (out period.Period, err error) {
	if out.From, err = either("from", p.from, "since", p.since, now); err != nil {
		return out, err
	}
	out.To, err = either("to", p.to, "until", p.until, now)
	return out, err
}

// either reads the time of one of two flags with the same meaning. It returns the
// zero time if neither is set.
func either(name, value, other, otherValue string, now time.Time) (time.Time, error) {
	switch {
	case value != "" && otherValue != "":
		return time.Time{}, usageError{fmt.Errorf("give one of --%s and --%s", name, other)}
	case otherValue != "":
		name, value = other, otherValue
	case value == "":
		return time.Time{}, nil
	}
	at, err := period.ParseTime(value, now)
	if err != nil {
		return time.Time{}, usageError{fmt.Errorf("--%s %w", name, err)}
	}
	return at, nil
}
