package flow

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

var iso8601 = regexp.MustCompile(`^P(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$`)

// ParseDuration reads a duration as Go writes it (30m, 1h30m) or as ISO 8601
// does, in days and less (PT30M, P2D). It returns whole seconds.
func ParseDuration(s string) (int, error) {
	if parts := iso8601.FindStringSubmatch(s); parts != nil && s != "P" && s[len(s)-1] != 'T' {
		total := 0
		for i, unit := range []int{24 * 3600, 3600, 60, 1} {
			n, _ := strconv.Atoi("0" + parts[i+1])
			total += n * unit
		}
		return total, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("a duration such as 30m, 4h or PT30M was expected, not %q", clip(s))
	}
	if d%time.Second != 0 {
		return 0, fmt.Errorf("whole seconds were expected, not %q", clip(s))
	}
	return int(d / time.Second), nil
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
