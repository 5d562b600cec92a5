package parity

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// logs are the lines that executions write into log groups: the only history that those
// of EXPRESS machines have.
type logs struct {
	mu    sync.Mutex
	lines []string
}

func (l *logs) add(_, _, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, message)
}

// runExpress runs a case by StartSyncExecution, and reads its events in the log.
func (l *logs) runExpress(call API, c Case, definition, input string) (Outcome, error) {
	group := map[string]any{"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:parity:*"}
	machine, err := c.make(call, "machine", "Child", definition, map[string]any{"loggingConfiguration": map[string]any{
		"level": "ALL", "includeExecutionData": true, "destinations": []any{map[string]any{"cloudWatchLogsLogGroup": group}},
	}})
	if err != nil {
		return Outcome{}, err
	}
	var d described
	if err := call("StartSyncExecution", map[string]any{"stateMachineArn": machine, "name": "run-machine", "input": input}, &d); err != nil {
		return Outcome{}, err
	}
	o := Outcome{Status: d.Status, Error: d.Error, Cause: d.Cause}
	if d.Status == "SUCCEEDED" {
		if err := json.Unmarshal([]byte(d.Output), &o.Output); err != nil {
			return o, err
		}
	}
	events, err := l.events()
	for _, e := range events {
		o.Events, o.Follows = append(o.Events, e.Type), append(o.Follows, e.Previous)
		switch {
		case strings.HasSuffix(e.Type, "StateEntered"):
			o.States = append(o.States, "+"+e.Details.Name)
		case strings.HasSuffix(e.Type, "StateExited"):
			o.States = append(o.States, "-"+e.Details.Name)
		}
	}
	return o, err
}

// logged is an event in a log group.
type logged struct {
	ID       int64 `json:"id,string"`
	Previous int64 `json:"previous_event_id,string"`
	Type     string
	Details  struct{ Name string }
}

// events returns the events in order: branches write side by side.
func (l *logs) events() ([]logged, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	events := make([]logged, len(l.lines))
	for i, line := range l.lines {
		if err := json.Unmarshal([]byte(line), &events[i]); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(events, func(a, b logged) int { return cmp.Compare(a.ID, b.ID) })
	return events, nil
}
