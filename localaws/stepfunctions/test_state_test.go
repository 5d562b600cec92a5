package stepfunctions_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// withoutPrefix keeps a client from putting "sync-" before the host, which only a
// name server of AWS knows.
func withoutPrefix(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("without prefix",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
		}), middleware.Before)
}

func TestTestState(t *testing.T) {
	c, _ := open(t)
	c = sfn.New(c.Options(), sfn.WithAPIOptions(withoutPrefix))
	call := func(function, more string) string {
		return `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"` + function + `","Payload.$":"$"}` + more + `,"Next":"On"}`
	}
	for name, tc := range map[string]struct{ definition, input, status, output, next, failure string }{
		"Pass":          {`{"Type":"Pass","Parameters":{"v.$":"$.a"},"End":true}`, `{"a":1}`, "SUCCEEDED", `{"v":1}`, "", ""},
		"Choice":        {`{"Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":1,"Next":"One"}],"Default":"Other"}`, `{"a":1}`, "SUCCEEDED", `{"a":1}`, "One", ""},
		"Fail":          {`{"Type":"Fail","Error":"Boom","Cause":"why"}`, `{}`, "FAILED", "", "", "Boom"},
		"Task":          {call("echo", `,"OutputPath":"$.Payload"`), `{"a":1}`, "SUCCEEDED", `{"a":1}`, "On", ""},
		"a failed Task": {call("fails", ""), `{}`, "FAILED", "", "", "Boom"},
		"retriable":     {call("fails", `,"Retry":[{"ErrorEquals":["Boom"]}],"Catch":[{"ErrorEquals":["Boom"],"Next":"C"}]`), `{}`, "RETRIABLE", "", "", "Boom"},
		"no retry":      {call("fails", `,"Retry":[{"ErrorEquals":["Boom"],"MaxAttempts":0},{"ErrorEquals":["States.ALL"]}]`), `{}`, "FAILED", "", "", "Boom"},
		"caught":        {call("fails", `,"Catch":[{"ErrorEquals":["Boom"],"ResultPath":"$.e","Next":"C"}]`), `{"a":1}`, "CAUGHT_ERROR", `"a":1`, "C", "Boom"},
		"not caught":    {call("echo", `,"OutputPath":"$.none","Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}]`), `{}`, "FAILED", "", "", "States.Runtime"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := c.TestState(t.Context(), &sfn.TestStateInput{Definition: &tc.definition, Input: &tc.input})
			if err != nil {
				t.Fatal(err)
			}
			if string(out.Status) != tc.status || aws.ToString(out.NextState) != tc.next || aws.ToString(out.Error) != tc.failure ||
				!strings.Contains(aws.ToString(out.Output), tc.output) {
				t.Errorf("got %s, output %s, next %s, error %s %s", out.Status, aws.ToString(out.Output), aws.ToString(out.NextState), aws.ToString(out.Error), aws.ToString(out.Cause))
			}
		})
	}
	for name, tc := range map[string]struct{ definition, want string }{
		"sns":     {`{"Type":"Task","Resource":"arn:aws:states:::sns:publish","End":true}`, "sns:publish is not implemented on this machine"},
		"Map":     {`{"Type":"Map","ItemProcessor":{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},"End":true}`, "A Map state cannot be tested"},
		"a token": {strings.Replace(call("echo", ""), "invoke", "invoke.waitForTaskToken", 1), "waits for a task token"},
		"no JSON": {`{`, "INVALID_JSON_DESCRIPTION"},
	} {
		var invalid *types.InvalidDefinition
		_, err := c.TestState(t.Context(), &sfn.TestStateInput{Definition: &tc.definition})
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
	_, err := c.TestState(t.Context(), &sfn.TestStateInput{Definition: aws.String(`{"Type":"Pass","End":true}`), InspectionLevel: types.InspectionLevelDebug})
	if err == nil || !strings.Contains(err.Error(), "inspectionLevel DEBUG is not implemented") {
		t.Errorf("DEBUG: got %v", err)
	}
}

// A test ends after five minutes, however long the state is.
func TestTestStateEnds(t *testing.T) {
	clock := clockwork.NewFakeClock()
	s := stepfunctions.New(stepfunctions.Options{Clock: clock})
	defer s.Close()
	done := make(chan map[string]any)
	go func() {
		done <- ask(t, s, "TestState", map[string]any{"definition": `{"Type":"Wait","Seconds":400,"End":true}`})
	}()
	if err := clock.BlockUntilContext(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	clock.Advance(5 * time.Minute)
	if out := <-done; out["status"] != "FAILED" || out["error"] != "States.Timeout" {
		t.Errorf("got %v", out)
	}
}
