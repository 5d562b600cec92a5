package stepfunctions

import (
	"cmp"
	"errors"
	"fmt"
	"sort"
	"time"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// machine is a state machine. It doesn't change; an update puts another into
// its place.
type machine struct {
	arn, name, roleARN, definition, revision string
	// hash is that of the definition in the folder, "" in memory.
	hash             string
	parsed           *asl.Machine
	created, updated time.Time
	tags             map[string]string
}

// Create creates a state machine from its definition and returns its ARN. Creating the
// same machine twice succeeds; another definition under its name is an error.
func (s *Service) Create(name, definition, roleARN string) (arn string, err error) {
	m, err := s.create(createInput{Name: name, Definition: definition, RoleARN: roleARN})
	if err != nil {
		return "", err
	}
	return m.arn, nil
}

func parse(definition string) (*asl.Machine, error) {
	parsed, err := asl.Parse([]byte(definition), checkTask)
	if err != nil {
		return nil, invalidDefinition(err)
	}
	return parsed, nil
}

func (s *Service) create(in createInput) (*machine, error) {
	switch {
	case !validName.MatchString(in.Name):
		return nil, fail("InvalidName", "Invalid Name: '%s'", in.Name)
	case in.Type != "" && in.Type != "STANDARD":
		return nil, fail("StateMachineTypeNotSupported", "State machine type not supported on this machine: '%s'", in.Type)
	case in.Publish:
		return nil, fail("ValidationException", "publish: versions are not implemented on this machine")
	}
	if err := off(in.LoggingConfiguration, in.TracingConfiguration, in.EncryptionConfiguration); err != nil {
		return nil, err
	}
	tags, err := tagged(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	if err := required("definition", in.Definition); err != nil {
		return nil, err
	}
	if err := atMost("definition", in.Definition, maxDefinition); err != nil {
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
		parsed: parsed, created: s.opts.Clock.Now(), tags: tags,
	}
	m.updated = m.created
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.machines[m.arn]; old != nil {
		// A different role and other tags are ignored, as the service has it
		// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html).
		if old.definition != m.definition {
			return nil, fail("StateMachineAlreadyExists", "State Machine Already Exists: '%s'", m.arn)
		}
		return old, nil
	}
	s.machines[m.arn] = m
	return m, nil
}

func (s *Service) createStateMachine(in createInput) (any, error) {
	if err := required("roleArn", in.RoleARN); err != nil {
		return nil, err
	}
	if err := validRole(in.RoleARN); err != nil {
		return nil, err
	}
	m, err := s.create(in)
	if err != nil {
		return nil, err
	}
	return map[string]any{"stateMachineArn": m.arn, "creationDate": epoch(m.created)}, nil
}

// updateStateMachine replaces the definition or role of a machine. Running executions
// continue with those they started with.
func (s *Service) updateStateMachine(in updateInput) (any, error) {
	m, err := s.machine(in.MachineARN)
	if err != nil {
		return nil, err
	}
	next := *m
	next.revision, next.updated = uuid.NewString(), s.opts.Clock.Now()
	switch {
	case in.Publish:
		return nil, fail("ValidationException", "publish: versions are not implemented on this machine")
	case in.Definition == "" && in.RoleARN == "" && in.LoggingConfiguration == nil && in.TracingConfiguration == nil && in.EncryptionConfiguration == nil:
		return nil, fail("MissingRequiredParameter", "Either the definition, the role ARN, the LoggingConfiguration, the TracingConfiguration or the EncryptionConfiguration must be specified")
	}
	if err := off(in.LoggingConfiguration, in.TracingConfiguration, in.EncryptionConfiguration); err != nil {
		return nil, err
	}
	if in.RoleARN != "" {
		if err := validRole(in.RoleARN); err != nil {
			return nil, err
		}
		next.roleARN = in.RoleARN
	}
	if in.Definition != "" {
		if err := atMost("definition", in.Definition, maxDefinition); err != nil {
			return nil, err
		}
		if next.parsed, err = parse(in.Definition); err != nil {
			return nil, err
		}
		if next.hash, err = s.folder.define(in.Definition); err != nil {
			return nil, err
		}
		next.definition = in.Definition
	}
	s.mu.Lock()
	if now := s.machines[m.arn]; now != nil {
		next.tags = now.tags // tagged meanwhile
	}
	s.machines[m.arn] = &next
	s.mu.Unlock()
	return map[string]any{"updateDate": epoch(next.updated), "revisionId": next.revision}, nil
}

func (s *Service) describeStateMachine(in describeMachineInput) (any, error) {
	all, err := in.IncludedData.all()
	if err != nil {
		return nil, err
	}
	m, err := s.machine(in.MachineARN)
	if err != nil {
		return nil, err
	}
	out := map[string]any{
		"stateMachineArn": m.arn, "name": m.name, "status": "ACTIVE", "roleArn": m.roleARN,
		"type": "STANDARD", "creationDate": epoch(m.created), "loggingConfiguration": logging{Level: "OFF"}, "tracingConfiguration": tracing{},
		"encryptionConfiguration": ownKeyEncryption{"AWS_OWNED_KEY"},
	}
	if all {
		out["definition"] = m.definition
	}
	if m.revision != "" {
		out["revisionId"] = m.revision
	}
	return out, nil
}

func (s *Service) listStateMachines(in listMachinesInput) (any, error) {
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

// deleteStateMachine also stops and forgets the machine's executions. Deleting an
// unknown machine succeeds, as at AWS.
func (s *Service) deleteStateMachine(in machineInput) (any, error) {
	if err := validARN(machineARN, "stateMachineArn", in.MachineARN); err != nil {
		return nil, err
	}
	s.mu.Lock()
	executions := s.order[in.MachineARN]
	delete(s.machines, in.MachineARN)
	delete(s.order, in.MachineARN)
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

// validateStateMachineDefinition lists what is wrong with a definition. All that is
// found here is an ERROR, so that either severity asks for the same.
func (s *Service) validateStateMachineDefinition(in validateInput) (any, error) {
	if err := required("definition", in.Definition); err != nil {
		return nil, err
	}
	switch {
	case in.Type != "" && in.Type != "STANDARD":
		return nil, fail("ValidationException", "type %s is not served on this machine; STANDARD is", in.Type)
	case in.Severity != "" && in.Severity != "ERROR" && in.Severity != "WARNING":
		return nil, invalid("severity", "Member must satisfy enum value set: [ERROR, WARNING]")
	case in.MaxResults < 0 || in.MaxResults > maxDiagnostics:
		return nil, invalid("maxResults", fmt.Sprintf("Member must have value between 0 and %d", maxDiagnostics))
	}
	most := cmp.Or(in.MaxResults, maxDiagnostics)
	diagnostics, result := []any{}, "OK"
	_, err := asl.Parse([]byte(in.Definition), checkTask)
	mistakes, _ := errors.AsType[asl.Mistakes](err)
	for _, m := range mistakes[:min(most, len(mistakes))] {
		diagnostics = append(diagnostics, map[string]any{"severity": "ERROR", "code": m.Code, "message": m.Message, "location": m.Location})
	}
	if len(mistakes) > 0 {
		result = "FAIL"
	}
	return map[string]any{"result": result, "diagnostics": diagnostics, "truncated": len(mistakes) > most}, nil
}

// maxDiagnostics is how many mistakes a validation lists
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html).
const maxDiagnostics = 100

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
