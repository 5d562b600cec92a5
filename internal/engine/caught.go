package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// explain says, for people and a hook's author, what the hook did whose error
// was caught. What the function itself says comes first: it may give its error any
// name, also one that Step Functions and Lambda have for theirs.
func (c Caught) explain(limitSeconds int) string {
	if payload := c.payload(); payload.Message != "" {
		if payload.Type == "Sandbox.Timedout" {
			return fmt.Sprintf("did not answer: %s", run.ClipError(payload.Message))
		}
		return fmt.Sprintf("failed: %s", run.ClipError(payload.Message))
	}
	if c.notRun() {
		return fmt.Sprintf("could not be called: AWS Lambda had no capacity for it: %s: %s", c.Error, run.ClipError(c.Cause))
	}
	switch c.Error {
	case "States.Timeout":
		return fmt.Sprintf("did not answer within its time limit (%d s a hook)", limitSeconds)
	case "States.DataLimitExceeded":
		return "answered with more than the 256 KiB that Step Functions carries"
	case "Lambda.ResourceNotFoundException":
		return "can't be asked: the hook function does not exist: " + run.ClipError(c.Cause)
	}
	if c.Cause == "" {
		return fmt.Sprintf("failed: %s", c.Error)
	}
	return fmt.Sprintf("failed: %s: %s", c.Error, run.ClipError(c.Cause))
}

// notRunErrors are what Lambda answers when it could not run a function, so that
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

// exception reports whether the function itself raised an error, as other than by
// not answering or by ending its process.
func (c *Caught) exception() bool {
	if c == nil {
		return false
	}
	p := c.payload()
	return p.Message != "" && p.Type != "Sandbox.Timedout" && !strings.HasPrefix(p.Type, "Runtime.")
}

// failed is what Lambda says of a function that failed.
type failed struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

func (c Caught) payload() failed {
	var f failed
	if json.Unmarshal([]byte(c.Cause), &f) != nil {
		return failed{}
	}
	return f
}

func (c Caught) message() string { return run.ClipError(c.payload().Message) }

// FunctionFailed tells what a Lambda function that failed says of it, in words
// that follow the hook's name; its type and stack are for its own log.
func FunctionFailed(payload []byte) string {
	c := Caught{Cause: string(payload)}
	if c.payload().Message == "" {
		return "failed without saying why"
	}
	return c.explain(hookapi.PrefetchSeconds)
}

// Caught is an error that the state machine caught.
type Caught struct {
	Error string `json:"Error"`
	Cause string `json:"Cause"`
}
