package stepfunctions

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/fasttrack-dev/fasttrack/internal/local/asl"
)

type executionInput struct {
	StateMachineArn, ExecutionArn, Name string
	Input                               *string
	Error, Cause                        *string
}

func (s *Service) startExecution(in executionInput) (any, error) {
	input := "{}"
	if in.Input != nil {
		input = *in.Input
	}
	x, err := s.start(in.StateMachineArn, in.Name, input)
	if err != nil {
		return nil, err
	}
	return map[string]any{"executionArn": x.ARN, "startDate": epoch(x.StartedAt)}, nil
}

func (s *Service) describeExecution(in executionInput) (any, error) {
	x, err := s.execution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	out := x.summary()
	included := map[string]bool{"included": true}
	out["input"], out["inputDetails"] = x.input, included
	out["redriveCount"], out["redriveStatus"] = 0, "NOT_REDRIVABLE"
	end := x.State()
	if end.Output != nil {
		out["output"], out["outputDetails"] = string(end.Output), included
	}
	if f := end.Failure; f != nil {
		if f.Error != nil {
			out["error"] = *f.Error
		}
		if f.Cause != nil {
			out["cause"] = *f.Cause
		}
	}
	return out, nil
}

func (x *execution) summary() map[string]any {
	end := x.State()
	out := map[string]any{
		"executionArn": x.ARN, "stateMachineArn": x.MachineARN, "name": x.Name, "status": string(end.Status),
		"startDate": epoch(x.StartedAt),
	}
	if end.Status != asl.Running {
		out["stopDate"] = epoch(end.StoppedAt)
	}
	return out
}

// pageInput is how a list is asked for page by page.
type pageInput struct {
	StateMachineArn, ExecutionArn, StatusFilter, NextToken string
	MaxResults                                             int
	ReverseOrder                                           bool
	IncludeExecutionData                                   *bool
}

// page cuts a list: 100 items unless told, 1,000 at most.
func (in pageInput) page(list []any) ([]any, string, error) {
	size := in.MaxResults
	if size == 0 {
		size = 100
	}
	if size < 0 || size > 1000 {
		return nil, "", fail("ValidationException", "maxResults: 0 to 1000 was expected")
	}
	from := 0
	if in.NextToken != "" {
		var err error
		if from, err = strconv.Atoi(in.NextToken); err != nil || from < 0 || from > len(list) {
			return nil, "", fail("InvalidToken", "Invalid Token: 'Invalid token'")
		}
	}
	to := min(from+size, len(list))
	if to == len(list) {
		return list[from:], "", nil
	}
	return list[from:to], strconv.Itoa(to), nil
}

func withToken(out map[string]any, next string) map[string]any {
	if next != "" {
		out["nextToken"] = next
	}
	return out
}

// listExecutions lists the executions of a machine, newest first.
func (s *Service) listExecutions(in pageInput) (any, error) {
	if _, err := s.machine(in.StateMachineArn); err != nil {
		return nil, err
	}
	s.mu.RLock()
	all := s.order[in.StateMachineArn]
	s.mu.RUnlock()
	list := []any{}
	for i := len(all) - 1; i >= 0; i-- {
		if in.StatusFilter == "" || string(all[i].State().Status) == in.StatusFilter {
			list = append(list, all[i].summary())
		}
	}
	page, next, err := in.page(list)
	return withToken(map[string]any{"executions": page}, next), err
}

func (s *Service) stopExecution(in executionInput) (any, error) {
	x, err := s.execution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	x.Stop(in.Error, in.Cause)
	return map[string]any{"stopDate": epoch(x.State().StoppedAt)}, nil
}

func (s *Service) getExecutionHistory(in pageInput) (any, error) {
	x, err := s.execution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	events := x.History()
	list := make([]any, len(events))
	for i, e := range events {
		event := map[string]any{"id": e.ID, "previousEventId": e.PreviousID, "type": e.Type, "timestamp": epoch(e.At)}
		if e.Key != "" {
			details := e.Details
			if in.IncludeExecutionData != nil && !*in.IncludeExecutionData {
				details = withoutData(details)
			}
			event[e.Key] = details
		}
		at := i
		if in.ReverseOrder {
			at = len(events) - 1 - i
		}
		list[at] = event
	}
	page, next, err := in.page(list)
	return withToken(map[string]any{"events": page}, next), err
}

// withoutData leaves inputs, outputs and parameters out of an event.
func withoutData(details json.RawMessage) json.RawMessage {
	var members map[string]any
	if json.Unmarshal(details, &members) != nil {
		return nil
	}
	for _, name := range []string{"input", "output", "parameters"} {
		delete(members, name)
	}
	out, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	return out
}

type taskInput struct {
	TaskToken    string
	Output       string
	Error, Cause *string
}

func (s *Service) sendTaskSuccess(in taskInput) (any, error) {
	if !json.Valid([]byte(in.Output)) {
		return nil, fail("InvalidOutput", "Invalid Output: 'the output is no JSON'")
	}
	if len(in.Output) > 256<<10 {
		return nil, fail("InvalidOutput", "Invalid Output: 'more than 262144 bytes'")
	}
	return tokenAnswer(s.engine.SendTaskSuccess(in.TaskToken, []byte(in.Output)))
}

func (s *Service) sendTaskFailure(in taskInput) (any, error) {
	return tokenAnswer(s.engine.SendTaskFailure(in.TaskToken, in.Error, in.Cause))
}

func (s *Service) sendTaskHeartbeat(in taskInput) (any, error) {
	return tokenAnswer(s.engine.SendTaskHeartbeat(in.TaskToken))
}

func tokenAnswer(err error) (any, error) {
	switch {
	case errors.Is(err, asl.ErrInvalidToken):
		return nil, fail("InvalidToken", "Invalid Token: 'Invalid token'")
	case errors.Is(err, asl.ErrTaskDoesNotExist):
		return nil, fail("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
	}
	return struct{}{}, err
}
