package lambda_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/internal/local/lambda"
)

// A function in this process fails in the same words as one with Go's runtime
// client.
func TestInProcess(t *testing.T) {
	s := newService(t, lambda.Options{}, func(f *lambda.Function) {
		f.Timeout = 100 * time.Millisecond
		f.InProcess = func(ctx context.Context, payload []byte) ([]byte, error) {
			switch string(payload) {
			case `"wrapped"`:
				return nil, fmt.Errorf("more: %w", io.EOF)
			case `"plain"`:
				return nil, errors.New("no")
			case `"panic"`:
				panic("oops")
			case `"hang"`:
				<-ctx.Done()
			}
			return payload, nil
		}
	})
	if r := call(t, s, `"echo"`); string(r.Payload) != `"echo"` || r.ExecutedVersion != "$LATEST" {
		t.Errorf("got %s version %q", r.Payload, r.ExecutedVersion)
	}
	for payload, want := range map[string]string{
		`"wrapped"`: "wrapError", `"plain"`: "errorString", `"panic"`: "string", `"hang"`: "Sandbox.Timedout",
	} {
		if got, message := errorOf(t, call(t, s, payload)); got != want {
			t.Errorf("%s: %s %q, want %s", payload, got, message, want)
		}
	}
}

// A failed asynchronous event is tried again after one minute and after two
// more, then dropped.
func TestInvokeAsync_Retries(t *testing.T) {
	clock := clockwork.NewFakeClock()
	log := &syncBuffer{}
	var attempts atomic.Int32
	s := newService(t, lambda.Options{Clock: clock, Log: log}, func(f *lambda.Function) {
		f.InProcess = func(context.Context, []byte) ([]byte, error) {
			attempts.Add(1)
			return nil, errors.New("no")
		}
	})
	if err := s.InvokeAsync("fixture", []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	clock.BlockUntilContext(t.Context(), 1)
	if got := attempts.Load(); got != 1 {
		t.Errorf("%d attempts before the first pause, want 1", got)
	}
	clock.Advance(time.Minute)
	clock.BlockUntilContext(t.Context(), 1)
	clock.Advance(2*time.Minute - time.Second)
	if got := attempts.Load(); got != 2 {
		t.Errorf("%d attempts before the second pause is over, want 2", got)
	}
	clock.Advance(time.Second)
	eventually(t, "dropped after the third", func() bool { return attempts.Load() == 3 && log.String() != "" })
	if err := s.InvokeAsync("nobody", nil); err == nil {
		t.Error("an event for an unknown function was accepted")
	}
}
