package postgres_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

func until(d time.Duration) func(*strategy.Request) {
	return func(r *strategy.Request) {
		r.Run.EndsAt, r.Run.DurationSeconds = time.Now().Add(d).Truncate(time.Second), int(d.Seconds())
	}
}

// ends is when the role's password ends, from now.
func (w *world) ends(t *testing.T, g given) time.Duration {
	t.Helper()
	text := w.server.Value(t, `SELECT to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM pg_roles WHERE rolname = $1`, g.User)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return time.Until(at)
}

// Of overlapping requests the latest end counts, and the person goes on with the same
// password.
func overlap(t *testing.T, w *world) {
	first := w.give(t, w.request(until(time.Hour)))
	if !first.Created {
		t.Error("the first give did not create it")
	}
	password := w.password(t, first)
	for _, step := range []struct{ asked, want time.Duration }{{2 * time.Hour, 2 * time.Hour}, {time.Minute, 2 * time.Hour}, {3 * time.Hour, 3 * time.Hour}} {
		g := w.give(t, w.request(until(step.asked)))
		if got := w.ends(t, g); got < step.want || got > step.want+6*time.Minute {
			t.Errorf("after %v: the password ends in %v, want %v", step.asked, got, step.want)
		}
		if g.Created || g.User != first.User || w.password(t, g) != password {
			t.Errorf("after %v: got %+v, which is not the first one's", step.asked, g)
		}
	}
	w.login(t, first)
	w.take(t, w.request())
	w.gone(t, first)
}

// Access without an end has a password without one.
func noEnd(t *testing.T, w *world) {
	g := w.give(t, w.request(func(r *strategy.Request) { r.Run.EndsAt, r.Run.DurationSeconds = time.Time{}, 0 }))
	if got := w.server.Value(t, `SELECT rolvaliduntil FROM pg_roles WHERE rolname = $1`, g.User); got != "infinity" {
		t.Errorf("valid until %q", got)
	}
	w.mustHave(t, true)
	// A request with an end does not shorten it.
	w.give(t, w.request(until(time.Minute)))
	if got := w.server.Value(t, `SELECT rolvaliduntil FROM pg_roles WHERE rolname = $1`, g.User); got != "infinity" {
		t.Errorf("valid until %q after a shorter request", got)
	}
	w.take(t, w.request())
	w.gone(t, g)
}

// A call with a lower fence changes nothing, before the role exists, while it does and
// after.
func lateCalls(t *testing.T, w *world) {
	late := w.request()
	g := w.give(t, w.request())
	stale := func(op strategy.Operation) {
		t.Helper()
		if _, failure := w.try(t, w.Strategy, op, late); failure != strategy.ErrStale.Error() {
			t.Errorf("a late %s: got %q", op, failure)
		}
	}
	stale(strategy.OperationTake)
	w.mustHave(t, true)
	stale(strategy.OperationGive)
	w.take(t, w.request())
	stale(strategy.OperationGive)
	w.mustHave(t, false)
	w.gone(t, g)
}

// Calls that meet leave all of the access, or nothing; the last fence decides.
func races(t *testing.T, w *world) {
	for range 8 {
		calls := []*strategy.Request{w.request(), w.request(), w.request(), w.request()}
		var wait sync.WaitGroup
		for i, r := range calls {
			op := []strategy.Operation{strategy.OperationGive, strategy.OperationGive, strategy.OperationTake, strategy.OperationGive}[i]
			wait.Go(func() {
				_, failure := w.try(t, w.Strategy, op, r)
				if i == 3 && failure != "" && !strings.Contains(failure, "SQLSTATE 40") {
					t.Errorf("the last give failed: %s", failure)
				}
			})
		}
		wait.Wait()
		g := w.give(t, calls[3]) // the engine retries what failed
		w.login(t, g)
		w.mustHave(t, true)
		w.take(t, w.request())
		w.gone(t, g)
	}
}

// A role of this deployment that the engine does not know counts as made now: it must
// not stay.
func leftBehind(t *testing.T, w *world) {
	w.give(t, w.request())
	g := w.give(t, w.request(func(r *strategy.Request) { r.Held.CreatedByUs = false }))
	if !g.Created {
		t.Error("a role that was left behind counts as somebody else's")
	}
	w.take(t, w.request())
	w.gone(t, g)
}

// Rows of accesses that ended long ago are forgotten, others stay.
func oldFences(t *testing.T, w *world) {
	w.give(t, w.request())
	w.server.ExecIn(t, "app", `INSERT INTO fasttrack.access VALUES ('long-ago', 1), ('app_read', 1), ('new', extract(epoch FROM now()))`)
	w.take(t, w.request())
	var left string
	c, err := w.server.Connect(t, "app", "postgres", w.server.Password)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.QueryRow(t.Context(), `SELECT string_agg(role, ' ' ORDER BY role) FROM fasttrack.access WHERE role NOT LIKE 'ft_%'`).Scan(&left); err != nil || left != "app_read new" {
		t.Errorf("left: %q (%v)", left, err)
	}
	w.server.ExecIn(t, "app", `DELETE FROM fasttrack.access WHERE role IN ('app_read', 'new')`)
}
