package stepfunctions

import (
	"cmp"
	"errors"
	"fmt"
	"sort"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

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
		"type": m.kind, "creationDate": epoch(m.created), "loggingConfiguration": m.logging, "tracingConfiguration": tracing{},
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
		return map[string]any{"stateMachineArn": all[i].arn, "name": all[i].name, "type": all[i].kind, "creationDate": epoch(all[i].created)}
	})
}

// deleteStateMachine also stops and forgets the machine's executions; those of an EXPRESS
// machine go on to their end. Deleting an unknown machine succeeds, as at AWS.
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
	if err := validType(in.Type); err != nil {
		return nil, err
	}
	switch {
	case in.Severity != "" && in.Severity != "ERROR" && in.Severity != "WARNING":
		return nil, invalid("severity", "Member must satisfy enum value set: [ERROR, WARNING]")
	case in.MaxResults < 0 || in.MaxResults > maxDiagnostics:
		return nil, invalid("maxResults", fmt.Sprintf("Member must have value between 0 and %d", maxDiagnostics))
	}
	most := cmp.Or(in.MaxResults, maxDiagnostics)
	diagnostics, result := []any{}, "OK"
	_, err := parsed(in.Type, in.Definition)
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
