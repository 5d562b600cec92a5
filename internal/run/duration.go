package run

import "strings"

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
