package lease

import (
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A lease is one item of at most 400 KB. With its holders' texts cut to maxText,
// mostHeld holders and mostListed entries fit with room to spare: a take never makes
// a lease too large to be written.
const (
	// DefaultHolders is how many runs may hold an access at a time.
	DefaultHolders = 200
	// mostHeld is the largest such limit.
	mostHeld = 300
	// mostNew is how many holders a lease may list before it takes no new run.
	mostNew = 700
	// mostListed is how many it ever lists: the rest is for takes of runs that the
	// lease does not know.
	mostListed = 1000
	maxText    = 400 // bytes
	maxNote    = 200 // bytes
	mostMade   = 20
	mostNotes  = 30
)

// A run that has dropped the access stays listed, so that a late call of its own
// grants nothing. No call takes longer than settled; with room to spare, dropped runs
// stay listed for longer, for people who look.
const (
	keepDropped = 15 * time.Minute
	settled     = 3 * time.Minute
)

// Full reports that as many runs hold the access as may.
type Full struct{ Reason string }

func (e Full) Error() string { return e.Reason }

// admit prepares the lease for one more holder, or returns a [Full] if it has as many
// as it may have.
func (l *Lease) admit(most int, now time.Time) error {
	l.prune(now, keepDropped)
	if len(l.Holders) >= mostNew {
		l.prune(now, settled)
	}
	held := 0
	for _, h := range l.Holders {
		if h.State != run.Dropped {
			held++
		}
	}
	if most <= 0 {
		most = DefaultHolders
	}
	if most = min(most, mostHeld); held >= most {
		return Full{fmt.Sprintf("%d requests hold this access already, which is the most; revoke some of them, or wait until they end", held)}
	}
	if len(l.Holders) >= mostNew {
		return Full{fmt.Sprintf("%d requests for this access came within %s, which is the most; retry later", len(l.Holders), settled)}
	}
	return nil
}

// prune removes runs that dropped the access longer ago than keep, and truncates the
// texts of the others.
func (l *Lease) prune(now time.Time, keep time.Duration) {
	l.Holders = slices.DeleteFunc(l.Holders, func(h Holder) bool {
		return h.State == run.Dropped && !now.Before(h.At.Add(keep))
	})
	for i := range l.Holders {
		h := &l.Holders[i]
		h.How, h.Error, h.SessionsOf = cut(h.How, maxText), cut(h.Error, maxText), cut(h.SessionsOf, maxText)
	}
}

// oldestDropped returns when the first of the dropped runs was dropped.
func (l *Lease) oldestDropped() (at time.Time) {
	for _, h := range l.Holders {
		if h.State == run.Dropped && (at.IsZero() || h.At.Before(at)) {
			at = h.At
		}
	}
	return at
}

// cut truncates a text to at most so many bytes, between two characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	const more = "…"
	n := most - len(more)
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + more
}
