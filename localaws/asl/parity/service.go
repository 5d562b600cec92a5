package parity

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// API calls an operation of Step Functions; out may be nil.
type API func(operation string, in map[string]any, out any) error

// Refused is an error that an API answered with.
type Refused struct{ Code, Message string }

func (r *Refused) Error() string { return r.Code + ": " + r.Message }

const role = "arn:aws:iam::123456789012:role/parity"

// The types of state machines.
const (
	standard = "STANDARD"
	express  = "EXPRESS"
)

// make makes the state machine of the case, with more members of the call, and that of
// its child, which has the name that With writes.
func (c Case) make(call API, name, child, definition string, more map[string]any) (machine string, err error) {
	if c.Child != nil {
		in := map[string]any{"name": child, "definition": string(c.Child), "roleArn": role}
		if err := call("CreateStateMachine", in, nil); err != nil {
			return "", fmt.Errorf("child: %v", err)
		}
	}
	var made struct{ StateMachineArn string }
	in := map[string]any{"name": name, "definition": definition, "roleArn": role, "type": c.Type}
	maps.Copy(in, more)
	err = call("CreateStateMachine", in, &made)
	return made.StateMachineArn, err
}

// create makes a state machine of the case and starts it.
func create(call API, c Case, name, child, definition, input string) (execution string, err error) {
	machine, err := c.make(call, name, child, definition, nil)
	if err != nil {
		return "", err
	}
	var started struct{ ExecutionArn string }
	err = call("StartExecution", map[string]any{"stateMachineArn": machine, "name": "run-" + name, "input": input}, &started)
	if err != nil {
		return "", fmt.Errorf("start: %v", err)
	}
	return started.ExecutionArn, nil
}

// described is how an execution stands.
type described struct{ Status, Output, Error, Cause string }

// outcome reads how an execution ended, and its history.
func outcome(call API, execution string, d described) (Outcome, error) {
	o := Outcome{Status: d.Status, Error: d.Error, Cause: d.Cause}
	if d.Status == "SUCCEEDED" && json.Unmarshal([]byte(d.Output), &o.Output) != nil {
		o.Output = d.Output // moto writes text without its quotes
	}
	page := map[string]any{"executionArn": execution, "maxResults": 1000}
	for {
		var history struct {
			Events []struct {
				Type                                              string
				PreviousEventID                                   int64
				StateEnteredEventDetails, StateExitedEventDetails struct{ Name string }
			}
			NextToken string
		}
		if err := call("GetExecutionHistory", page, &history); err != nil {
			return o, err
		}
		for _, e := range history.Events {
			o.Events, o.Follows = append(o.Events, e.Type), append(o.Follows, e.PreviousEventID)
			switch {
			case strings.HasSuffix(e.Type, "StateEntered"):
				o.States = append(o.States, "+"+e.StateEnteredEventDetails.Name)
			case strings.HasSuffix(e.Type, "StateExited"):
				o.States = append(o.States, "-"+e.StateExitedEventDetails.Name)
			}
		}
		if history.NextToken == "" {
			return o, nil
		}
		page["nextToken"] = history.NextToken
	}
}
