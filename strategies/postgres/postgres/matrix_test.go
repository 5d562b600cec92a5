package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// course plays a request from its filing to its end, and another one that begins in
// between; in the middle the person logs in.
func (p *play) course(w *world) {
	p.ask("first")
	p.until("it is active, or over", func(r *run.Run) bool { return r.Status == run.Active || r.Over() })
	for range 10 {
		p.clock.Advance(time.Second)
	}
	p.ask("second")
	p.until("both are active, or over", func(r *run.Run) bool { return r.Status == run.Active || r.Over() })
	for _, r := range p.runs() {
		if r.Status == run.Active {
			w.mustBeThere(p.t)
		}
	}
	p.until("one is over", func(r *run.Run) bool { return r.Over() || slices.ContainsFunc(p.runs(), (*run.Run).Over) })
	if slices.ContainsFunc(p.runs(), func(r *run.Run) bool { return r.Status == run.Active }) {
		w.mustBeThere(p.t) // the first one's end is not the second one's
	}
	p.until("all are over", (*run.Run).Over)
}

const theRole = `SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ft\_ada\_%' AND rolcanlogin`

func (w *world) mustBeThere(t *testing.T) {
	t.Helper()
	if n := w.server.Value(t, theRole); n != "1" {
		t.Errorf("access is active, and %s roles can log in", n)
	}
}

// nothingLeft returns what does not hold once all requests are over.
func (w *world) nothingLeft(t *testing.T, p *play, may ...run.Status) {
	t.Helper()
	for _, r := range p.runs() {
		if !slices.Contains(may, r.Status) {
			last := r.History[len(r.History)-1]
			t.Errorf("run %s is %s, want one of %v: %s %s", r.ID, r.Status, may, last.Reason, last.Error)
		}
		if o, err := p.table.LoadOutput(t.Context(), r.ID); err != nil || o.Sensitive != nil {
			t.Errorf("run %s: its sensitive output is left behind (%v)", r.ID, err)
		}
		if a := r.Access; a != nil && !a.StartsAt.IsZero() && a.GoneAt.Sub(a.EndsAt) > 4*time.Minute {
			t.Errorf("run %s: gone %v after its end", r.ID, a.GoneAt.Sub(a.EndsAt))
		}
	}
	if n := w.server.Value(t, `SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ft\_%'`); n != "0" {
		t.Errorf("%s roles are left", n)
	}
	for _, name := range w.secrets.Names() {
		if strings.HasPrefix(name, "fasttrack/") {
			t.Errorf("the secret %s is left", name)
		}
	}
}

// crashes plays a request while functions/grant is killed before and after each of its
// calls to AWS and to the strategy, and each fails otherwise, one at a time; and while
// each call of the strategy to Secrets Manager fails.
func crashes(t *testing.T, w *world) {
	var mu sync.Mutex
	var made []inprocess.Call
	secrets := 0
	w.secrets.Before = func(string) error { secrets++; return nil }
	p := newPlay(t, w, func(c inprocess.Call) inprocess.Fault {
		mu.Lock()
		defer mu.Unlock()
		if c.Function == "GrantFunction" {
			made = append(made, c)
		}
		return inprocess.None
	})
	p.course(w)
	w.secrets.Before = nil
	w.nothingLeft(t, p, run.Ended)
	if len(made) < 20 || secrets < 8 {
		t.Fatalf("it makes only %d calls to AWS and %d to Secrets Manager", len(made), secrets)
	}
	ran, came := 0, 0
	one := func(name string, fault func(inprocess.Call) inprocess.Fault, fired *bool) {
		ran++
		t.Run(name, func(t *testing.T) {
			p := newPlay(t, w, fault)
			p.course(w)
			w.secrets.Before, w.secrets.After = nil, nil
			w.nothingLeft(t, p, run.Ended)
			if *fired {
				came++
			}
		})
	}
	every := tally.Of(40, 8)
	for i, call := range made {
		for _, kind := range []inprocess.Fault{inprocess.KillBefore, inprocess.KillAfter, inprocess.Throttle, inprocess.Fail, inprocess.Drop} {
			if (i*5+int(kind))%every != 0 {
				continue
			}
			fired := false
			one(fmt.Sprintf("fault %d at %s %d", kind, call.Operation, call.N), func(c inprocess.Call) inprocess.Fault {
				mu.Lock()
				defer mu.Unlock()
				if c != call {
					return inprocess.None
				}
				fired = true
				return kind
			}, &fired)
		}
	}
	for n := 1; n <= secrets; n++ {
		for _, after := range []bool{false, true} {
			if (n*2+map[bool]int{true: 1}[after])%max(every/4, 1) != 0 {
				continue
			}
			calls, fired := 0, false
			fail := func(string) error {
				mu.Lock()
				defer mu.Unlock()
				if calls++; calls != n {
					return nil
				}
				fired = true
				return &smithy.GenericAPIError{Code: "InternalServiceError", Message: "it did not work"}
			}
			if after {
				w.secrets.After = fail
			} else {
				w.secrets.Before = fail
			}
			one(fmt.Sprintf("secret call %d fails (after: %v)", n, after), nil, &fired)
		}
	}
	if came < ran*3/4 {
		t.Errorf("of %d faults only %d came", ran, came)
	}
	tally.Report(t, "postgres, crash matrix: %d cases run, %d faults came", ran, came)
}
