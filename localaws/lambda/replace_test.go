package lambda_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// packaged returns a folder with the fixture, and a file that makes it another version.
func packaged(t testing.TB, mark string) string {
	t.Helper()
	dir := write(t, map[string]string{"mark": mark})
	if err := os.Link(fixture, filepath.Join(dir, "bootstrap")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// replaced returns "fixture" with its code in a folder.
func replaced(dir string) lambda.Function {
	return lambda.Function{Name: "fixture", LogicalID: "FixtureFunction", Command: filepath.Join(dir, "bootstrap"), Timeout: 10 * time.Second, Aliases: []string{"live"}}
}

func inFolder(dir string) func(*lambda.Function) {
	return func(f *lambda.Function) { *f = replaced(dir) }
}

// What runs ends on the old version; what comes next is on the new one.
func TestReplace(t *testing.T) {
	before, after := packaged(t, "before"), packaged(t, "after")
	s := newService(t, lambda.Options{}, inFolder(before))
	oldVersion, _ := s.Version("fixture")
	call(t, s, `{"do":"pid"}`)
	running := make(chan lambda.Result, 1)
	go func() {
		r, err := s.Invoke(context.Background(), "fixture:live", []byte(`{"do":"sleep","size":700}`))
		if err != nil {
			t.Error(err)
		}
		running <- r
	}()
	time.Sleep(100 * time.Millisecond) // it runs
	checked := false
	err := s.Replace(t.Context(), func(i lambda.Invoker) error {
		checked = true
		if _, err := i.Invoke(t.Context(), "other", nil); err == nil {
			t.Error("a check invokes what is not replaced")
		}
		r, err := i.Invoke(t.Context(), "fixture:live", []byte(`{"do":"dir"}`))
		if err != nil || string(r.Payload) != fmt.Sprintf("%q", after) {
			t.Errorf("the check got %s, %v", r.Payload, err)
		}
		return nil
	}, replaced(after))
	if err != nil || !checked {
		t.Fatalf("checked %v: %v", checked, err)
	}
	if r := call(t, s, `{"do":"dir"}`); string(r.Payload) != fmt.Sprintf("%q", after) {
		t.Errorf("after the replacement: %s", r.Payload)
	}
	newVersion, _ := s.Version("fixture")
	if r := <-running; r.FunctionError != "" || r.ExecutedVersion != oldVersion || newVersion == oldVersion {
		t.Errorf("what ran: %+v, want version %s and a new one", r, oldVersion)
	}
	var pid int
	fmt.Sscan(string(call(t, s, `{"do":"pid"}`).Payload), &pid)
	if !alive(pid) {
		t.Error("the new version's process is gone")
	}
}

// The processes of the old version end, idle ones at once.
func TestReplace_EndsOldProcesses(t *testing.T) {
	s := newService(t, lambda.Options{}, inFolder(packaged(t, "before")))
	var idle, busy int
	done := make(chan struct{})
	go func() {
		defer close(done)
		fmt.Sscan(string(call(t, s, `{"do":"sleep","size":600}`).Payload), &busy)
	}()
	time.Sleep(100 * time.Millisecond)
	fmt.Sscan(string(call(t, s, `{"do":"pid"}`).Payload), &idle)
	if err := s.Replace(t.Context(), nil, replaced(packaged(t, "after"))); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the idle process is gone", func() bool { return !alive(idle) })
	<-done
	eventually(t, "the busy process is gone", func() bool { return !alive(busy) })
}

// A new version that doesn't start, or fails its check, replaces nothing, and leaves no
// process.
func TestReplace_KeepsTheOld(t *testing.T) {
	s := newService(t, lambda.Options{}, inFolder(packaged(t, "before")))
	version, _ := s.Version("fixture")
	broken := replaced(packaged(t, "after"))
	broken.Environment = map[string]string{"INIT": "exit"}
	var failed *lambda.InitError
	if err := s.Replace(t.Context(), nil, broken); !errors.As(err, &failed) || failed.Type != "Runtime.ExitError" || failed.Function != "fixture" {
		t.Errorf("a function that exits: %v", err)
	}
	hangs := replaced(packaged(t, "hangs"))
	hangs.Environment = map[string]string{"INIT": "hang"}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := s.Replace(ctx, nil, hangs); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a function that hangs: %v", err)
	}
	refused := errors.New("no such flow")
	pid := 0
	err := s.Replace(t.Context(), func(i lambda.Invoker) error {
		r, err := i.Invoke(t.Context(), "fixture", []byte(`{"do":"pid"}`))
		fmt.Sscan(string(r.Payload), &pid)
		return errors.Join(err, refused)
	}, replaced(packaged(t, "refused")))
	if !errors.Is(err, refused) {
		t.Errorf("a refused function: %v", err)
	}
	eventually(t, "its process is gone", func() bool { return pid != 0 && !alive(pid) })
	other := replaced(packaged(t, "other"))
	other.Name = "other"
	if err := s.Replace(t.Context(), nil, replaced(packaged(t, "good")), other); err == nil || !strings.Contains(err.Error(), "function other can't be replaced") {
		t.Errorf("an unknown function: %v", err)
	}
	if got, _ := s.Version("fixture"); got != version {
		t.Errorf("version %s, want %s still", got, version)
	}
	if r := call(t, s, `{"do":"echo","text":"still here"}`); string(r.Payload) != `"still here"` {
		t.Errorf("got %s", r.Payload)
	}
}

// No invocation is lost or fails, however often a function is replaced under load.
func TestReplace_UnderLoad(t *testing.T) {
	dirs := []string{packaged(t, "a"), packaged(t, "b")}
	s := newService(t, lambda.Options{Concurrency: 4}, inFolder(dirs[0]))
	stop := make(chan struct{})
	var done atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				r, err := s.Invoke(context.Background(), "fixture:live", []byte(fmt.Sprintf(`{"do":"sleep","size":%d}`, i)))
				if err != nil || r.FunctionError != "" {
					t.Errorf("%v %s", err, r.Payload)
					return
				}
				done.Add(1)
			}
		})
	}
	for i := 0; i < 12 || done.Load() < 100; i++ {
		if err := s.Replace(t.Context(), nil, replaced(dirs[(i+1)%2])); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}

// A managed function is replaced with its files alone.
func TestReplace_Managed(t *testing.T) {
	eachRuntime(t, func(t *testing.T, runtime string) {
		s := newService(t, lambda.Options{}, managedFunction(runtime, write(t, source[runtime])))
		f := lambda.Function{Name: "fixture", Aliases: []string{"live"}, Runtime: runtime, Handler: "handler.handler", TaskRoot: write(t, map[string]string{
			"handler.py": "def handler(event, context): return 'new'", "handler.mjs": "export const handler = async () => 'new';",
		})}
		if err := s.Replace(t.Context(), nil, f); err != nil {
			t.Fatal(err)
		}
		if r := call(t, s, `{}`); string(r.Payload) != `"new"` {
			t.Errorf("got %s", r.Payload)
		}
		f.TaskRoot = write(t, map[string]string{"handler.py": "def handler(:", "handler.mjs": "export const = 1"})
		var failed *lambda.InitError
		if err := s.Replace(t.Context(), nil, f); !errors.As(err, &failed) || failed.Type != "Runtime.UserCodeSyntaxError" {
			t.Errorf("a syntax error: %v", err)
		}
	})
}
