package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// A process is started when it is needed, and used again.
func TestInvoke_ReusesProcess(t *testing.T) {
	s := newService(t, lambda.Options{})
	first := call(t, s, `{"do":"pid"}`)
	second := call(t, s, `{"do":"pid"}`)
	if string(first.Payload) != string(second.Payload) {
		t.Errorf("pids %s and %s, want one process", first.Payload, second.Payload)
	}
}

// OnInvoked receives the billed time of each invocation: from the event to the
// response, also if that is an error.
func TestInvoke_TellsHowLongItTook(t *testing.T) {
	told := make(chan lambda.Invoked, 2)
	s := newService(t, lambda.Options{OnInvoked: func(i lambda.Invoked) { told <- i }})
	call(t, s, `{"do":"sleep","size":150}`)
	if i := <-told; i.MemoryMB != 128 || i.Took < 150*time.Millisecond || i.Took > 5*time.Second {
		t.Errorf("told %+v of an invocation of 150 ms", i)
	}
	call(t, s, `{"do":"error","text":"no"}`)
	if i := <-told; i.Took <= 0 || i.Took > 5*time.Second {
		t.Errorf("told %+v of an error", i)
	}
}

// While one is busy, another process takes the next event.
func TestInvoke_MoreProcessesUnderLoad(t *testing.T) {
	s := newService(t, lambda.Options{})
	pids := make([]string, 4)
	var wg sync.WaitGroup
	for i := range pids {
		wg.Go(func() {
			pids[i] = string(call(t, s, `{"do":"sleep","size":300}`).Payload)
		})
	}
	wg.Wait()
	slices.Sort(pids)
	if n := len(slices.Compact(pids)); n != 4 {
		t.Errorf("%d processes for 4 events at once, want 4", n)
	}
}

// A caller receives the service's error for each way in which a function fails, and the
// next event finds a working process.
func TestInvoke_Failures(t *testing.T) {
	tests := []struct {
		name, payload string
		wantType      string
		wantMessage   string // "…" stands for the request id
	}{
		{"error", `{"do":"error","text":"no"}`, "errorString", "no"},
		{"typed error", `{"do":"typed","text":"r1"}`, "NotPending", "r1 is not pending"},
		{"panic", `{"do":"panic","text":"oops"}`, "string", "oops"},
		{"exit 1", `{"do":"exit","size":1}`, "Runtime.ExitError", "RequestId: … Error: Runtime exited with error: exit status 1"},
		{"exit 0", `{"do":"exit"}`, "Runtime.ExitError", "RequestId: … Error: Runtime exited without providing a reason"},
		{"hang", `{"do":"sleep","size":60000}`, "Sandbox.Timedout", "RequestId: … Error: Task timed out after 1.50 seconds"},
		{"too large", `{"do":"big","size":6300000}`, "Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (6291556 bytes)."},
	}
	s := newService(t, lambda.Options{}, func(f *lambda.Function) { f.Timeout = 1500 * time.Millisecond })
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			gotType, gotMessage := errorOf(t, call(t, s, tt.payload))
			before, after, _ := strings.Cut(tt.wantMessage, "…")
			if gotType != tt.wantType || !strings.HasPrefix(gotMessage, before) || !strings.HasSuffix(gotMessage, after) {
				t.Errorf("got %s %q, want %s %q", gotType, gotMessage, tt.wantType, tt.wantMessage)
			}
			if r := call(t, s, `{"do":"echo","text":"still here"}`); string(r.Payload) != `"still here"` {
				t.Errorf("the next event got %s", r.Payload)
			}
		})
	}
}

// A function that can't start returns the reason to its caller; once it can, it works.
func TestInvoke_InitFailures(t *testing.T) {
	t.Run("exit", func(t *testing.T) {
		log := &syncBuffer{}
		s := newService(t, lambda.Options{Log: log}, func(f *lambda.Function) { f.Environment = map[string]string{"INIT": "exit"} })
		gotType, message := errorOf(t, call(t, s, `{}`))
		if gotType != "Runtime.ExitError" || !strings.HasSuffix(message, "Error: Runtime exited with error: exit status 3") {
			t.Errorf("got %s %q", gotType, message)
		}
		eventually(t, "its last words in the log", func() bool { return strings.Contains(log.String(), "fixture | no configuration\n") })
	})
	t.Run("recovers", func(t *testing.T) {
		flag := filepath.Join(t.TempDir(), "flag")
		s := newService(t, lambda.Options{}, func(f *lambda.Function) {
			f.Environment = map[string]string{"INIT": "once", "FLAG": flag}
		})
		if gotType, _ := errorOf(t, call(t, s, `{}`)); gotType != "Runtime.ExitError" {
			t.Errorf("first: %s", gotType)
		}
		if r := call(t, s, `{"do":"echo","text":"up"}`); string(r.Payload) != `"up"` {
			t.Errorf("second: %s", r.Payload)
		}
	})
	t.Run("binary gone", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "bootstrap")
		if err := os.WriteFile(path, []byte("not a program"), 0o755); err != nil {
			t.Fatal(err)
		}
		s := newService(t, lambda.Options{}, func(f *lambda.Function) { f.Command = path })
		if gotType, message := errorOf(t, call(t, s, `{}`)); gotType != "Runtime.InvalidEntrypoint" {
			t.Errorf("got %s %q, want Runtime.InvalidEntrypoint", gotType, message)
		}
	})
}

// Beyond its reserved concurrency a function is throttled at once; without one,
// after a while in the queue.
func TestInvoke_Throttled(t *testing.T) {
	for name, tt := range map[string]struct {
		reserved int
		opts     lambda.Options
	}{
		"reserved": {1, lambda.Options{QueueWait: time.Hour}},
		"queue":    {0, lambda.Options{Concurrency: 1, QueueWait: 50 * time.Millisecond}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, tt.opts, func(f *lambda.Function) { f.Reserved = tt.reserved })
			call(t, s, `{"do":"pid"}`)
			done := make(chan struct{})
			go func() {
				defer close(done)
				for { // the poll below may be first
					if _, err := s.Invoke(context.Background(), "fixture", []byte(`{"do":"sleep","size":1000}`)); err == nil {
						return
					}
				}
			}()
			eventually(t, "TooManyRequestsException", func() bool {
				_, err := s.Invoke(context.Background(), "fixture", []byte(`{"do":"pid"}`))
				var told *lambda.ServiceError
				return errors.As(err, &told) && told.Code == "TooManyRequestsException"
			})
			<-done
			if r := call(t, s, `{"do":"echo","text":"free"}`); string(r.Payload) != `"free"` {
				t.Errorf("afterwards: %s", r.Payload)
			}
		})
	}
}

// Close leaves no process, not even those that functions started.
func TestClose_LeavesNoProcess(t *testing.T) {
	s := newService(t, lambda.Options{})
	var pids []int
	if err := json.Unmarshal(call(t, s, `{"do":"child"}`).Payload, &pids); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids {
		eventually(t, "process gone", func() bool { return !alive(pid) })
	}
	if _, err := s.Invoke(context.Background(), "fixture", nil); err == nil {
		t.Error("Invoke after Close succeeded")
	}
}

// alive reports whether pid runs; a zombie that waits for init doesn't.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

// The answer of a function whose caller went away is dropped; the process
// serves the next event.
func TestInvoke_CallerGone(t *testing.T) {
	s := newService(t, lambda.Options{Concurrency: 1})
	call(t, s, `{"do":"pid"}`)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Invoke(ctx, "fixture", []byte(`{"do":"sleep","size":300}`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v, want the caller's deadline", err)
	}
	if r := call(t, s, `{"do":"echo","text":"next"}`); string(r.Payload) != `"next"` {
		t.Errorf("next event got %s", r.Payload)
	}
}
