package store

import (
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// isPosition tells whether s is where a run may stand in a list.
func isPosition(s string) bool {
	at, id, ok := strings.Cut(s, "#")
	t, err := time.Parse(stampForm, at)
	return ok && err == nil && stamp(t) == at && (id == "" || run.ValidID(id))
}

// behindAll sorts behind every position.
const behindAll = "~"

// bound gives the position before which lies what was asked before t. Runs
// stand to the millisecond, so what is left of one is rounded up.
func bound(t time.Time) string {
	t = t.UTC().Add(time.Millisecond - 1).Truncate(time.Millisecond)
	if t.Year() > 9999 { // which no longer sorts
		return behindAll
	}
	return stamp(t)
}
