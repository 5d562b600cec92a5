package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrNotOver means that a run can't be erased from yet: what it still decides
// needs to know who is who.
var ErrNotOver = errors.New("it is not over yet")

// Erase removes everything about somebody from a run that is over: of their own
// request, or one for them, all that was written and found out about it, of others' requests
// their name, their words, and what mentions them. Texts of the history leave
// their digests, so that the chain still verifies, and an entry says that there
// was an erasure. context is what was sent along; it is to be deleted if that is
// what withContext reports. Repeating it changes nothing.
func Erase(r *Run, who Names, context json.RawMessage, now time.Time) (next *Run, changed, withContext bool, err error) {
	if next, err = r.Clone(); err != nil {
		return nil, false, false, err
	}
	own := r.isOf(who)
	who = who.as(r)
	withContext = context != nil && (own || who.In(string(context)))
	changed = withContext
	for i := range next.History {
		e, did, err := eraseEntry(next.History[i], who, own)
		if err != nil {
			return nil, false, false, fmt.Errorf("run %s: entry %d: %w", r.ID, i+1, err)
		}
		next.History[i], changed = e, changed || did
	}
	did, err := next.eraseBeside(who, own)
	if err != nil {
		return nil, false, false, fmt.Errorf("run %s: %w", r.ID, err)
	}
	if changed = changed || did; !changed {
		return r, false, false, nil
	}
	if !r.Over() {
		return nil, false, false, fmt.Errorf("run %s: %w", r.ID, ErrNotOver)
	}
	next.HasContext = next.HasContext && !withContext
	next.Engine.Counting = nil // the last write is no decision any more
	next.Salt = NewID(now)     // with the one before, what is gone could be guessed
	entry := Entry{Event: Erased, Actor: Actor{Type: EngineActor}, Channel: ViaCLI, Reason: "Personal data was erased."}
	if entry.HistorySHA256, err = Hash(next.History); err != nil {
		return nil, false, false, fmt.Errorf("run %s: %w", r.ID, err)
	}
	if err = next.Append(Stamp(now), next.Status, entry); err == nil {
		err = next.Seal()
	}
	return next, true, withContext, err
}
