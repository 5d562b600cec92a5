package asl

import (
	"encoding/json"
	"slices"
	"time"
)

// Position is the place of a line of states: all that another process needs to continue
// it. It is stored as JSON.
type Position struct {
	// State is the current or next state; "" is before the first.
	State string `json:"state,omitempty"`
	// Input is the state's input, before InputPath.
	Input json.RawMessage `json:"input,omitempty"`
	// Event is the event that the line's next one follows.
	Event int64 `json:"event,omitempty"`
	// EnteredEvent is the event of entering the state, 0 before that.
	EnteredEvent int64     `json:"enteredEvent,omitempty"`
	EnteredAt    time.Time `json:"enteredAt,omitzero"`
	// Retries counts all retries of the state, Tried those of each retrier.
	Retries int64   `json:"retries,omitempty"`
	Tried   []int64 `json:"tried,omitempty"`
	// WakeAt is when a Wait state, or the delay before a retry, is over.
	WakeAt time.Time `json:"wakeAt,omitzero"`
	// Task is the attempt of a Task that was scheduled.
	Task *TaskPosition `json:"task,omitempty"`
	// Lines are the branches of a Parallel or the iterations of a Map that was
	// started.
	Lines []LinePosition `json:"lines,omitempty"`
}

// TaskPosition is one attempt of a task.
type TaskPosition struct {
	// Input is what the resource is called with.
	Input json.RawMessage `json:"input"`
	// Token is "" unless the task waits for one.
	Token string `json:"token,omitempty"`
	// Submitted is true once the call itself is over and only the token is awaited.
	Submitted bool `json:"submitted,omitempty"`
	// TimeoutAt and HeartbeatAt are when patience ends; zero is never.
	TimeoutAt   time.Time `json:"timeoutAt,omitzero"`
	HeartbeatAt time.Time `json:"heartbeatAt,omitzero"`
	// Heartbeat is in seconds.
	Heartbeat int64 `json:"heartbeat,omitempty"`
	// Answer is what was sent with the token.
	Answer *Answer `json:"answer,omitempty"`

	// waiter is set while a resumed task's token works and the task has not
	// gone on yet: what is sent meanwhile waits there.
	waiter *waiter
}

// Answer is the outcome of a task.
type Answer struct {
	Output json.RawMessage `json:"output,omitempty"`
	Failed bool            `json:"failed,omitempty"`
	Error  *string         `json:"error,omitempty"`
	Cause  *string         `json:"cause,omitempty"`
}

// LinePosition is a branch or an iteration.
type LinePosition struct {
	Position
	// Started is true for an iteration that is running or over.
	Started bool `json:"started,omitempty"`
	// Output is set once it is over.
	Output json.RawMessage `json:"output,omitempty"`
}

// clone copies what the execution goes on changing.
func (p *Position) clone() Position {
	c := *p
	c.Tried = slices.Clone(p.Tried)
	if p.Task != nil {
		task := *p.Task
		c.Task = &task
	}
	c.Lines = slices.Clone(p.Lines)
	for i := range c.Lines {
		c.Lines[i].Position = p.Lines[i].clone()
	}
	return c
}

// tasks calls f for each task that waits for a token.
func (p *Position) tasks(f func(*TaskPosition)) {
	if p.Task != nil && p.Task.Token != "" {
		f(p.Task)
	}
	for i := range p.Lines {
		p.Lines[i].tasks(f)
	}
}

// Progress is the argument of [Start.Keep].
type Progress struct {
	StartedAt time.Time `json:"startedAt"`
	// Position and Events (those since the last call) are set while the execution runs.
	Position Position `json:"position,omitzero"`
	Events   []Event  `json:"events,omitempty"`
	// Count is how many events there were in all.
	Count int64 `json:"count"`
	// End is nil while the execution runs. Then History has all events, packed.
	End     *End   `json:"end,omitempty"`
	History []byte `json:"-"`
}

// Resume is the state of an execution that another process left.
type Resume struct {
	StartedAt time.Time
	Position  Position
	// Events are all so far.
	Events []Event
}
