package engine

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func (d *decider) endOfTime() string {
	return fmt.Sprintf("The %s of access are over.", spell(d.DurationSeconds))
}

// spell writes a number of seconds as flows.yaml does: 30m, 1h30m.
func spell(n int) string {
	s := run.Seconds(n).String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
}
