package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
)

// Function calls a hook function. The error is that it could not be called; an error
// of the function itself is in the answer.
type Function func(ctx context.Context, document []byte) (Answer, error)

// Missing is the error of a [Function] that is not deployed: its name.
type Missing string

func (m Missing) Error() string {
	return fmt.Sprintf("no such function %s; is it deployed, and the stack's name right?", string(m))
}

// Answer is the result of an invocation, as Lambda's Invoke returns it.
type Answer struct {
	// Payload is the function's response or, with FunctionError, its error.
	Payload []byte
	// FunctionError is "" if it responded.
	FunctionError string
	// Version is the version that ran, "" if unknown.
	Version string
}

// Failure returns the error of the function, "" if it responded.
func (a Answer) Failure() string {
	if a.FunctionError == "" {
		return ""
	}
	told := a.told()
	if told.Message == "" {
		return a.FunctionError
	}
	return told.Message
}

func (a Answer) told() (told struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}) {
	_ = json.Unmarshal(a.Payload, &told) // no JSON has no message
	return told
}

// caught is the failure as the state machine catches it.
func (a Answer) caught() *stepfn.Caught {
	name := a.told().Type
	if name == "" {
		name = a.FunctionError
	}
	return &stepfn.Caught{Error: name, Cause: strings.TrimSpace(string(a.Payload))}
}
