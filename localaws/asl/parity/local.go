package parity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// Local runs a case on this project's interpreter, behind the service that it
// is on this machine. Its time is a test's: all waits are over at once, and
// exact.
func Local(t *testing.T, c Case) Outcome {
	t.Helper()
	var o Outcome
	synctest.Test(t, func(t *testing.T) {
		defer time.Sleep(time.Hour) // functions that nobody waits for come to their end
		arn := func(function string) string { return "arn:aws:lambda:us-east-1:123456789012:function:" + function }
		i := &localFunctions{t: t, script: newScript(c, arn)}
		var lines logs
		s := stepfunctions.New(stepfunctions.Options{Invoker: i, Log: lines.add})
		defer s.Close()
		i.call = func(operation string, in map[string]any, out any) error { return inProcess(s, operation, in, out) }
		from := time.Now()
		definition, input := c.With(c.Definition, arn), c.With(c.Input, arn)
		var err error
		if c.Type == express {
			o, err = lines.runExpress(i.call, c, definition, input)
		} else {
			o, err = runStandard(t, s, i.call, c, definition, input)
		}
		if refused, ok := errors.AsType[*Refused](err); ok {
			o = Outcome{Refused: refused.Message}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		o.Took = time.Since(from)
	})
	return o
}

func runStandard(t *testing.T, s *stepfunctions.Service, call API, c Case, definition, input string) (Outcome, error) {
	execution, err := create(call, c, "machine", "Child", definition, input)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.Wait(t.Context(), execution); err != nil {
		return Outcome{}, err
	}
	var d described
	if err := call("DescribeExecution", map[string]any{"executionArn": execution}, &d); err != nil {
		return Outcome{}, err
	}
	return outcome(call, execution, d)
}

// Check runs a case with [Local] and reports what differs.
func Check(t *testing.T, c Case) {
	t.Helper()
	o := Local(t, c)
	if differs := o.Differs(c); differs != "" {
		t.Errorf("%s\nwant %s %v %v %s\ngot %+v", differs, c.Status, c.Output, c.Story(), c.States, o)
	}
	if c.Refused != "" && !strings.Contains(o.Refused, " at "+c.Refused) {
		t.Errorf("refused with %q, want a mistake at %s", o.Refused, c.Refused)
	}
	if c.Takes != nil && o.Took != time.Duration(*c.Takes*float64(time.Second)) {
		t.Errorf("it took %v, want %v s", o.Took, *c.Takes)
	}
}

// inProcess calls the service without a network.
func inProcess(s *stepfunctions.Service, operation string, in map[string]any, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("X-Amz-Target", stepfunctions.Target+operation)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return read(w.Code, w.Body.Bytes(), out)
}

// read reads the answer of an API.
func read(status int, body []byte, out any) error {
	if status != http.StatusOK {
		var refused struct {
			Type    string `json:"__type"`
			Message string
		}
		if err := json.Unmarshal(body, &refused); err != nil {
			return &Refused{http.StatusText(status), string(body)}
		}
		return &Refused{refused.Type, refused.Message}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(body, out)
}

var _ lambda.AsyncInvoker = (*localFunctions)(nil)

// localFunctions answers as a case has it.
type localFunctions struct {
	t      *testing.T
	script *script
	call   API
}

// InvokeAsync answers as if the function had been queued.
func (f *localFunctions) InvokeAsync(string, []byte) error { return nil }

// DryRun finds every function.
func (f *localFunctions) DryRun(string) error { return nil }

func (f *localFunctions) Invoke(_ context.Context, function string, payload []byte) (lambda.Result, error) {
	a := f.script.next(named(function))
	if a.Service == "ResourceNotFoundException" {
		f.t.Errorf("%s is called, and has no answer", function)
	}
	time.Sleep(seconds(a.After))
	go a.use(payload, f.call)
	switch {
	case a.Service != "":
		return lambda.Result{}, &lambda.ServiceError{Code: a.Service, Message: a.Cause}
	case a.Error != "":
		return lambda.Result{Payload: a.payload(payload), FunctionError: "Unhandled", ExecutedVersion: "$LATEST"}, nil
	}
	return lambda.Result{Payload: a.payload(payload), ExecutedVersion: "$LATEST"}, nil
}
