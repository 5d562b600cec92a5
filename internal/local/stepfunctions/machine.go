package stepfunctions

import (
	"encoding/json"
	"errors"
	"sort"
	"time"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/internal/local/asl"
)

// machine is a state machine. It doesn't change; an update puts another into
// its place.
type machine struct {
	arn, name, roleARN, definition, revision string
	// hash is that of the definition in the folder, "" in memory.
	hash             string
	parsed           *asl.Machine
	created          time.Time
	logging, tracing json.RawMessage
}

// Create makes a state machine from its definition and gives its ARN. The same
// again is no error; another definition under the name is.
func (s *Service) Create(name, definition, roleARN string) (arn string, err error) {
	m, err := s.create(machineInput{Name: name, Definition: definition, RoleARN: roleARN})
	if err != nil {
		return "", err
	}
	return m.arn, nil
}

func parse(definition string) (*asl.Machine, error) {
	parsed, err := asl.Parse([]byte(definition), knownResource)
	if err != nil {
		return nil, fail("InvalidDefinition", "Invalid State Machine Definition: '%v'", err)
	}
	return parsed, nil
}

type machineInput struct {
	Name, Definition, Type                     string
	RoleARN                                    string `json:"roleArn"`
	ARN                                        string `json:"stateMachineArn"`
	LoggingConfiguration, TracingConfiguration json.RawMessage
	Publish                                    bool
}

func (s *Service) create(in machineInput) (*machine, error) {
	switch {
	case !validName.MatchString(in.Name):
		return nil, fail("InvalidName", "Invalid Name: '%s'", in.Name)
	case in.Type != "" && in.Type != "STANDARD":
		return nil, fail("StateMachineTypeNotSupported", "State machine type not supported on this machine: '%s'", in.Type)
	case in.Publish:
		return nil, fail("ValidationException", "publish: versions are not implemented on this machine")
	}
	if err := required("definition", in.Definition); err != nil {
		return nil, err
	}
	parsed, err := parse(in.Definition)
	if err != nil {
		return nil, err
	}
	hash, err := s.folder.define(in.Definition)
	if err != nil {
		return nil, err
	}
	m := &machine{
		arn: s.arn("stateMachine", in.Name), name: in.Name, roleARN: in.RoleARN, definition: in.Definition, hash: hash,
		parsed: parsed, created: s.opts.Clock.Now(), logging: in.LoggingConfiguration, tracing: in.TracingConfiguration,
	}
	if m.logging == nil {
		m.logging = json.RawMessage(`{"level":"OFF","includeExecutionData":false}`)
	}
	if m.tracing == nil {
		m.tracing = json.RawMessage(`{"enabled":false}`)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.machines[m.arn]; old != nil {
		// A different role is ignored, as the service has it.
		if old.definition != m.definition || string(old.logging) != string(m.logging) || string(old.tracing) != string(m.tracing) {
			return nil, fail("StateMachineAlreadyExists", "State Machine Already Exists: '%s'", m.arn)
		}
		return old, nil
	}
	s.machines[m.arn] = m
	return m, nil
}

func (s *Service) createStateMachine(in machineInput) (any, error) {
	if err := required("roleArn", in.RoleARN); err != nil {
		return nil, err
	}
	m, err := s.create(in)
	if err != nil {
		return nil, err
	}
	return map[string]any{"stateMachineArn": m.arn, "creationDate": epoch(m.created)}, nil
}

// updateStateMachine gives a machine another definition or role; what already
// runs goes on with the one it started with.
func (s *Service) updateStateMachine(in machineInput) (any, error) {
	m, err := s.machine(in.ARN)
	if err != nil {
		return nil, err
	}
	next := *m
	next.revision = uuid.NewString()
	switch {
	case in.Publish:
		return nil, fail("ValidationException", "publish: versions are not implemented on this machine")
	case in.Definition == "" && in.RoleARN == "" && in.LoggingConfiguration == nil && in.TracingConfiguration == nil:
		return nil, fail("MissingRequiredParameter", "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified")
	}
	if in.Definition != "" {
		if next.parsed, err = parse(in.Definition); err != nil {
			return nil, err
		}
		if next.hash, err = s.folder.define(in.Definition); err != nil {
			return nil, err
		}
		next.definition = in.Definition
	}
	if in.RoleARN != "" {
		next.roleARN = in.RoleARN
	}
	if in.LoggingConfiguration != nil {
		next.logging = in.LoggingConfiguration
	}
	if in.TracingConfiguration != nil {
		next.tracing = in.TracingConfiguration
	}
	s.mu.Lock()
	s.machines[m.arn] = &next
	s.mu.Unlock()
	return map[string]any{"updateDate": epoch(s.opts.Clock.Now()), "revisionId": next.revision}, nil
}

func (s *Service) describeStateMachine(in machineInput) (any, error) {
	m, err := s.machine(in.ARN)
	if err != nil {
		return nil, err
	}
	out := map[string]any{
		"stateMachineArn": m.arn, "name": m.name, "status": "ACTIVE", "definition": m.definition, "roleArn": m.roleARN,
		"type": "STANDARD", "creationDate": epoch(m.created), "loggingConfiguration": m.logging, "tracingConfiguration": m.tracing,
	}
	if m.revision != "" {
		out["revisionId"] = m.revision
	}
	return out, nil
}

func (s *Service) listStateMachines(in pageInput) (any, error) {
	s.mu.RLock()
	all := make([]*machine, 0, len(s.machines))
	for _, m := range s.machines {
		all = append(all, m)
	}
	s.mu.RUnlock()
	sort.Slice(all, func(i, j int) bool { return all[i].name < all[j].name })
	return in.answer("stateMachines", len(all), func(i int) any {
		return map[string]any{"stateMachineArn": all[i].arn, "name": all[i].name, "type": "STANDARD", "creationDate": epoch(all[i].created)}
	})
}

// deleteStateMachine also stops and forgets the machine's executions. One that
// isn't there is no error, as at AWS.
func (s *Service) deleteStateMachine(in machineInput) (any, error) {
	if err := validARN(machineARN, "stateMachineArn", in.ARN); err != nil {
		return nil, err
	}
	s.mu.Lock()
	executions := s.order[in.ARN]
	delete(s.machines, in.ARN)
	delete(s.order, in.ARN)
	for _, x := range executions {
		delete(s.executions, x.ARN)
	}
	s.mu.Unlock()
	for _, x := range executions {
		x.Stop(nil, nil)
		if err := s.folder.forget(x.ARN); err != nil {
			return nil, err
		}
	}
	return struct{}{}, nil
}

func (s *Service) validateStateMachineDefinition(in machineInput) (any, error) {
	if err := required("definition", in.Definition); err != nil {
		return nil, err
	}
	diagnostics, result := []any{}, "OK"
	_, err := asl.Parse([]byte(in.Definition), knownResource)
	if mistakes, ok := errors.AsType[asl.Mistakes](err); ok {
		result = "FAIL"
		for _, m := range mistakes {
			diagnostics = append(diagnostics, map[string]any{"severity": "ERROR", "code": m.Code, "message": m.Message, "location": m.Location})
		}
	}
	return map[string]any{"result": result, "diagnostics": diagnostics, "truncated": false}, nil
}

func (s *Service) machine(arn string) (*machine, error) {
	if err := validARN(machineARN, "stateMachineArn", arn); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if m := s.machines[arn]; m != nil {
		return m, nil
	}
	return nil, fail("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn)
}
