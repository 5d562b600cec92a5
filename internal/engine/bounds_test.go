package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A tally is one item: approvals without a limit on them don't fill it, and as
// many as the largest limit still count.
func TestATallyDoesNotFill(t *testing.T) {
	limits := &run.FastTrack{QuietAfterDenialSeconds: 3600}
	tallies := run.Tallies{}
	now := start
	for range 5000 {
		now = now.Add(10 * time.Second)
		tallies = tallies.Approved(limits, now)
	}
	if raw, err := run.Encode(tallies.Person); err != nil || len(raw) > 64<<10 {
		t.Errorf("it takes %d bytes, %v", len(raw), err)
	}
	if why := (&run.FastTrack{MaxPerPersonPerDay: run.MaxFastTracked}).Held("f", "ada", tallies, now); why == "" {
		t.Error("the largest limit holds nothing back")
	}
}

// A guard that fails on every act doesn't fill what reviewers see.
func TestWhatReviewersSeeDoesNotFill(t *testing.T) {
	f := sampleFlow()
	f.Review.Approvers = []string{"everyone"}
	m := newMachine(t, f)
	m.answer(run.OnRequest, `{"subscriptions":["on_request","on_approve"]}`)
	size := 0
	for n := range 40 {
		m.act(run.Approve, run.Person{ID: fmt.Sprintf("p%d", n), Email: fmt.Sprintf("p%d@example.com", n)}, "")
		m.answer(run.OnApprove, fmt.Sprintf(`{"errors":[{"hook":"on_approve","error":"%d: %s"}]}`, n, strings.Repeat("😀", 900)))
		if n == 25 {
			size, _ = m.run.Size()
		}
	}
	if n := len(m.run.Review.Errors); n == 0 || n > 20 {
		t.Errorf("reviewers see %d errors", n)
	}
	if last, err := m.run.Size(); err != nil || last > size+4096 {
		t.Errorf("the run takes %d bytes after 40, %d after 25", last, size)
	}
}

// The last entry of a history says what is known about the end of access beyond
// that it was read back.
func TestSessionsAreInTheHistory(t *testing.T) {
	m := access(t, "")
	m.granted()
	until := m.now.Add(9 * time.Hour)
	m.now = m.run.Access.EndsAt
	m.step(engine.Step{Hold: run.Hold{State: run.Dropped, At: m.now, How: "The assignment is gone.", SessionsUntil: until}})
	m.is(run.Ended, run.NextEnded)
	if e := m.last(); e.Gone != "The assignment is gone." || !e.SessionsUntil.Equal(until) {
		t.Errorf("the history says %+v", e)
	}
	if v := m.run.View(); v.Access == nil || !v.Access.SessionsUntil.Equal(until) {
		t.Errorf("the answer says %+v", v.Access)
	}
}
