package run

import (
	"strconv"
	"strings"
)

// Spell writes a number of seconds as flows.yaml does: 30m, 1h30m.
func Spell(n int) string {
	s := Seconds(n).String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
}

// SpellDays writes seconds as flows.yaml writes the time between confirms: whole days as
// days, such as 90d.
func SpellDays(n int) string {
	const day = 24 * 3600
	if n >= day && n%day == 0 {
		return strconv.Itoa(n/day) + "d"
	}
	return Spell(n)
}
