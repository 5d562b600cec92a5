package fields

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads a duration as Go writes it (30m, 1h30m) or as ISO 8601
// does, in days and less (PT30M, P2D). It returns whole seconds.
func ParseDuration(s string) (int, error) {
	if rest, is := strings.CutPrefix(s, "P"); is {
		if seconds, ok := parseISO(rest); ok {
			return seconds, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("must be a duration such as 30m, 4h, PT30M or P2D, got %q", clip(s))
	}
	if d%time.Second != 0 {
		return 0, fmt.Errorf("must be whole seconds, got %q", clip(s))
	}
	return int(d / time.Second), nil
}

// parseISO reads what follows the P of an ISO 8601 duration: days, and after a
// T hours, minutes and seconds, in that order, at least one of them.
func parseISO(s string) (seconds int, ok bool) {
	date, clock, timed := strings.Cut(s, "T")
	if date == "" && !timed || timed && clock == "" {
		return 0, false
	}
	for _, part := range []struct {
		rest  *string
		unit  string
		size  int
		limit int // digits
	}{{&date, "D", 24 * 3600, 4}, {&clock, "H", 3600, 6}, {&clock, "M", 60, 8}, {&clock, "S", 1, 9}} {
		number, rest, found := strings.Cut(*part.rest, part.unit)
		if !found {
			continue
		}
		if number == "" || len(number) > part.limit || strings.Trim(number, "0123456789") != "" {
			return 0, false
		}
		n, err := strconv.Atoi(number)
		if err != nil {
			return 0, false
		}
		seconds, *part.rest = seconds+n*part.size, rest
	}
	return seconds, date == "" && clock == ""
}

// FormatDuration writes seconds as Go does, without the parts that are zero.
func FormatDuration(seconds int) string {
	out := ""
	for _, unit := range []struct {
		name string
		size int
	}{{"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := seconds / unit.size; n > 0 {
			out += strconv.Itoa(n) + unit.name
			seconds %= unit.size
		}
	}
	if out == "" {
		return "0s"
	}
	return out
}
