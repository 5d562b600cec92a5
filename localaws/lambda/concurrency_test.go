package lambda_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// holding is a function that answers when it is let go.
type holding struct{ running, free chan struct{} }

func newHolding() holding { return holding{make(chan struct{}, 100), make(chan struct{})} }

func (h holding) run(ctx context.Context, payload []byte) ([]byte, error) {
	h.running <- struct{}{}
	select {
	case <-h.free:
	case <-ctx.Done():
	}
	return payload, nil
}

// Functions share what their account may run at once, but for one that reserves
// its own.
func TestAccountConcurrency(t *testing.T) {
	h, own := newHolding(), newHolding()
	s := newService(t, lambda.Options{AccountConcurrency: 102}, func(f *lambda.Function) { f.InProcess = h.run })
	register := func(name string, reserved int, run lambda.InProcess) error {
		return s.Register(lambda.Function{Name: name, Reserved: reserved, InProcess: run})
	}
	if err := register("own", 2, own.run); err != nil {
		t.Fatal(err)
	}
	if err := register("more", 1, own.run); err == nil || !strings.Contains(err.Error(), "below its minimum value of [100]") {
		t.Errorf("101 are to be reserved of 102: %v", err)
	}
	if err := register("other", 0, h.run); err != nil {
		t.Fatal(err)
	}
	var ended atomic.Int32
	start := func(name string, h holding) {
		go func() {
			if _, err := s.Invoke(context.Background(), name, []byte(`{}`)); err == nil {
				ended.Add(1)
			}
		}()
		<-h.running
	}
	for range 50 {
		start("fixture", h)
		start("other", h)
	}
	throttled := func(name string) (status int, reason string) {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, lambda.APIPath+name+"/invocations", strings.NewReader("{}")))
		_, rest, _ := strings.Cut(w.Body.String(), `"Reason":"`)
		reason, _, _ = strings.Cut(rest, `"`)
		return w.Code, reason
	}
	for _, name := range []string{"fixture", "other"} {
		if status, reason := throttled(name); status != 429 || reason != "ConcurrentInvocationLimitExceeded" {
			t.Errorf("%s: %d %s", name, status, reason)
		}
	}
	start("own", own)
	start("own", own)
	if status, reason := throttled("own"); status != 429 || reason != "ReservedFunctionConcurrentInvocationLimitExceeded" {
		t.Errorf("own: %d %s", status, reason)
	}
	close(own.free)
	close(h.free)
	eventually(t, "all end", func() bool { return ended.Load() == 102 })
	if _, err := s.Invoke(t.Context(), "other", []byte(`{}`)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// However an invocation of a process ends, it leaves the account's count.
func TestAccountConcurrency_OfProcesses(t *testing.T) {
	s := newService(t, lambda.Options{AccountConcurrency: 1}, func(f *lambda.Function) { f.Timeout = time.Second })
	for _, payload := range []string{`{"do":"echo"}`, `{"do":"exit"}`, `{"do":"sleep","size":5000}`, `{"do":"echo"}`} {
		if _, err := s.Invoke(t.Context(), "fixture", []byte(payload)); err != nil {
			t.Errorf("%s: %v", payload, err)
		}
	}
}

// An asynchronous event that is throttled waits 1 s, then twice as long each time,
// and its function still fails three times before it is dropped.
func TestInvokeAsync_Throttled(t *testing.T) {
	clock := clockwork.NewFakeClock()
	h := newHolding()
	s := newService(t, lambda.Options{Clock: clock, AccountConcurrency: 1}, func(f *lambda.Function) { f.InProcess = h.run })
	var attempts atomic.Int32
	err := s.Register(lambda.Function{Name: "async", InProcess: func(context.Context, []byte) ([]byte, error) {
		attempts.Add(1)
		return nil, context.DeadlineExceeded
	}})
	if err != nil {
		t.Fatal(err)
	}
	go s.Invoke(context.Background(), "fixture", []byte(`{}`))
	<-h.running
	if err := s.InvokeAsync("async", []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	wait := func(pause time.Duration) {
		t.Helper()
		if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		clock.Advance(pause)
	}
	for _, seconds := range []int{1, 2, 4, 8} {
		wait(time.Duration(seconds) * time.Second)
	}
	if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if got := attempts.Load(); got != 0 {
		t.Errorf("%d attempts got through", got)
	}
	close(h.free)
	eventually(t, "the account is free", func() bool {
		_, err := s.Invoke(context.Background(), "fixture", []byte(`{}`))
		return err == nil
	})
	wait(16 * time.Second)
	wait(time.Minute)
	wait(2 * time.Minute)
	eventually(t, "three attempts", func() bool { return attempts.Load() == 3 })
}
