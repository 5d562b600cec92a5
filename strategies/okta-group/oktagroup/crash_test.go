package oktagroup_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/book"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/book/booktest"
	"github.com/fasttrack-dev/fasttrack/strategies/okta-group/oktagroup"
	"github.com/fasttrack-dev/fasttrack/strategies/okta-group/oktatest"
)

// call is one call of the strategy function: to Okta, or to its table. n counts those of
// one kind, from 1.
type call struct {
	kind string
	n    int
}

// fault is what happens to a call.
type fault int

const (
	none fault = iota
	killBefore
	killAfter
	fail // nothing happens, and an error is returned
	lose // it happens, and its response is lost
)

var faultNames = map[fault]string{killBefore: "killed before", killAfter: "killed after", fail: "failed", lose: "response lost"}

// deployed is the strategy as Lambda runs it, with faults at its calls.
type deployed struct {
	org  *oktatest.Org
	book booktest.Book

	mu     sync.Mutex
	faults map[call]fault
	counts map[string]int
	made   []call
	fired  int
}

// next counts a call, and returns what happens to it.
func (d *deployed) next(kind string) fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counts[kind]++
	c := call{kind, d.counts[kind]}
	d.made = append(d.made, c)
	f := d.faults[c]
	if f != none {
		d.fired++
	}
	return f
}

// lifeKey is the context's key of what ends an invocation.
type lifeKey struct{}

var errFault = errors.New("the connection was closed")

// meet makes a call, or has it meet its fault. An invocation that is killed never goes on.
func (d *deployed) meet(ctx context.Context, kind string, do func() error) error {
	f := d.next(kind)
	die := func() {
		close(ctx.Value(lifeKey{}).(chan struct{}))
		select {} // the dead do nothing; they go with the test
	}
	switch f {
	case killBefore:
		die()
	case fail:
		return errFault
	}
	err := do()
	switch f {
	case killAfter:
		die()
	case lose:
		return errFault
	}
	return err
}

// RoundTrip sends a request to Okta.
func (d *deployed) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	err = d.meet(r.Context(), r.Method, func() error { resp, err = http.DefaultTransport.RoundTrip(r); return err })
	if err != nil && resp != nil {
		_ = resp.Body.Close()
		resp = nil
	}
	return resp, err
}

// Load and Save are those of the table.
func (d *deployed) Load(ctx context.Context, key string) (e book.Entry, err error) {
	err = d.meet(ctx, "Load", func() error { e, err = d.book.Load(ctx, key); return err })
	return e, err
}

func (d *deployed) Save(ctx context.Context, key string, e book.Entry) (saved book.Entry, err error) {
	err = d.meet(ctx, "Save", func() error { saved, err = d.book.Save(ctx, key, e); return err })
	return saved, err
}

// Invoke invokes the function, in an environment of its own.
func (d *deployed) Invoke(ctx context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	f := oktagroup.New(oktagroup.Options{URL: d.org.URL, Secret: &fixed{oktatest.Token, oktatest.Token}, Book: d, Transport: d})
	dead := make(chan struct{})
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, lifeKey{}, dead), 30*time.Second)
	defer cancel()
	done := make(chan *lambda.InvokeOutput, 1)
	go func() {
		out, err := f.Respond(ctx, in.Payload)
		if err != nil {
			out = []byte(`{"errorMessage": "invalid"}`)
		}
		done <- &lambda.InvokeOutput{Payload: out}
	}()
	select {
	case out := <-done:
		return out, nil
	case <-dead:
		return &lambda.InvokeOutput{FunctionError: aws.String("Unhandled"), Payload: []byte(`{"errorMessage": "RequestId: x Error: Runtime exited with error: signal: killed"}`)}, nil
	}
}

// crash plays two requests for one group, which overlap, with faults at calls of the
// strategy and of the engine. It returns what it played.
func crash(t *testing.T, faults map[call]fault, engine func(inprocess.Call) inprocess.Fault) *deployed {
	t.Helper()
	org, server := oktatest.New()
	t.Cleanup(server.Close)
	org.Add(oktatest.User{ID: "00ux", Login: "x@example.com", Status: "ACTIVE"})
	org.SetMembers("00ux")
	d := &deployed{org: org, faults: faults, counts: map[string]int{}}
	p := newStage(t, d, engine)
	p.ask("first", "readers")
	p.until("it is active, or over", func(r *run.Run) bool { return r.Status == run.Active || r.Over() })
	for range 10 {
		p.clock.Advance(time.Second)
	}
	p.ask("second", "writers")
	p.until("both are active, or over", func(r *run.Run) bool { return r.Status == run.Active || r.Over() })
	d.there(t, p)
	p.until("one is over", func(r *run.Run) bool { return r.Over() || slices.ContainsFunc(p.runs(), (*run.Run).Over) })
	d.there(t, p) // the first one's end is not the second one's
	p.until("all are over", (*run.Run).Over)
	for _, r := range p.runs() {
		if r.Status != run.Ended {
			last := r.History[len(r.History)-1]
			t.Errorf("run %s is %s: %s %s", r.ID, r.Status, last.Reason, last.Error)
		}
		if a := r.Access; a != nil && !a.StartsAt.IsZero() && a.GoneAt.Sub(a.EndsAt) > 4*time.Minute {
			t.Errorf("run %s: gone %v after its end", r.ID, a.GoneAt.Sub(a.EndsAt))
		}
	}
	if got := org.Members(); !slices.Equal(got, []string{"00ux"}) {
		t.Errorf("members %q are left", got)
	}
	return d
}

// there fails unless ada is a member while a request is active.
func (d *deployed) there(t *testing.T, p *stage) {
	t.Helper()
	active := slices.ContainsFunc(p.runs(), func(r *run.Run) bool {
		// What is past its end may wait for an abandoned call to be over.
		return r.Status == run.Active && p.clock.Now().Before(r.Access.EndsAt.Add(-5*time.Second))
	})
	if active && !slices.Contains(d.org.Members(), "00uada") {
		t.Error("a request is active, and ada is no member")
	}
}

// The strategy function is killed right before and right after each of its calls, each
// call fails, and each response is lost, one at a time. So are those of functions/grant.
func TestCrashMatrix(t *testing.T) {
	var mu sync.Mutex
	var engine []inprocess.Call
	clean := crash(t, nil, func(c inprocess.Call) inprocess.Fault {
		mu.Lock()
		defer mu.Unlock()
		if c.Function == "GrantFunction" {
			engine = append(engine, c)
		}
		return inprocess.None
	})
	if len(clean.made) < 40 || len(engine) < 20 {
		t.Fatalf("it makes only %d calls, and the engine %d", len(clean.made), len(engine))
	}
	ran, came, every := 0, 0, tally.Of(61, 13)
	for i, c := range clean.made {
		for _, f := range []fault{killBefore, killAfter, fail, lose} {
			if (i*4+int(f))%every != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s at %s %d", faultNames[f], c.kind, c.n), func(t *testing.T) {
				ran++
				came += min(crash(t, map[call]fault{c: f}, nil).fired, 1)
			})
		}
	}
	for i, c := range engine {
		for _, f := range []inprocess.Fault{inprocess.KillBefore, inprocess.KillAfter, inprocess.Throttle, inprocess.Fail, inprocess.Drop} {
			if (i*5+int(f))%every != 0 {
				continue
			}
			t.Run(fmt.Sprintf("engine: fault %d at %s %d", f, c.Operation, c.N), func(t *testing.T) {
				ran++
				fired := 0
				crash(t, nil, func(met inprocess.Call) inprocess.Fault {
					mu.Lock()
					defer mu.Unlock()
					if met != c {
						return inprocess.None
					}
					fired = 1
					return f
				})
				came += fired
			})
		}
	}
	if came < ran*3/4 {
		t.Errorf("of %d faults only %d came", ran, came)
	}
	tally.Report(t, "okta-group, crash matrix: %d cases run, %d faults came", ran, came)
}
