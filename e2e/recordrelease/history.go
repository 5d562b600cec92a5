package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// machines are the ARNs of a release's state machines. The lane is the EXPRESS one; releases
// 1 to 3 have none.
type machines struct{ lifecycle, lane string }

func (s system) machines() (m machines, err error) {
	var out struct {
		StateMachines []struct {
			ARN  string `json:"stateMachineArn"`
			Type string `json:"type"`
		} `json:"stateMachines"`
	}
	if err := s.aws("AWSStepFunctions.ListStateMachines", map[string]any{}, &out); err != nil {
		return m, err
	}
	for _, machine := range out.StateMachines {
		of := &m.lifecycle
		if machine.Type == "EXPRESS" {
			of = &m.lane
		}
		if *of != "" {
			return m, fmt.Errorf("there are two state machines of a type: %s and %s", *of, machine.ARN)
		}
		*of = machine.ARN
	}
	if m.lifecycle == "" {
		return m, errors.New("a state machine of type STANDARD is missing")
	}
	return m, nil
}

// logging is what a state machine logs.
type logging struct {
	Level        string `json:"level"`
	Data         bool   `json:"includeExecutionData"`
	Destinations []struct {
		Group struct {
			ARN string `json:"logGroupArn"`
		} `json:"cloudWatchLogsLogGroup"`
	} `json:"destinations"`
}

// logging reads what the lane logs.
func (s system) logging(lane string) (logging, error) {
	var out struct {
		Logging logging `json:"loggingConfiguration"`
	}
	err := s.aws("AWSStepFunctions.DescribeStateMachine", map[string]any{"stateMachineArn": lane}, &out)
	if err == nil && len(out.Logging.Destinations) != 1 {
		err = fmt.Errorf("%s logs to %d groups, want 1", lane, len(out.Logging.Destinations))
	}
	return out.Logging, err
}

// logAll has the lane log each event with its data: no operation returns its history.
func (s system) logAll() error {
	m, err := s.machines()
	if err != nil || m.lane == "" {
		return err
	}
	all, err := s.logging(m.lane)
	if err != nil {
		return err
	}
	all.Level, all.Data = "ALL", true
	return s.aws("AWSStepFunctions.UpdateStateMachine", map[string]any{"stateMachineArn": m.lane, "loggingConfiguration": all}, nil)
}

// history reads what happened to a run from its beginning: in the lane, then in the
// lifecycle.
func (s system) history(id string) ([]event, error) {
	m, err := s.machines()
	if err != nil {
		return nil, err
	}
	events, err := s.laneHistory(m.lane, id)
	if err != nil {
		return nil, err
	}
	var out struct {
		Events []event `json:"events"`
	}
	arn := strings.Replace(m.lifecycle, ":stateMachine:", ":execution:", 1) + ":" + id
	err = s.aws("AWSStepFunctions.GetExecutionHistory", map[string]any{"executionArn": arn, "maxResults": 1000}, &out)
	if err != nil && m.lane != "" && strings.Contains(err.Error(), "ExecutionDoesNotExist") {
		err = nil // it is in the lane, or ended there
	}
	return append(events, out.Events...), err
}

// laneHistory reads the events of an execution of the lane in its log group.
func (s system) laneHistory(lane, id string) ([]event, error) {
	if lane == "" {
		return nil, nil
	}
	to, err := s.logging(lane)
	if err != nil {
		return nil, err
	}
	group := strings.TrimSuffix(to.Destinations[0].Group.ARN, ":*")
	_, group, _ = strings.Cut(group, ":log-group:")
	type line struct {
		ID      int64  `json:"id,string"`
		Type    string `json:"type"`
		Details struct {
			Name       string `json:"name"`
			Input      string `json:"input"`
			Output     string `json:"output"`
			Parameters string `json:"parameters"`
		} `json:"details"`
		Execution string `json:"execution_arn"`
	}
	var lines []line
	for token := ""; ; {
		in := map[string]any{"logGroupName": group, "filterPattern": `"` + id + `"`}
		if token != "" {
			in["nextToken"] = token
		}
		var out struct {
			Events []struct {
				Message string `json:"message"`
			} `json:"events"`
			Next string `json:"nextToken"`
		}
		if err := s.aws("Logs_20140328.FilterLogEvents", in, &out); err != nil {
			return nil, err
		}
		for _, e := range out.Events {
			var l line
			if err := json.Unmarshal([]byte(e.Message), &l); err != nil {
				return nil, err
			}
			if strings.Contains(l.Execution, ":"+id+":") || strings.HasSuffix(l.Execution, ":"+id) {
				lines = append(lines, l)
			}
		}
		if token = out.Next; token == "" {
			break
		}
	}
	slices.SortFunc(lines, func(a, b line) int { return int(a.ID - b.ID) })
	events := make([]event, len(lines))
	for i, l := range lines {
		e := event{Type: l.Type, inLane: true}
		switch {
		case strings.HasSuffix(l.Type, "StateEntered"):
			e.Entered.Name, e.Entered.Input = l.Details.Name, l.Details.Input
		case l.Type == "TaskScheduled":
			e.Scheduled.Parameters = l.Details.Parameters
		case l.Type == "TaskSucceeded":
			e.Succeeded.Output = l.Details.Output
		}
		events[i] = e
	}
	return events, nil
}
