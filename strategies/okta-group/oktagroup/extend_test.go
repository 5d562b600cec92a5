package oktagroup_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/strategies/okta-group/oktatest"
)

// extend requests an extension of a run, again if that fails.
func (p *stage) extend(id string) {
	p.t.Helper()
	text := ""
	for range 6 {
		req, err := http.NewRequest(http.MethodPost, p.stack.URL()+"/requests/"+id+"/extend", strings.NewReader(`{"reason":"not done"}`))
		if err != nil {
			p.t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": "Bearer ada@example.com", "Content-Type": "application/json", "Idempotency-Key": "more"} {
			req.Header.Set(name, value)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			p.t.Fatal(err)
		}
		raw, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		var made struct{ ID string }
		if text = string(raw); json.Unmarshal(raw, &made) == nil && made.ID != "" {
			return
		}
	}
	p.t.Fatalf("the extension can't be filed: %s", text)
}

// extended plays access that is extended while it is active. In each second ada must be a
// member from its start to its new end, and whoever was one before stays one.
func extended(t *testing.T, faults map[call]fault, engine func(inprocess.Call) inprocess.Fault) (*deployed, *stage) {
	t.Helper()
	org, server := oktatest.New()
	t.Cleanup(server.Close)
	org.Add(oktatest.User{ID: "00ux", Login: "x@example.com", Status: "ACTIVE"})
	org.SetMembers("00ux")
	d := &deployed{org: org, faults: faults, counts: map[string]int{}}
	p := newStage(t, d, engine)
	p.ask("first", "readers")
	p.until("it is active, or over", func(r *run.Run) bool { return r.Status == run.Active || r.Over() })
	first := p.runs()[0]
	if first.Status != run.Active {
		t.Fatalf("the access is %s", first.Status)
	}
	for range 10 {
		p.clock.Advance(time.Second)
	}
	p.extend(first.ID)
	until := first.Access.EndsAt.Add(40 * time.Second)
	p.until("all are over", func(r *run.Run) bool {
		member := slices.Contains(org.Members(), "00uada")
		if now := p.clock.Now(); !member && now.Before(until.Add(-5*time.Second)) {
			t.Fatalf("ada is no member %v before the new end", until.Sub(now))
		}
		return r.Over()
	})
	if got := org.Members(); !slices.Equal(got, []string{"00ux"}) {
		t.Errorf("members %q are left", got)
	}
	return d, p
}

// An extension takes the membership over without a gap: Okta is not asked to remove it
// before the new end.
func TestExtensionTakesOver(t *testing.T) {
	d, p := extended(t, nil, nil)
	all := p.runs()
	slices.SortFunc(all, func(a, b *run.Run) int { return a.CreatedAt.Compare(b.CreatedAt) })
	if len(all) != 2 {
		t.Fatalf("%d requests", len(all))
	}
	first, more := all[0], all[1]
	if first.Status != run.Ended || first.ExtendedBy != more.ID || more.Status != run.Ended || !more.Access.EndsAt.Equal(first.Access.EndsAt.Add(40*time.Second)) {
		t.Errorf("the first is %s, taken over by %q; the extension is %s, until %v after the first end", first.Status, first.ExtendedBy, more.Status, more.Access.EndsAt.Sub(first.Access.EndsAt))
	}
	if early := more.Access.EndsAt.Sub(more.Access.GoneAt); early > 5*time.Second {
		t.Errorf("it was removed %v before the new end", early)
	}
	k, err := lease.KeyOf(first)
	if err != nil {
		t.Fatal(err)
	}
	l, err := p.table.LoadLease(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	if now := l.Of(more.ID); now.State != run.Dropped || l.Of(first.ID).TakenOverBy != more.ID && l.Of(first.ID).State != run.NoHold {
		t.Errorf("the lease has %+v and %+v", l.Of(first.ID), now)
	}
	puts, deletes := 0, 0
	for _, c := range d.org.Calls() {
		switch {
		case strings.HasPrefix(c, http.MethodPut):
			puts++
		case strings.HasPrefix(c, http.MethodDelete):
			deletes++
		}
	}
	if puts != 1 || deletes != 1 {
		t.Errorf("ada was added %d times and removed %d times, want once", puts, deletes)
	}
}

// The strategy is cut off at each of its calls while access is extended: nobody lacks it,
// and nothing stays.
func TestExtensionOverCrashes(t *testing.T) {
	clean, _ := extended(t, nil, nil)
	ran, came, every := 0, 0, tally.Of(41, 9)
	for i, c := range clean.made {
		for _, f := range []fault{killBefore, killAfter, fail, lose} {
			if (i*4+int(f))%every != 0 {
				continue
			}
			t.Run(faultNames[f]+" at "+c.kind, func(t *testing.T) {
				ran++
				d, p := extended(t, map[call]fault{c: f}, nil)
				came += min(d.fired, 1)
				for _, r := range p.runs() {
					if r.Status != run.Ended {
						t.Errorf("run %s is %s", r.ID, r.Status)
					}
				}
			})
		}
	}
	if came < ran*3/4 {
		t.Errorf("of %d faults only %d came", ran, came)
	}
	tally.Report(t, "okta-group, extension over crashes: %d cases run, %d faults came", ran, came)
}
