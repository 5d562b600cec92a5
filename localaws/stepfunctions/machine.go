package stepfunctions

import (
	"cmp"
	"time"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// machine is a state machine. It doesn't change; an update puts another into
// its place.
type machine struct {
	arn, name, kind, roleARN, definition, revision string
	// hash is that of the definition in the folder, "" in memory.
	hash             string
	parsed           *asl.Machine
	created, updated time.Time
	logging          Logging
	tags             map[string]string
}

// Machine describes a state machine to create.
type Machine struct {
	Name, Definition, RoleARN string
	// Type is STANDARD, which empty is too, or EXPRESS.
	Type string
	// Logging is where executions write which events.
	Logging Logging
}

// Create creates a Standard state machine from its definition and returns its ARN.
// Creating the same machine twice succeeds; another definition under its name is an
// error.
func (s *Service) Create(name, definition, roleARN string) (arn string, err error) {
	return s.CreateMachine(Machine{Name: name, Definition: definition, RoleARN: roleARN})
}

// CreateMachine creates a state machine of either type, as Create does.
func (s *Service) CreateMachine(m Machine) (arn string, err error) {
	made, err := s.create(createInput{
		Name: m.Name, Definition: m.Definition, RoleARN: m.RoleARN, Type: m.Type, LoggingConfiguration: &m.Logging,
	})
	if err != nil {
		return "", err
	}
	return made.arn, nil
}

func (s *Service) create(in createInput) (*machine, error) {
	switch {
	case !validName.MatchString(in.Name):
		return nil, fail("InvalidName", "Invalid Name: '%s'", in.Name)
	case in.Publish:
		return nil, fail("ValidationException", "publish: versions are not implemented on this machine")
	}
	if err := validType(in.Type); err != nil {
		return nil, err
	}
	logging, err := s.validLogging(in.LoggingConfiguration)
	if err != nil {
		return nil, err
	}
	if err := off(in.TracingConfiguration, in.EncryptionConfiguration); err != nil {
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
	kind := cmp.Or(in.Type, standard)
	parsed, err := parse(kind, in.Definition)
	if err != nil {
		return nil, err
	}
	hash, err := s.folder.define(in.Definition)
	if err != nil {
		return nil, err
	}
	m := &machine{
		arn: s.arn("stateMachine", in.Name), name: in.Name, kind: kind, roleARN: in.RoleARN, definition: in.Definition, hash: hash,
		parsed: parsed, created: s.opts.Clock.Now(), logging: logging, tags: tags,
	}
	m.updated = m.created
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.machines[m.arn]; old != nil {
		// A different role and other tags are ignored, as the service has it
		// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html).
		if old.definition != m.definition || old.kind != m.kind || !old.logging.equal(m.logging) {
			return nil, fail("StateMachineAlreadyExists", "State Machine Already Exists: '%s'", m.arn)
		}
		return old, nil
	}
	s.machines[m.arn] = m
	s.logging.Store(m.arn, m.logging)
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
	if in.LoggingConfiguration != nil {
		if next.logging, err = s.validLogging(in.LoggingConfiguration); err != nil {
			return nil, err
		}
	}
	if err := off(in.TracingConfiguration, in.EncryptionConfiguration); err != nil {
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
		if next.parsed, err = parse(m.kind, in.Definition); err != nil {
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
	s.logging.Store(m.arn, next.logging)
	s.mu.Unlock()
	return map[string]any{"updateDate": epoch(next.updated), "revisionId": next.revision}, nil
}
