package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
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

// An event that failed for good goes to the destination of failures, in the form
// of https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html.
func TestInvokeAsync_OnFailure(t *testing.T) {
	clock := clockwork.NewFakeClock()
	sent := make(chan [2]string, 1)
	s := newService(t, lambda.Options{Clock: clock, SendFailed: func(to, record string) bool { sent <- [2]string{to, record}; return true }}, func(f *lambda.Function) {
		f.Async = &lambda.Async{MaxRetries: 2, MaxAge: 6 * time.Hour, OnFailure: "arn:aws:sqs:us-east-1:123456789012:failures"}
		f.InProcess = func(context.Context, []byte) ([]byte, error) { return nil, errors.New("no") }
	})
	if err := s.InvokeAsync("fixture", []byte(`{"detail":1}`)); err != nil {
		t.Fatal(err)
	}
	for _, pause := range []time.Duration{time.Minute, 2 * time.Minute} {
		clock.BlockUntilContext(t.Context(), 1)
		clock.Advance(pause)
	}
	got := <-sent
	var record struct {
		Version        string
		RequestContext struct {
			FunctionArn, Condition string
			ApproximateInvokeCount int
		}
		RequestPayload  json.RawMessage
		ResponseContext struct{ FunctionError string }
		ResponsePayload struct{ ErrorMessage string }
	}
	if err := json.Unmarshal([]byte(got[1]), &record); err != nil {
		t.Fatal(err)
	}
	c := record.RequestContext
	if got[0] != "arn:aws:sqs:us-east-1:123456789012:failures" || record.Version != "1.0" || string(record.RequestPayload) != `{"detail":1}` || record.ResponsePayload.ErrorMessage != "no" ||
		!strings.HasSuffix(c.FunctionArn, ":function:fixture:$LATEST") || c.Condition != "RetriesExhausted" || c.ApproximateInvokeCount != 3 || record.ResponseContext.FunctionError == "" {
		t.Errorf("sent %v", got)
	}
}

// A function's own configuration bounds the retries.
func TestInvokeAsync_Configured(t *testing.T) {
	sent := make(chan string, 1)
	s := newService(t, lambda.Options{SendFailed: func(_, record string) bool { sent <- record; return true }}, func(f *lambda.Function) {
		f.Async = &lambda.Async{MaxAge: time.Hour, OnFailure: "arn:aws:sqs:us-east-1:123456789012:failures"}
		f.InProcess = func(context.Context, []byte) ([]byte, error) { return nil, errors.New("no") }
	})
	if err := s.InvokeAsync("fixture", []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if record := <-sent; !strings.Contains(record, `"approximateInvokeCount":1`) {
		t.Errorf("with no retries: %s", record)
	}
}

// A failed asynchronous event is retried after one minute and after two more, then
// dropped.
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
