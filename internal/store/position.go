package store

import (
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// isPosition reports whether s is where a run, or an act of one, may stand in a
// list.
func isPosition(s string) bool {
	at, id, ok := strings.Cut(s, "#")
	id, act, byAct := strings.Cut(id, "#")
	t, err := time.Parse(stampForm, at)
	return ok && err == nil && stamp(t) == at && (id == "" && !byAct || run.ValidID(id)) && (!byAct || run.ValidID(act))
}

// behindAll sorts behind every position.
const behindAll = "~"

// bound returns the position that follows all runs created before t. Positions have
// milliseconds, so a part of one is rounded up.
func bound(t time.Time) string {
	t = t.UTC().Add(time.Millisecond - 1).Truncate(time.Millisecond)
	if t.Year() > 9999 { // which no longer sorts
		return behindAll
	}
	return stamp(t)
}
