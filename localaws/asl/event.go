package asl

import (
	"strings"
	"time"
)

// Event is one event of an execution's history, in the words of the service
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html).
// Type decides which of the optional members are set: see [Event.Details].
type Event struct {
	ID         int64     `json:"id"`
	PreviousID int64     `json:"previousEventId"`
	Type       string    `json:"type"`
	At         time.Time `json:"timestamp"`

	// Name is that of the state, or of the Map state of an iteration.
	Name string `json:"name,omitempty"`
	// Payload is the input, output or parameters, as JSON text.
	Payload string `json:"payload,omitempty"`
	// RoleARN is in ExecutionStarted, Region in TaskScheduled.
	RoleARN string `json:"roleArn,omitempty"`
	Region  string `json:"region,omitempty"`
	// ResourceType and Resource name what a task calls.
	ResourceType string `json:"resourceType,omitempty"`
	Resource     string `json:"resource,omitempty"`
	// Timeout and Heartbeat are in seconds; 0 is none.
	Timeout   int64 `json:"timeoutInSeconds,omitempty"`
	Heartbeat int64 `json:"heartbeatInSeconds,omitempty"`
	// Number is an iteration's index, or how many a Map has.
	Number int64 `json:"number,omitempty"`
	// Error and Cause are nil without one.
	Error *string `json:"error,omitempty"`
	Cause *string `json:"cause,omitempty"`
}

// bare are the events without details.
var bare = map[string]bool{
	"ParallelStateStarted": true, "ParallelStateSucceeded": true, "ParallelStateFailed": true,
	"MapStateSucceeded": true, "MapStateFailed": true, "MapRunSucceeded": true, "LambdaFunctionStarted": true,
}

// Details returns the member of a HistoryEvent that holds the details of the event's
// type, and its value; "" if the type has none. Without
// data, inputs, outputs and parameters are left out, as GetExecutionHistory
// does when includeExecutionData is false.
func (e Event) Details(data bool) (member string, details map[string]any) {
	kind := e.Type
	switch {
	case bare[kind] || strings.HasSuffix(kind, "StateAborted"):
		return "", nil
	case e.Entered():
		kind = "StateEntered"
	case strings.HasSuffix(kind, "StateExited"):
		kind = "StateExited"
	}
	d := map[string]any{}
	text := func(name, value string) {
		if value != "" {
			d[name] = value
		}
	}
	seconds := func(name string, value int64) {
		if value > 0 {
			d[name] = value
		}
	}
	payload := func(name string) {
		if data {
			d[name], d[name+"Details"] = e.Payload, map[string]any{"truncated": false}
		}
	}
	text("name", e.Name)
	text("roleArn", e.RoleARN)
	text("region", e.Region)
	text("resourceType", e.ResourceType)
	text("resource", e.Resource)
	seconds("timeoutInSeconds", e.Timeout)
	seconds("heartbeatInSeconds", e.Heartbeat)
	switch kind {
	case "ExecutionStarted", "StateEntered", "LambdaFunctionScheduled":
		payload("input")
	case "ExecutionSucceeded", "StateExited", "TaskSubmitted", "TaskSucceeded", "LambdaFunctionSucceeded":
		payload("output")
	case "TaskScheduled":
		if data {
			d["parameters"] = e.Payload
		} else {
			d["parameters"] = ""
		}
	case "MapStateStarted":
		d["length"] = e.Number
	case "MapRunStarted":
		delete(d, "resource")
		d["mapRunArn"] = e.Resource
	case "MapIterationStarted", "MapIterationSucceeded", "MapIterationFailed", "MapIterationAborted":
		d["index"] = e.Number
	}
	if e.Error != nil {
		d["error"] = *e.Error
	}
	if e.Cause != nil {
		d["cause"] = *e.Cause
	}
	return strings.ToLower(kind[:1]) + kind[1:] + "EventDetails", d
}

// Entered reports whether the event is that of a state being entered.
func (e Event) Entered() bool { return strings.HasSuffix(e.Type, "StateEntered") }
