package stepfn

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Caught is an error that the state machine caught.
type Caught struct {
	Error string `json:"Error"`
	Cause string `json:"Cause"`
}

// Failure returns what the engine needs to know of an error that was caught
// before a step of the run: of its hook, or of its access. nil stays nil.
func Failure(r *run.Run, c *Caught) *engine.Failure {
	if r.Engine.Next == run.NextHook {
		return HookFailure(c, r.Flow.HookTimeoutSeconds)
	}
	return GrantFailure(c)
}

// HookFailure is [Failure] for a hook function with a time limit.
func HookFailure(c *Caught, timeoutSeconds int) *engine.Failure {
	if c == nil {
		return nil
	}
	return &engine.Failure{Text: c.explainHook(timeoutSeconds), Raised: c.raised()}
}

// GrantFailure is [Failure] for functions/grant.
func GrantFailure(c *Caught) *engine.Failure {
	if c == nil {
		return nil
	}
	return &engine.Failure{
		Text: c.explainGrant(), Busy: c.Error == "Later",
		Final: slices.Contains([]string{"Unable", "Refused", "States.DataLimitExceeded"}, c.Error),
	}
}

// FunctionFailed returns what a function that failed says of it, in words that
// follow the hook's name; its type and stack are for its own log.
func FunctionFailed(payload []byte) string {
	c := Caught{Cause: string(payload)}
	if c.payload().Message == "" {
		return "failed without saying why"
	}
	return c.explainHook(hookapi.PrefetchSeconds)
}

// explainHook says, for people and a hook's author, why a hook failed.
// The function's own message comes first: it may give its error any name, also
// one that Step Functions and Lambda have for theirs.
func (c Caught) explainHook(timeoutSeconds int) string {
	if payload := c.payload(); payload.Message != "" {
		if payload.Type == "Sandbox.Timedout" {
			return fmt.Sprintf("did not respond: %s", run.ClipError(payload.Message))
		}
		return fmt.Sprintf("failed: %s", run.ClipError(payload.Message))
	}
	if c.notRun() {
		return fmt.Sprintf("could not be invoked: AWS Lambda had no capacity for it: %s: %s", c.Error, run.ClipError(c.Cause))
	}
	switch c.Error {
	case "States.Timeout":
		return fmt.Sprintf("did not respond within its time limit (%d s a hook)", timeoutSeconds)
	case "States.DataLimitExceeded":
		return "returned more than the 256 KiB that Step Functions carries"
	case "Lambda.ResourceNotFoundException":
		return "could not be invoked: the hook function does not exist: " + run.ClipError(c.Cause)
	}
	if c.Cause == "" {
		return fmt.Sprintf("failed: %s", c.Error)
	}
	return fmt.Sprintf("failed: %s: %s", c.Error, run.ClipError(c.Cause))
}

// explainGrant says, for people, why functions/grant failed.
func (c Caught) explainGrant() string {
	if c.Error == "States.Timeout" {
		return "it was not done in time"
	}
	if text := run.ClipError(c.payload().Message); text != "" {
		return text
	}
	if c.notRun() {
		return fmt.Sprintf("AWS Lambda had no capacity for functions/grant: %s: %s", c.Error, run.ClipError(c.Cause))
	}
	if c.Cause == "" {
		return c.Error
	}
	return c.Error + ": " + run.ClipError(c.Cause)
}

// notRunErrors are what Lambda responds when it could not run a function, so that
// nothing was done: most often for lack of concurrency
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors).
// The state machine retries them for minutes, apart from other errors.
var notRunErrors = []string{
	"Lambda.TooManyRequestsException", "Lambda.EC2ThrottledException", "Lambda.EC2UnexpectedException",
	"Lambda.ENILimitReachedException", "Lambda.SubnetIPAddressLimitReachedException",
	"Lambda.ResourceNotReadyException", "Lambda.ResourceConflictException", "Lambda.SnapStartNotReadyException",
}

// notRun reports whether the function did not run at all.
func (c Caught) notRun() bool { return slices.Contains(notRunErrors, c.Error) }

// raised reports whether the function itself raised an error, other than by not
// responding or by ending its process.
func (c Caught) raised() bool {
	p := c.payload()
	return p.Message != "" && p.Type != "Sandbox.Timedout" && !strings.HasPrefix(p.Type, "Runtime.")
}

// functionError is the payload of a function that failed.
type functionError struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

func (c Caught) payload() functionError {
	var f functionError
	if json.Unmarshal([]byte(c.Cause), &f) != nil {
		return functionError{}
	}
	return f
}
