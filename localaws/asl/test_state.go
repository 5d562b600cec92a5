package asl

import (
	"fmt"
	"time"
)

// testedFor is how long a state that is tested may take
// (https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html).
const testedFor = 5 * time.Minute

// Tested is what a state did that was run once, by itself.
type Tested struct {
	// Status is SUCCEEDED, FAILED, RETRIABLE or CAUGHT_ERROR.
	Status string
	// Output is nil unless the state succeeded or its error was caught.
	Output []byte
	// Next is where the state leads, "" at an end.
	Next string
	// Failure is nil if the state succeeded.
	Failure *Failure
}

// ParseState parses the definition of one state. Its next states need not exist.
func ParseState(name string, definition []byte, resources Resources) (*State, error) {
	tree, err := decodeOne(definition)
	if err != nil {
		return nil, Mistakes{{Location: "/", Code: "INVALID_JSON_DESCRIPTION", Message: err.Error()}}
	}
	p := &parser{names: map[string]bool{name: true}, resources: resources}
	state := p.state(name, tree, "")
	switch {
	case len(p.mistakes) > 0:
		return nil, p.mistakes
	case state.Type == "Parallel" || state.Type == "Map":
		p.fail("/Type", "A %s state cannot be tested on this machine", state.Type)
	case state.waits():
		p.fail("/Resource", "A state that waits for a task token cannot be tested on this machine")
	default:
		return state, nil
	}
	return nil, p.mistakes
}

// Test runs a state once with the input of a start. A failure that a retrier handles is
// RETRIABLE; nothing is retried. Input that is not JSON is an error.
func (e *Engine) Test(state *State, s Start) (Tested, error) {
	s.Machine = &Machine{StartAt: state.Name, States: map[string]*State{state.Name: state}}
	x, err := e.New(s)
	if err != nil {
		return Tested{}, err
	}
	timer := e.clock.AfterFunc(testedFor, func() { x.stop(stopRequest{status: TimedOut}) })
	defer timer.Stop()
	defer x.stop(nil)
	once := *state
	once.Retry, once.Catch = nil, nil
	x.position.State = state.Name
	v := &visit{x: x, l: &line{x: x, at: x.position}, s: &once, input: document{x.input, s.Input}}
	v.enter()
	output, next, failure := v.do(x.ctx)
	switch {
	case x.ctx.Err() != nil:
		return Tested{Status: "FAILED", Failure: Fail(errTimeout, fmt.Sprintf("The state took longer than %v", testedFor))}, nil
	case failure == nil && len(output.raw) > maxPayload:
		failure = tooLarge(state.Name)
	case failure == nil:
		return Tested{Status: "SUCCEEDED", Output: output.raw, Next: next}, nil
	}
	return v.failed(state, failure), nil
}

// failed finds what the retriers and catchers of a state make of its failure.
func (v *visit) failed(state *State, failure *Failure) Tested {
	tested := Tested{Status: "FAILED", Failure: failure.place(state.Name, v.l.at.EnteredEvent)}
	for _, r := range state.Retry {
		if failure.matches(r.ErrorEquals) {
			if r.MaxAttempts > 0 {
				tested.Status = "RETRIABLE"
				return tested
			}
			break
		}
	}
	for _, c := range state.Catch {
		if !failure.matches(c.ErrorEquals) {
			continue
		}
		caught, broken := place(c.ResultPath, v.input, written(failure.output()))
		if broken != nil {
			tested.Failure = broken
			return tested
		}
		tested.Status, tested.Output, tested.Next = "CAUGHT_ERROR", caught.raw, c.Next
		return tested
	}
	return tested
}
