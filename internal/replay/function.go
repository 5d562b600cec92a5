package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
)

// Function asks a hook function. The error is that it could not be asked; what
// it did wrong itself is in the answer.
type Function func(ctx context.Context, document []byte) (Answer, error)

// Missing is the error of a [Function] that is not deployed: its name.
type Missing string

func (m Missing) Error() string {
	return fmt.Sprintf("no such function %s; is it deployed, and the stack's name right?", string(m))
}

// Answer is what an invocation gave, as Lambda's Invoke tells it.
type Answer struct {
	// Payload is the function's answer or, with FunctionError, what it says of
	// its failure.
	Payload []byte
	// FunctionError is "" if it answered.
	FunctionError string
	// Version is the version that ran, "" where that is not known.
	Version string
}

// Failure says how the function failed, "" if it did not.
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
	_ = json.Unmarshal(a.Payload, &told) // what is no JSON tells nothing
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
