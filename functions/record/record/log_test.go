package record_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// logged has a handler do one request, and returns the line it logs.
func logged(t *testing.T, f *fakes, req step.RecordRequest) (line map[string]any, raw string, err error) {
	t.Helper()
	var b bytes.Buffer
	h := record.New(record.Deps{
		Store: f, Bus: f, Waker: f, Now: func() time.Time { return start.Add(time.Second) }, Log: slog.New(slog.NewJSONHandler(&b, nil)),
	})
	_, err = h.Handle(lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"}), req)
	if n := strings.Count(b.String(), "\n"); n != 1 {
		t.Fatalf("%d lines, want 1: %s", n, b.String())
	}
	if err := json.Unmarshal(b.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	return line, b.String(), err
}

func TestOneLineAStep(t *testing.T) {
	f := newFakes(t)
	line, _, err := logged(t, f, f.step(1, approve))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{
		"level": "INFO", "operation": "decide", "step": "Record", "request_id": "request-1", "run_id": f.rec.Run.ID,
		"flow": "f", "next": "Approved", "status": "approved",
	} {
		if line[key] != want {
			t.Errorf("%s is %v, want %v", key, line[key], want)
		}
	}
	if _, there := line["took_ms"].(float64); !there {
		t.Errorf("took_ms is %v", line["took_ms"])
	}
}

// secret is in whatever may not be logged.
const secret = "hunter2"

func TestNothingSecretIsLoggedOrAnswered(t *testing.T) {
	quotes := errors.New("1 validation error detected: Value '" + secret + "' at 'taskToken' failed to satisfy constraint")
	for name, change := range map[string]func(*fakes){
		"all is well":          func(*fakes) {},
		"AWS quotes the token": func(f *fakes) { f.fail["wake"] = quotes },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakes(t)
			if _, err := f.handler().Handle(t.Context(), f.step(1, toPeople)); err != nil {
				t.Fatal(err)
			}
			f.rec.Run.Reason = secret
			f.rec.Run.Fields = map[string]json.RawMessage{"a": json.RawMessage(`"` + secret + `"`)}
			f.rec.Acts = []run.Act{{ID: run.NewID(start), Event: run.Approve, Person: run.Person{ID: "root@example.com"}, At: start, Reason: secret}}
			change(f)
			park := f.step(2, "")
			park.Operation, park.Step.State, park.Token = "park", "Review", secret
			_, raw, err := logged(t, f, park)
			if strings.Contains(raw, secret) {
				t.Errorf("logged: %s", raw)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("answered: %v", err)
			}
			if wantErr := f.fail["wake"] != nil; (err != nil) != wantErr {
				t.Errorf("got %v", err)
			}
		})
	}
}

// panics stands for a defect.
type panics struct{ *fakes }

func (panics) LoadAll(context.Context, string) (store.Record, error) { panic("a defect") }

func TestAPanicIsUnavailable(t *testing.T) {
	f := newFakes(t)
	var b bytes.Buffer
	h := record.New(record.Deps{Store: panics{f}, Bus: f, Waker: f, Log: slog.New(slog.NewJSONHandler(&b, nil))})
	answer, err := h.Handle(t.Context(), f.step(1, approve))
	if err == nil || reflect.TypeOf(err).Name() != "Unavailable" || answer != nil {
		t.Errorf("got %v, %T %v; want Unavailable", answer, err, err)
	}
	if !strings.Contains(b.String(), "log_test.go") {
		t.Errorf("the log does not say where: %s", b.String())
	}
}
