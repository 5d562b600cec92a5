package digest

import (
	"fmt"
	"time"
)

// Day is a day in UTC, as 2006-01-02; it sorts.
type Day string

const dayForm = "2006-01-02"

// settled is how long after its end a day's digest is made: an entry of the day may
// be stored a little after its end.
const settled = 15 * time.Minute

// DayOf returns the day of a time.
func DayOf(t time.Time) Day { return Day(t.UTC().Format(dayForm)) }

// ParseDay reads a day.
func ParseDay(s string) (Day, error) {
	if _, err := time.Parse(dayForm, s); err != nil {
		return "", fmt.Errorf("must be a day such as 2026-11-25, got %q", s)
	}
	return Day(s), nil
}

// End returns the end of the day, which is the start of the next.
func (d Day) End() time.Time {
	start, _ := time.Parse(dayForm, string(d)) // the year 1 for what is no day
	return start.AddDate(0, 0, 1)
}

// Next returns the day after.
func (d Day) Next() Day { return DayOf(d.End()) }

// Due returns the last day whose digest can be made.
func Due(now time.Time) Day { return DayOf(now.Add(-settled).AddDate(0, 0, -1)) }

// Missing lists the days whose digests are still to be made, oldest first. last is
// the day of the last digest. If that is "", the list has one day: the last one that
// is over.
func Missing(last Day, now time.Time) []Day {
	due := Due(now)
	if last == "" {
		return []Day{due}
	}
	var days []Day
	for d := last.Next(); d <= due; d = d.Next() {
		days = append(days, d)
	}
	return days
}
