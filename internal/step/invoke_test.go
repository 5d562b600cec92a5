package step_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// invoked returns what comes of one invocation, and the line it logs.
func invoked(t *testing.T, f step.Frame, do func(*step.Line) (string, error)) (response string, line map[string]any, err error) {
	t.Helper()
	var log bytes.Buffer
	f.Log, f.Done, f.Failed = slog.New(slog.NewJSONHandler(&log, nil)), "done", "failed"
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	response, err = step.Invoke(ctx, f, do)
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Fatalf("%d lines, want 1: %s", n, log.String())
	}
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if _, there := line["took_ms"].(float64); !there || line["request_id"] != "request-1" {
		t.Errorf("the line doesn't name the invocation and its time: %v", line)
	}
	return response, line, err
}

func TestInvokeLogsOneLine(t *testing.T) {
	response, line, err := invoked(t, step.Frame{}, func(l *step.Line) (string, error) { l.Add("run_id", "r"); return "yes", nil })
	if response != "yes" || err != nil || line["msg"] != "done" || line["level"] != "INFO" || line["run_id"] != "r" {
		t.Errorf("got %q, %v, %v", response, err, line)
	}
	_, line, _ = invoked(t, step.Frame{}, func(l *step.Line) (string, error) { l.Say(slog.LevelError, "found"); return "", nil })
	if line["msg"] != "found" || line["level"] != "ERROR" {
		t.Errorf("got %v, want what the function said", line)
	}
}

func TestInvokeFails(t *testing.T) {
	fails := func(*step.Line) (string, error) { return "", errors.New("throttled for ada@example.com") }
	_, line, err := invoked(t, step.Frame{Edge: step.Bare}, fails)
	if !errors.As(err, new(step.Unavailable)) || line["msg"] != "failed" || line["level"] != "ERROR" || line["type"] != "step.Unavailable" || line["error"] == nil {
		t.Errorf("got %v, %v", err, line)
	}
	if _, line, _ = invoked(t, step.Frame{Private: true}, fails); line["error"] != nil || line["type"] == nil {
		t.Errorf("got %v, want no text of the error", line)
	}
}

func TestAPanicIsUnavailable(t *testing.T) {
	response, line, err := invoked(t, step.Frame{Edge: step.Bare}, func(*step.Line) (string, error) { panic("a defect") })
	if !errors.As(err, new(step.Unavailable)) || !strings.Contains(err.Error(), "a defect") || response != "" {
		t.Errorf("got %q, %v", response, err)
	}
	if stack, _ := line["stack"].(string); !strings.Contains(stack, "invoke_test.go") || line["level"] != "ERROR" {
		t.Errorf("the line doesn't say where: %v", line)
	}
}

func TestBare(t *testing.T) {
	for _, want := range []error{step.Refused("no"), step.Unable("no"), step.Later("no"), step.Unavailable("no"), step.UnknownVersion("no")} {
		if got := step.Bare(fmt.Errorf("load: %w", want)); got != want {
			t.Errorf("got %T %v, want %T", got, got, want)
		}
	}
	if got, want := step.Bare(context.DeadlineExceeded), step.Unavailable("context deadline exceeded"); got != want {
		t.Errorf("got %T %v, want %T", got, got, want)
	}
}

func TestDefaults(t *testing.T) {
	var now func() time.Time
	var log *slog.Logger
	step.Defaults(&now, &log)
	if now == nil || log == nil {
		t.Fatal("no clock or no log")
	}
	then := func() time.Time { return entered }
	now, log = then, slog.New(slog.DiscardHandler)
	given := log
	step.Defaults(&now, &log)
	if !now().Equal(entered) || log != given {
		t.Error("what was given is replaced")
	}
}
