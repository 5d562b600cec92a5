package lambda_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// A process that nobody here started serves a function by its name, over a port
// of its own or over a path; after it ends the function is not found.
func TestAttach(t *testing.T) {
	s := newService(t, lambda.Options{})
	port, err := s.Attach("own-port", 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, addr := range map[string]string{
		"own-port": port,
		"by-path":  s.AttachAddr("by-path"),
	} {
		t.Run(name, func(t *testing.T) {
			if code := codeOf(s, name); code != "ResourceNotFoundException" {
				t.Errorf("before anyone attached: %q, want ResourceNotFoundException", code)
			}
			cmd := exec.Command(fixture)
			cmd.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+addr)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Process.Kill()
			var r lambda.Result
			eventually(t, "an answer", func() bool {
				r, err = s.Invoke(context.Background(), "arn:aws:lambda:eu-west-1:999999999999:function:"+name, []byte(`{"do":"echo","text":"hi"}`))
				return err == nil
			})
			if string(r.Payload) != `"hi"` || r.ExecutedVersion != "$LATEST" {
				t.Errorf("got %s version %q", r.Payload, r.ExecutedVersion)
			}
			if gotType, _ := errorOf(t, must(t, s, name, `{"do":"typed","text":"x"}`)); gotType != "NotPending" {
				t.Errorf("error type %q, want NotPending", gotType)
			}
			cmd.Process.Kill()
			cmd.Wait()
			eventually(t, "not found any more", func() bool { return codeOf(s, name) == "ResourceNotFoundException" })
		})
	}
}

// Who invokes strategies puts the stack's name before the name that flows.yaml has.
// A process attaches by the name in flows.yaml, as for hooks.
func TestAttach_FoundUnderTheStacksPrefix(t *testing.T) {
	s := newService(t, lambda.Options{OwnPrefix: "stack-"})
	cmd := exec.Command(fixture)
	cmd.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+s.AttachAddr("mine"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	eventually(t, "an answer", func() bool {
		r, err := s.Invoke(context.Background(), "stack-mine", []byte(`{"do":"echo","text":"hi"}`))
		return err == nil && string(r.Payload) == `"hi"`
	})
	if code := codeOf(s, "stack-fixture"); code != "ResourceNotFoundException" {
		t.Errorf("one of the stack's own functions under a second prefix: %q, want ResourceNotFoundException", code)
	}
}

// Nothing attaches as one of the stack's own functions.
func TestAttach_OwnFunctionRefused(t *testing.T) {
	s := newService(t, lambda.Options{})
	if _, err := s.Attach("fixture", 0); err == nil {
		t.Error("Attach of the stack's own function succeeded")
	}
	cmd := exec.Command(fixture)
	cmd.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+s.AttachAddr("fixture"))
	if err := cmd.Run(); err == nil {
		t.Error("a process attached as the stack's own function by path")
	}
}

func must(t *testing.T, s *lambda.Service, name, payload string) lambda.Result {
	t.Helper()
	r, err := s.Invoke(context.Background(), name, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// codeOf is the service error of an invocation, "" when it went through or was
// given up.
func codeOf(s *lambda.Service, name string) string {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.Invoke(ctx, name, []byte(`{"do":"pid"}`))
	var told *lambda.ServiceError
	if errors.As(err, &told) {
		return told.Code
	}
	return ""
}
