package run

import (
	"fmt"
	"slices"
)

// Verify checks a history: seq counts up from 1, each entry is sealed and
// linked to the one before, and the statuses follow the forward-only table. It
// returns nil, or an error that names the first entry that is wrong.
func Verify(history []Entry) error {
	for i := range history {
		if err := verifyEntry(history, i); err != nil {
			return err
		}
	}
	_, err := verifyErasure(history)
	return err
}

// VerifyEntries is Verify for each entry: what is wrong with it, or nil. An entry after a
// wrong one is compared with that as it is stored.
func VerifyEntries(history []Entry) []error {
	errs := make([]error, len(history))
	for i := range history {
		errs[i] = verifyEntry(history, i)
	}
	if i, err := verifyErasure(history); err != nil && errs[i] == nil {
		errs[i] = err
	}
	return errs
}

// verifyEntry checks the entry of an index, which holds the hash of the one before.
func verifyEntry(history []Entry, i int) error {
	e, prev, status := history[i], "", Status("")
	if i > 0 {
		prev, status = history[i-1].Hash, history[i-1].Status
	}
	if e.Seq != i+1 {
		return fmt.Errorf("entry %d: seq is %d", i+1, e.Seq)
	}
	if e.PrevHash != prev {
		return fmt.Errorf("entry %d: prev_hash is not the hash of the entry before", e.Seq)
	}
	hash, err := seal(e)
	if err != nil {
		return err
	}
	if e.Hash != hash {
		return fmt.Errorf("entry %d: hash does not fit the entry", e.Seq)
	}
	if !May(status, e.Event, e.Status) {
		return fmt.Errorf("entry %d: %s may not lead from %q to %q", e.Seq, e.Event, status, e.Status)
	}
	return nil
}

// verifyErasure checks that entries were erased by an erasure that the history
// has, and are as the last one left them. An error comes with the index of its entry.
func verifyErasure(history []Entry) (int, error) {
	erased := 0
	for i, e := range slices.Backward(history) {
		if e.Event == Erased {
			hash, err := Hash(history[:i])
			if err == nil && hash != e.HistorySHA256 {
				err = fmt.Errorf("entry %d: the entries before it are not what the erasure left", e.Seq)
			}
			return i, err
		}
		if len(e.Erased) > 0 {
			erased = i + 1
		}
	}
	if erased > 0 {
		return erased - 1, fmt.Errorf("entry %d: a text is marked as erased, without an erasure", erased)
	}
	return 0, nil
}

// WasErased reports whether a history has an erasure.
func WasErased(history []Entry) bool {
	return slices.ContainsFunc(history, func(e Entry) bool { return e.Event == Erased })
}
