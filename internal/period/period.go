// Package period selects requests by when they were made.
package period

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// Period is the time from From on and before To. A zero end is open.
type Period struct{ From, To time.Time }

// Contains reports whether at is in the period.
func (p Period) Contains(at time.Time) bool {
	return (p.From.IsZero() || !at.Before(p.From)) && (p.To.IsZero() || at.Before(p.To))
}

// ParseTime parses a time (RFC 3339), a day (its start in UTC), or a duration
// before now (90d, 36h, P90D).
func ParseTime(s string, now time.Time) (time.Time, error) {
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
	return time.Time{}, fmt.Errorf("must be a time such as 2026-11-01T00:00:00Z, a day such as 2026-11-01, or a duration ago such as 90d or 36h, got %q", s)
}
