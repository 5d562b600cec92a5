package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// VerifyRecord checks a run as it is stored under an id, with the context beside
// it (nil for none): its history by [Verify], and against that history whatever
// of the run the history vouches for: everything but what changes without an
// entry. It returns nil, or an error that names what is wrong first.
//
// Of a run that an older release asked for, or changed last, it vouches for the
// id, the status, the fields, the requester, the time, how it was decided, and what
// on_request said in shadow mode.
func (r *Run) VerifyRecord(id string, context json.RawMessage) error {
	if r.ID != id {
		return fmt.Errorf("it is stored as %s, but says that it is %s", id, r.ID)
	}
	if len(r.History) == 0 {
		return errors.New("it has no history")
	}
	if err := Verify(r.History); err != nil {
		return err
	}
	first, last := r.History[0], r.History[len(r.History)-1]
	switch {
	case r.Status != last.Status:
		return fmt.Errorf("it is %s, but its history ends with %s", r.Status, last.Status)
	case r.Requester.Actor() != first.Actor:
		return fmt.Errorf("its requester is %s, but its history begins with %s", r.Requester.ID, first.Actor.ID)
	case first.Erased["for"] == "" && !equalPerson(forView(r.For), first.For):
		return errors.New("whom it is for is not whom its history begins with")
	case first.Erased["starts_at"] == "" && !r.StartsAt.Equal(first.StartsAt):
		return errors.New("its start is not what its history begins with")
	case !equalExtends(r.Extends, first.Extends):
		return errors.New("what it extends is not what its history begins with")
	case (r.BreakGlass != nil) != first.BreakGlass:
		return errors.New("whether it is an emergency is not what its history begins with")
	case !r.CreatedAt.Equal(first.At):
		return fmt.Errorf("it was made at %s, but its history begins at %s", r.CreatedAt.Format(time.RFC3339Nano), first.At.Format(time.RFC3339Nano))
	}
	if err := r.verifyDecision(); err != nil {
		return err
	}
	if !WasErased(r.History) { // else a part of it, or all, is erased
		if err := r.verifyShadow(); err != nil {
			return err
		}
		if err := r.verifyPayload(context); err != nil {
			return err
		}
	}
	return r.verifyState()
}

func equalPerson(a, b *api.Person) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func equalExtends(a, b *Extends) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.ID == b.ID && a.Number == b.Number && a.StartedAt.Equal(b.StartedAt) && a.EndsAt.Equal(b.EndsAt) && a.TotalSeconds == b.TotalSeconds
}

// verifyDecision looks for the entry that says what the decision says. Which of
// the entries decided, the decision says by event and time.
func (r *Run) verifyDecision() error {
	d := r.Decision
	if d == nil {
		if slices.ContainsFunc(r.History, func(e Entry) bool { return e.Status.Decided() }) {
			return errors.New("its history has a decision, but it has none")
		}
		return nil
	}
	same := func(e Entry) bool {
		return e.Event == d.Event && e.Actor == d.By && e.Reason == d.Reason && e.HookReason == d.HookReason && e.HookReasonBy == string(d.HookReasonBy) && e.Act == d.Act && Stamp(d.At).Equal(e.At) && slices.Equal(e.Checks, d.Checks)
	}
	if !slices.ContainsFunc(r.History, same) {
		return errors.New("its decision is not in its history")
	}
	return nil
}

// verifyPayload compares the stored request with the digest in the
// first entry. An approve may have shortened the duration: the run keeps what it
// was before, and the history how it came to what it is.
func (r *Run) verifyPayload(context json.RawMessage) error {
	asked := Draft{
		Flow: r.Flow, For: r.For, Extends: r.Extends, Fields: r.Fields, Sensitive: r.Sensitive, Reason: r.Reason,
		DurationSeconds: r.DurationSeconds, UntilRevoked: r.UntilRevoked, StartsAt: r.StartsAt, BreakGlass: r.BreakGlass, Context: context, Salt: r.Salt,
	}
	if r.RequestedSeconds > 0 {
		asked.DurationSeconds = r.RequestedSeconds
	}
	left := asked.DurationSeconds
	shortened := false
	for _, e := range r.History {
		switch {
		case e.DurationSeconds == 0:
		case e.Event == Approve:
			left, shortened = min(left, e.DurationSeconds), true
		case e.Event == Withdraw:
			left = min(asked.DurationSeconds, e.DurationSeconds)
		}
	}
	if left != r.DurationSeconds {
		return fmt.Errorf("its duration is %d s, but %d s by its history", r.DurationSeconds, left)
	}
	if len(asked.Fields) == 0 {
		// What is stored is the same for none and for an empty list of them.
		asked.Fields = nil
		if ok, err := r.digestFits(asked); ok || err != nil {
			return err
		}
		asked.Fields = map[string]json.RawMessage{}
	}
	ok, err := r.digestFits(asked)
	switch {
	case ok || err != nil:
		return err
	case shortened && r.RequestedSeconds == 0:
		return nil // by a version that didn't keep the requested duration
	}
	return errors.New("the stored request is not the one that was filed: its payload_sha256 does not fit")
}

func (r *Run) digestFits(asked Draft) (bool, error) {
	digest, err := PayloadDigest(asked)
	return digest == r.History[0].PayloadSHA256, err
}
