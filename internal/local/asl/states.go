package asl

import (
	"context"
	"fmt"
	"time"
)

// machine runs a line of states to its end.
func (x *Execution) machine(ctx context.Context, m *Machine, input any, f *frame) (any, *Failure) {
	name := m.StartAt
	for {
		if ctx.Err() != nil {
			return nil, Fail(errBranch, "stopped")
		}
		s := m.States[name]
		output, next, failure := x.state(ctx, s, input, f)
		if failure != nil {
			return nil, failure
		}
		if next == "" {
			return output, nil
		}
		input, name = output, next
	}
}

// visit is one state being entered.
type visit struct {
	x       *Execution
	s       *State
	f       *frame
	input   any
	entered time.Time
	// id is that of the StateEntered event.
	id      int64
	retries int64
}

// state runs one state; next is "" at an end.
func (x *Execution) state(ctx context.Context, s *State, input any, f *frame) (output any, next string, failure *Failure) {
	v := &visit{x: x, s: s, f: f, input: input, entered: x.engine.clock.Now()}
	v.id = x.event(f, s.Type+"StateEntered", "stateEnteredEventDetails", map[string]any{
		"name": s.Name, "input": string(encode(input)), "inputDetails": notTruncated,
	})
	output, next, failure = v.do(ctx)
	if failure == nil {
		failure = v.limit(encode(output))
	}
	if failure != nil {
		return nil, "", failure.place(s.Name, v.id)
	}
	if s.Type == "Parallel" && s.End && f.branch {
		return output, next, nil // the service records no exit of such a one
	}
	x.event(f, s.Type+"StateExited", "stateExitedEventDetails", map[string]any{
		"name": s.Name, "output": string(encode(output)), "outputDetails": notTruncated,
	})
	return output, next, nil
}

func (v *visit) do(ctx context.Context) (any, string, *Failure) {
	s := v.s
	effective, failure := v.through(s.InputPath, "InputPath", v.input)
	if failure != nil {
		return nil, "", failure
	}
	switch s.Type {
	case "Pass":
		result := effective
		if s.HasResult {
			result = clone(s.Result)
		} else if s.Parameters != nil {
			if result, failure = s.Parameters.eval(v.scope(effective, "")); failure != nil {
				return nil, "", failure
			}
		}
		return v.leave(result)
	case "Succeed":
		output, failure := v.through(s.OutputPath, "OutputPath", effective)
		return output, "", failure
	case "Fail":
		return nil, "", v.fail()
	case "Choice":
		sc := v.scope(effective, "")
		next := s.Default
		for i := range s.Choices {
			held, failure := s.Choices[i].holds(sc)
			if failure != nil {
				return nil, "", failure
			}
			if held {
				next = s.Choices[i].next
				break
			}
		}
		if next == "" {
			return nil, "", Fail(errNoChoice, fmt.Sprintf("No choice rule matched in state '%s', and it has no default", s.Name))
		}
		output, failure := v.through(s.OutputPath, "OutputPath", effective)
		return output, next, failure
	case "Wait":
		if failure := v.wait(ctx, effective); failure != nil {
			return nil, "", failure
		}
		output, failure := v.through(s.OutputPath, "OutputPath", effective)
		return output, s.Next, failure
	}
	return v.attempts(ctx, effective)
}

// scope is what the paths of the state see; token is "" where there is none.
func (v *visit) scope(input any, token string) scope {
	x := v.x
	context := map[string]any{
		"Execution": map[string]any{
			"Id": x.ARN, "Input": x.input, "Name": x.Name, "RoleArn": x.RoleARN,
			"StartTime": timestamp(x.StartedAt), "RedriveCount": int64(0),
		},
		"StateMachine": map[string]any{"Id": x.MachineARN, "Name": x.MachineName},
		"State": map[string]any{
			"Name": v.s.Name, "EnteredTime": timestamp(v.entered), "RetryCount": v.retries,
		},
	}
	if v.f.item != nil {
		context["Map"] = map[string]any{"Item": v.f.item}
	}
	if token != "" {
		context["Task"] = map[string]any{"Token": token}
	}
	return scope{input: input, context: context}
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// through applies InputPath or OutputPath.
func (v *visit) through(p pathField, field string, value any) (any, *Failure) {
	switch {
	case p.null:
		return map[string]any{}, nil
	case p.path == nil:
		return value, nil
	}
	found, err := p.path.get(value, v.scope(value, "").context)
	if err != nil {
		return nil, runtimeFailure("Invalid path '%s' : %s refers to nothing in the input '%s'", p.path.text, field, encode(value))
	}
	return found, nil
}

// leave puts a result where ResultPath says, and applies OutputPath.
func (v *visit) leave(result any) (any, string, *Failure) {
	output, failure := place(v.s.ResultPath, v.input, result)
	if failure != nil {
		return nil, "", failure
	}
	output, failure = v.through(v.s.OutputPath, "OutputPath", output)
	return output, v.s.Next, failure
}

func place(p pathField, input, result any) (any, *Failure) {
	switch {
	case p.null:
		return input, nil
	case p.path == nil:
		return result, nil
	}
	output, err := p.path.set(input, result)
	if err != nil {
		return nil, Fail(errResult, fmt.Sprintf("Unable to apply ResultPath %s: %v", p.path.text, err))
	}
	return output, nil
}

// limit holds a payload against what the service carries.
func (v *visit) limit(payload []byte) *Failure {
	if len(payload) <= maxPayload {
		return nil
	}
	return Fail(errLimit, fmt.Sprintf("The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", v.s.Name))
}

func (v *visit) fail() *Failure {
	failure := &Failure{Error: v.s.Error, Cause: v.s.Cause}
	sc := v.scope(v.input, "")
	for _, part := range []struct {
		field string
		from  *expression
		into  **string
	}{{"ErrorPath", v.s.ErrorPath, &failure.Error}, {"CausePath", v.s.CausePath, &failure.Cause}} {
		if part.from == nil {
			continue
		}
		value, broken := part.from.eval(sc)
		if broken != nil && part.from.path != nil {
			return runtimeFailure("The JSONPath '%s' specified for the field '%s' could not be found in the input '%s'", part.from.path.text, part.field, encode(v.input))
		}
		if broken != nil {
			return broken
		}
		text, ok := value.(string)
		if !ok {
			return runtimeFailure("The field '%s' refers to a value that is no string", part.field)
		}
		*part.into = &text
	}
	return failure
}

func (v *visit) wait(ctx context.Context, input any) *Failure {
	s, clock := v.s, v.x.engine.clock
	var delay time.Duration
	switch {
	case s.Seconds != nil:
		delay = time.Duration(*s.Seconds) * time.Second
	case s.SecondsPath != nil:
		value, err := s.SecondsPath.get(input, v.scope(input, "").context)
		if err != nil {
			return runtimeFailure("The SecondsPath parameter does not reference an input value: %s", s.SecondsPath.text)
		}
		seconds, ok := integer(value)
		if !ok {
			return runtimeFailure("The SecondsPath parameter cannot be parsed as a long value: %s == %s", s.SecondsPath.text, encode(value))
		}
		if seconds < 0 {
			return runtimeFailure("The SecondsPath parameter references a negative value: %s == %d", s.SecondsPath.text, seconds)
		}
		delay = time.Duration(seconds) * time.Second
	default:
		text := s.Timestamp
		if s.TimestampPath != nil {
			value, err := s.TimestampPath.get(input, v.scope(input, "").context)
			if err != nil {
				return runtimeFailure("The TimestampPath parameter does not reference an input value: %s", s.TimestampPath.text)
			}
			text, _ = value.(string)
		}
		until, ok := parseTimestamp(text)
		if !ok {
			return runtimeFailure("The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: %s == %s", s.TimestampPath.text, text)
		}
		delay = until.Sub(clock.Now())
	}
	return v.pause(ctx, delay)
}

// pause waits; it fails only when the execution is stopped meanwhile.
func (v *visit) pause(ctx context.Context, delay time.Duration) *Failure {
	if delay <= 0 {
		return nil
	}
	timer := v.x.engine.clock.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.Chan():
		return nil
	case <-ctx.Done():
		return Fail(errBranch, "stopped")
	}
}
