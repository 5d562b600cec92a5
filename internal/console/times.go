package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// ago says how long ago t was.
func ago(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return ""
	case d < 45*time.Second:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()+0.5))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()+0.5))
	case d < 14*24*time.Hour:
		return text.Count(int(d.Hours()/24+0.5), "day") + " ago"
	}
	return t.UTC().Format("2 Jan 2006")
}

// left says how long it is until t, coarse enough to stay right for a while.
func left(now, t time.Time) string {
	d := t.Sub(now)
	switch {
	case d <= 0:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()+0.5))
	case d < 48*time.Hour:
		if m := int(d.Minutes()) % 60; m > 0 {
			return fmt.Sprintf("%d h %02d min", int(d.Hours()), m)
		}
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return text.Count(int(d.Hours()/24), "day")
}

// duration says a duration in full, such as "1 h 30 min".
func duration(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if n := d / u.of; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			d -= n * u.of
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

// exact says a time to the minute, and full to the second. Both name the zone, which is
// UTC: only the script knows that of the browser.
func exact(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") }

func full(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") }

// share returns how much of the time from one time to another is left, in hundredths.
func share(now, from, to time.Time) int {
	whole := to.Sub(from)
	if whole <= 0 || !now.Before(to) {
		return 0
	}
	return min(100, int(100*to.Sub(now).Seconds()/whole.Seconds()))
}
