package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// fixture is the path of the compiled testdata/fixture.
var fixture string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "lambda")
	if err != nil {
		panic(err)
	}
	fixture = filepath.Join(dir, "bootstrap")
	build := exec.Command("go", "build", "-o", fixture, "./testdata/fixture")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build fixture: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// newService starts a Lambda with one function "fixture", changed by the
// given edits.
func newService(t testing.TB, opts lambda.Options, edits ...func(*lambda.Function)) *lambda.Service {
	t.Helper()
	opts.Region, opts.AccountID = "eu-central-1", "123456789012"
	s, err := lambda.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	f := lambda.Function{Name: "fixture", LogicalID: "FixtureFunction", Command: fixture, Timeout: 10 * time.Second, Aliases: []string{"live"}}
	for _, edit := range edits {
		edit(&f)
	}
	if err := s.Register(f); err != nil {
		t.Fatal(err)
	}
	return s
}

// call invokes "fixture" and returns the result; a service error fails the test.
func call(t testing.TB, s *lambda.Service, payload string) lambda.Result {
	t.Helper()
	r, err := s.Invoke(context.Background(), "fixture", []byte(payload))
	if err != nil {
		t.Fatalf("Invoke(%s): %v", payload, err)
	}
	return r
}

// errorOf decodes the error document of a failed invocation.
func errorOf(t testing.TB, r lambda.Result) (errorType, message string) {
	t.Helper()
	var doc struct{ ErrorType, ErrorMessage string }
	if r.FunctionError != "Unhandled" {
		t.Fatalf("FunctionError = %q, want Unhandled; payload %s", r.FunctionError, r.Payload)
	}
	if err := json.Unmarshal(r.Payload, &doc); err != nil {
		t.Fatalf("error document %s: %v", r.Payload, err)
	}
	return doc.ErrorType, doc.ErrorMessage
}

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// eventually polls until ok, and fails after 10 s.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within 10 s: %s", what)
}
