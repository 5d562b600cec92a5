package asl

import (
	"context"
	"fmt"
	"time"
)

// visit is one state being entered, done and left.
type visit struct {
	x *Execution
	l *line
	s *State
	// input is the state's, before InputPath.
	input document
}

// run runs the state; next is "" at an end.
func (v *visit) run(ctx context.Context) (output document, next string, failure *Failure) {
	v.enter()
	output, next, failure = v.do(ctx)
	if ctx.Err() != nil {
		return document{}, "", stopped
	}
	if failure == nil && len(output.raw) > maxPayload {
		failure = tooLarge(v.s.Name)
	}
	if failure != nil {
		return document{}, "", failure.place(v.s.Name, v.l.at.EnteredEvent)
	}
	if v.s.Type != "Parallel" || !v.s.End || !v.l.branch { // the service records no exit of such a one
		v.l.event(Event{Type: v.s.Type + "StateExited", Name: v.s.Name, Payload: string(output.raw)})
	}
	return output, next, nil
}

// enter records the entrance, unless the state is resumed.
func (v *visit) enter() {
	if v.l.at.EnteredEvent != 0 || !v.l.at.EnteredAt.IsZero() {
		return
	}
	id := v.l.event(Event{Type: v.s.Type + "StateEntered", Name: v.s.Name, Payload: string(v.input.raw)})
	// At the service no state is entered twice within a millisecond; by the clock of a test
	// it would be.
	now := v.x.engine.clock.Now()
	if last, again := v.l.entered[v.s.Name]; again && now.Sub(last) < time.Millisecond {
		now = last.Add(time.Millisecond)
	}
	if v.l.entered == nil {
		v.l.entered = map[string]time.Time{}
	}
	v.l.entered[v.s.Name] = now
	v.l.change(func(at *Position) { at.EnteredEvent, at.EnteredAt = id, now })
}

func (v *visit) do(ctx context.Context) (document, string, *Failure) {
	effective, failure := v.through(v.s.InputPath, v.input)
	if failure != nil {
		return document{}, "", failure
	}
	switch v.s.Type {
	case "Pass":
		return v.pass(effective)
	case "Succeed":
		output, failure := v.through(v.s.OutputPath, effective)
		return output, "", failure
	case "Fail":
		return document{}, "", v.fail()
	case "Choice":
		return v.choose(effective)
	case "Wait":
		return v.wait(ctx, effective)
	}
	return v.attempts(ctx, effective)
}

func (v *visit) pass(effective document) (document, string, *Failure) {
	result := effective
	if v.s.HasResult {
		result = written(v.s.Result)
	} else if v.s.Parameters != nil {
		value, failure := v.s.Parameters.eval(v.scope(effective.value))
		if failure != nil {
			return document{}, "", failure
		}
		result = written(value)
	}
	return v.leave(result)
}

// through applies InputPath or OutputPath.
func (v *visit) through(p pathField, from document) (document, *Failure) {
	switch {
	case p.null:
		return written(map[string]any{}), nil
	case p.path == nil:
		return from, nil
	}
	found, err := p.path.get(v.scope(from.value))
	if err != nil {
		return document{}, p.path.invalid(v.scope(from.value))
	}
	return written(found), nil
}

// leave puts a result where ResultPath says, and applies OutputPath.
func (v *visit) leave(result document) (document, string, *Failure) {
	output, failure := place(v.s.ResultPath, v.input, result)
	if failure != nil {
		return document{}, "", failure
	}
	output, failure = v.through(v.s.OutputPath, output)
	return output, v.s.Next, failure
}

// place puts a result into a state's input.
func place(p pathField, input, result document) (document, *Failure) {
	switch {
	case p.null:
		return input, nil
	case p.path == nil:
		return result, nil
	}
	output, err := p.path.set(input.value, result.value)
	if err != nil {
		return document{}, Fail(errResult, fmt.Sprintf("Unable to apply ReferencePath %s to input %s", p.path.text, input.raw))
	}
	return written(output), nil
}
