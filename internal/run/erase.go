package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// ErrNotOver means that a run can't be erased from yet: what it still decides
// needs to know who is who.
var ErrNotOver = errors.New("it is not over yet")

// Names are somebody by the ids, addresses and principals that a record may hold.
type Names []string

// erasedID is what stands for somebody who was erased.
const erasedID = "erased"

// Is reports whether a person of a record is the one.
func (n Names) Is(id, address, principal string) bool {
	return slices.ContainsFunc(n, func(name string) bool {
		return name == id || name == principal || address != "" && email.Equal(name, address) || email.Equal(name, id)
	})
}

// In reports whether a text mentions one of the names. A name that could be a part
// of any word counts only if it is all of the text.
func (n Names) In(text string) bool {
	low := strings.ToLower(text)
	return slices.ContainsFunc(n, func(name string) bool {
		name = strings.ToLower(name)
		return low == name || strings.ContainsAny(name, "@|:") && strings.Contains(low, name)
	})
}

// as adds what somebody is called in one run: its entries know no principals.
func (n Names) as(r *Run, own bool) Names {
	all := slices.Clone(n)
	add := func(p Person) {
		for _, name := range []string{p.ID, p.Email} {
			if name != "" {
				all = append(all, name)
			}
		}
	}
	if own {
		add(r.Requester)
	}
	if r.Review != nil {
		for _, a := range r.Review.ApprovedBy {
			if n.Is(a.ID, a.Email, a.Principal) {
				add(a.Person)
			}
		}
	}
	return all
}

// Erase removes everything about somebody from a run that is over: of their own
// request all that they wrote and that was found out about it, of others' requests
// their name, their words, and what mentions them. Texts of the history leave
// their digests, so that the chain still verifies, and an entry says that there
// was an erasure. context is what was sent along; it is to be deleted if that is
// what withContext reports. Repeating it changes nothing.
func Erase(r *Run, who Names, context json.RawMessage, now time.Time) (next *Run, changed, withContext bool, err error) {
	if next, err = r.Clone(); err != nil {
		return nil, false, false, err
	}
	own := who.Is(r.Requester.ID, r.Requester.Email, r.Requester.Principal)
	who = who.as(r, own)
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
	next.Salt = NewID(now) // with the one before, what is gone could be guessed
	entry := Entry{Event: Erased, Actor: Actor{Type: EngineActor}, Channel: ViaCLI, Reason: "Personal data was erased."}
	if entry.HistorySHA256, err = Hash(next.History); err != nil {
		return nil, false, false, fmt.Errorf("run %s: %w", r.ID, err)
	}
	if err = next.Append(Stamp(now), next.Status, entry); err == nil {
		err = next.Seal()
	}
	return next, true, withContext, err
}
