package template

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Bus is an AWS::Events::EventBus.
type Bus struct {
	LogicalID, Name string
}

// Rule is an AWS::Events::Rule.
type Rule struct {
	LogicalID, Name string
	// Bus is the name of its bus; "default" when it says none.
	Bus string
	// Pattern is its event pattern as JSON, nil for a schedule.
	Pattern json.RawMessage
	// Schedule is its rate(…) or cron(…) expression, or empty.
	Schedule string
	Enabled  bool
	Targets  []Target
}

// Target is where a rule sends an event.
type Target struct {
	ID string
	// ARN is that of a function or a log group.
	ARN string
	// Input replaces the event when it is not nil.
	Input json.RawMessage
}

func (r *reader) collectBus(stack *Stack, res *resource) error {
	name, err := r.name(res.node, res)
	stack.Buses = append(stack.Buses, Bus{LogicalID: res.id, Name: name})
	return err
}

func (r *reader) collectRule(stack *Stack, res *resource) error {
	p := r.properties(res)
	rule := Rule{LogicalID: res.id}
	var err error
	if rule.Name, err = r.name(res.node, res); err != nil {
		return err
	}
	if rule.Bus, err = p.text("EventBusName", "default"); err != nil {
		return err
	}
	if rule.Schedule, err = p.text("ScheduleExpression", ""); err != nil {
		return err
	}
	state, err := p.text("State", "ENABLED")
	if err != nil {
		return err
	}
	rule.Enabled = state != "DISABLED"
	if pattern, at, ok, err := p.get("EventPattern"); err != nil {
		return err
	} else if ok {
		if rule.Pattern, err = json.Marshal(pattern); err != nil {
			return r.errorf(at, "EventPattern: %v", err)
		}
	}
	if (rule.Pattern == nil) == (rule.Schedule == "") {
		return r.errorf(res.node, "a rule has either an EventPattern or a ScheduleExpression")
	}
	if rule.Schedule != "" && rule.Bus != "default" {
		return r.errorf(res.node, "a ScheduleExpression is supported only on the default event bus, got %s", rule.Bus)
	}
	targets, err := p.list("Targets")
	if err != nil {
		return err
	}
	for _, item := range targets {
		t, err := r.target(res, item)
		if err != nil {
			return err
		}
		rule.Targets = append(rule.Targets, t)
	}
	stack.Rules = append(stack.Rules, rule)
	return nil
}

// target reads a target: a function or a log group, with at most an input, a retry
// policy and a dead-letter queue. Properties that would change the event are refused.
func (r *reader) target(res *resource, item any) (Target, error) {
	members, ok := item.(map[string]any)
	if !ok {
		return Target{}, r.errorf(res.node, "a target must be a mapping")
	}
	t := Target{ID: fmt.Sprint(members["Id"]), ARN: fmt.Sprint(members["Arn"])}
	if parts := strings.SplitN(t.ARN, ":", 4); len(parts) < 4 || parts[2] != "lambda" && parts[2] != "logs" {
		return t, r.errorf(res.node, "target %s: Arn must be of a function or a log group on this machine, got %s", t.ID, t.ARN)
	}
	for key, value := range members {
		switch key {
		case "Id", "Arn", "RetryPolicy", "DeadLetterConfig":
		case "Input":
			text, ok := value.(string)
			if !ok || !json.Valid([]byte(text)) {
				return t, r.errorf(res.node, "target %s: Input must be JSON text", t.ID)
			}
			t.Input = json.RawMessage(text)
		default:
			return t, r.errorf(res.node, "target %s: property %s is not supported on this machine", t.ID, key)
		}
	}
	return t, nil
}
