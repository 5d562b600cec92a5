package template

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// rawStateMachine is CloudFormation's own type, which SAM makes of its own.
const rawStateMachine = "AWS::StepFunctions::StateMachine"

// StateMachine is an AWS::Serverless::StateMachine or AWS::StepFunctions::StateMachine.
type StateMachine struct {
	LogicalID, Name, ARN, RoleARN string
	// Type is STANDARD or EXPRESS.
	Type string
	// Definition is the ASL text with its DefinitionSubstitutions made.
	Definition string
	// Path is where the definition lies, as the template says; empty if it is in the
	// template.
	Path string
	// Logging is where its executions write which events.
	Logging Logging
}

// Logging is the logging configuration of a state machine.
type Logging struct {
	// Level is ALL, ERROR, FATAL or OFF.
	Level                string
	IncludeExecutionData bool
	// GroupARN is that of the log group; empty is none.
	GroupARN string
}

// machineProperties are what the two types of resources call the same properties.
type machineProperties struct{ kind, role, logging string }

var (
	samMachine = machineProperties{"Type", "Role", "Logging"}
	rawMachine = machineProperties{"StateMachineType", "RoleArn", "LoggingConfiguration"}
)

func (r *reader) collectStateMachine(stack *Stack, res *resource) error {
	p, called := r.properties(res), samMachine
	if res.kind == rawStateMachine {
		called = rawMachine
	}
	m := StateMachine{LogicalID: res.id}
	var err error
	if m.Type, err = p.text(called.kind, "STANDARD"); err != nil {
		return err
	}
	if m.Type != "STANDARD" && m.Type != "EXPRESS" {
		return r.errorf(p.at(called.kind), "%s must be STANDARD or EXPRESS, not %s", called.kind, m.Type)
	}
	if m.Name, err = r.name(res.node, res); err != nil {
		return err
	}
	if m.ARN, err = r.arn(res.node, res); err != nil {
		return err
	}
	if m.RoleARN, err = p.text(called.role, r.samRole(res)); err != nil {
		return err
	}
	if m.Logging, err = r.logging(p, called.logging); err != nil {
		return err
	}
	if err := r.define(stack, p, res, &m); err != nil {
		return err
	}
	stack.StateMachines = append(stack.StateMachines, m)
	return nil
}

// define reads the definition: from a file, or of AWS::StepFunctions::StateMachine from
// the template.
func (r *reader) define(stack *Stack, p properties, res *resource, m *StateMachine) error {
	var text string
	var err error
	if res.kind == rawStateMachine {
		text, err = r.definitionIn(p)
	} else if m.Path, err = p.required("DefinitionUri"); err == nil {
		var raw []byte
		if raw, err = os.ReadFile(filepath.Join(stack.Dir, m.Path)); err != nil {
			return r.errorf(res.node, "DefinitionUri: %v", err)
		}
		text = string(raw)
	}
	if err != nil {
		return err
	}
	m.Definition, err = r.substitute(p, cmp.Or(m.Path, "the definition"), text)
	return err
}

// definitionIn returns DefinitionString, or Definition as JSON.
func (r *reader) definitionIn(p properties) (string, error) {
	v, at, ok, err := p.get("Definition")
	if err != nil {
		return "", err
	}
	if !ok {
		return p.required("DefinitionString")
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "", r.errorf(at, "Definition: %v", err)
	}
	return string(raw), nil
}

// logging reads a property with a logging configuration; an absent one is OFF.
func (r *reader) logging(p properties, key string) (Logging, error) {
	l := Logging{Level: "OFF"}
	v, at, ok, err := p.get(key)
	if err != nil || !ok {
		return l, err
	}
	members, _ := v.(map[string]any)
	if level, there := members["Level"]; there {
		l.Level = fmt.Sprint(level)
	}
	if !slices.Contains([]string{"ALL", "ERROR", "FATAL", "OFF"}, l.Level) {
		return l, r.errorf(at, "%s: Level must be ALL, ERROR, FATAL or OFF, not %s", key, l.Level)
	}
	l.IncludeExecutionData = fmt.Sprint(members["IncludeExecutionData"]) == "true"
	destinations, _ := members["Destinations"].([]any)
	if len(destinations) == 1 {
		destination, _ := destinations[0].(map[string]any)
		group, _ := destination["CloudWatchLogsLogGroup"].(map[string]any)
		l.GroupARN, _ = group["LogGroupArn"].(string)
	}
	if l.GroupARN == "" && (l.Level != "OFF" || len(destinations) > 0) {
		return l, r.errorf(at, "%s: Destinations must have one entry, CloudWatchLogsLogGroup with a LogGroupArn", key)
	}
	return l, nil
}

// substitute replaces ${Name} in a definition by DefinitionSubstitutions. An unknown
// name is an error; AWS would leave it in the text and fail at the state.
func (r *reader) substitute(p properties, path, text string) (string, error) {
	v, at, ok, err := p.get("DefinitionSubstitutions")
	if err != nil {
		return "", err
	}
	values := map[string]any{}
	if ok {
		if values, ok = v.(map[string]any); !ok {
			return "", r.errorf(at, "DefinitionSubstitutions must be a mapping")
		}
	}
	var failed error
	out := placeholder.ReplaceAllStringFunc(text, func(match string) string {
		name := placeholder.FindStringSubmatch(match)[2]
		v, ok := values[name]
		if !ok && failed == nil {
			failed = r.errorf(at, "DefinitionSubstitutions lacks %s, which %s names", name, path)
		}
		return fmt.Sprint(v)
	})
	return out, failed
}
