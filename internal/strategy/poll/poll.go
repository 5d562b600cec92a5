// Package poll repeats a question until the answer is yes: AWS finishes some changes
// after its response, and shows others later than it makes them.
package poll

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// The pauses between two questions: the first, doubling up to the longest, each
// cut by up to half at random, so that callers that began together drift apart.
const (
	first   = 250 * time.Millisecond
	longest = 4 * time.Second
)

// reserve is what is left of the context's time for the caller to report what
// happened.
const reserve = time.Second

// Late means that the time ran out first.
type Late struct {
	// What was waited for.
	What string
	// Last is what the last question came to, if that was an error.
	Last error
}

func (e *Late) Error() string {
	if e.Last != nil {
		return fmt.Sprintf("%s: the time was up; last, %v", e.What, e.Last)
	}
	return e.What + ": the time was up"
}

func (e *Late) Unwrap() error { return e.Last }

// Again is an error after which another question may succeed.
type Again struct{ Err error }

func (e Again) Error() string { return e.Err.Error() }
func (e Again) Unwrap() error { return e.Err }

// Until asks until the answer is true. An error ends it, but not an [Again]. It
// returns a [Late] if the next question would come in the last second before the
// context's deadline, and the context's error if that is canceled. what says
// what is waited for, for the error's text.
func Until(ctx context.Context, what string, ask func(context.Context) (bool, error)) error {
	for pause := first; ; pause = min(2*pause, longest) {
		done, err := ask(ctx)
		again, passing := err.(Again)
		switch {
		case err == nil && done:
			return nil
		case ctx.Err() != nil:
			return &Late{what, ctx.Err()}
		case err != nil && !passing:
			return err
		}
		cut := pause/2 + rand.N(pause/2) // #nosec G404 -- spreads tries, keeps nothing secret
		if end, ok := ctx.Deadline(); ok && time.Until(end) < cut+reserve {
			return &Late{what, again.Err}
		}
		select {
		case <-time.After(cut):
		case <-ctx.Done():
			return &Late{what, ctx.Err()}
		}
	}
}
