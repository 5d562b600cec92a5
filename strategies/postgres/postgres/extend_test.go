package postgres_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// extend requests an extension of a run.
func (p *play) extend(id string) {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.stack.URL()+"/requests/"+id+"/extend", strings.NewReader(`{"reason":"the repair takes longer"}`))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer ada@example.com")
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	text, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	var made struct{ ID string }
	if err := json.Unmarshal(text, &made); err != nil || made.ID == "" {
		p.t.Fatalf("the extension can't be filed: %s", text)
	}
}

const roleUntil = `SELECT extract(epoch FROM rolvaliduntil)::bigint FROM pg_roles WHERE rolname LIKE 'ft\_ada\_%' AND rolcanlogin`

// until is when the role's password ends, as seconds.
func (w *world) until(t *testing.T) int64 {
	t.Helper()
	var at int64
	if err := json.Unmarshal([]byte(w.server.Value(t, roleUntil)), &at); err != nil {
		t.Fatal(err)
	}
	return at
}

// An extension takes the role over: the session that is open goes on, the password is the
// same and valid until the new end, and nothing is dropped before that.
func extension(t *testing.T, w *world) {
	p := newPlay(t, w, nil)
	p.ask("first")
	p.until("it is active", func(r *run.Run) bool { return r.Status == run.Active })
	first := p.runs()[0]
	before, user := w.until(t), w.server.Value(t, `SELECT rolname FROM pg_roles WHERE rolname LIKE 'ft\_ada\_%' AND rolcanlogin`)
	secret := slices.IndexFunc(w.secrets.Names(), func(name string) bool { return strings.HasPrefix(name, "fasttrack/") })
	if secret < 0 {
		t.Fatal("there is no secret")
	}
	g := given{User: user, Secret: w.secrets.Names()[secret]}
	session, password := w.login(t, g), w.password(t, g)
	for range 10 {
		p.clock.Advance(time.Second)
	}
	p.extend(first.ID)
	end, last := first.Access.EndsAt.Add(40*time.Second), int64(0)
	p.until("all are over", func(r *run.Run) bool {
		if now := p.clock.Now(); r.ID == first.ID && now.Unix()%10 == 0 && now.Before(end.Add(-5*time.Second)) {
			w.mustBeThere(t)
			if w.password(t, g) != password {
				t.Fatal("the password was changed")
			}
			last = w.until(t)
			if err := session.Ping(t.Context()); err != nil {
				t.Fatalf("the session is cut %v before the new end: %v", end.Sub(p.clock.Now()), err)
			}
		}
		return r.Over()
	})
	for _, r := range p.runs() {
		switch {
		case r.ID == first.ID && (r.ExtendedBy == "" || r.Status != run.Ended):
			t.Errorf("the first is %s, taken over by %q", r.Status, r.ExtendedBy)
		case r.ID != first.ID && (!r.Access.EndsAt.Equal(end) || r.Access.EndsAt.Sub(r.Access.GoneAt) > 5*time.Second):
			t.Errorf("the extension ends at %v and was gone at %v, want %v", r.Access.EndsAt, r.Access.GoneAt, end)
		}
	}
	if err := session.Ping(t.Context()); err == nil {
		t.Error("the session goes on after the new end")
	}
	if more := last - before; more < 35 {
		t.Errorf("the password is valid for %d s more, want 40", more)
	}
	w.nothingLeft(t, p, run.Ended)
}
