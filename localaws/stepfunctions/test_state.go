package stepfunctions

import (
	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// testState runs one state by itself, with the functions that are there
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html).
func (s *Service) testState(in testStateInput) (any, error) {
	input := "{}"
	if in.Input != nil {
		input = *in.Input
	}
	if err := atMost("input", input, maxData); err != nil {
		return nil, err
	}
	switch in.InspectionLevel {
	case "", "INFO":
	case "DEBUG", "TRACE":
		return nil, fail("ValidationException", "inspectionLevel %s is not implemented on this machine; INFO is", in.InspectionLevel)
	default:
		return nil, invalid("inspectionLevel", "Member must satisfy enum value set: [INFO, DEBUG, TRACE]")
	}
	if in.RoleARN != "" {
		if err := validRole(in.RoleARN); err != nil {
			return nil, err
		}
	}
	if err := required("definition", in.Definition); err != nil {
		return nil, err
	}
	state, err := asl.ParseState("TestState", []byte(in.Definition), checkTask)
	if err != nil {
		return nil, invalidDefinition(err)
	}
	tested, err := s.engine.Test(state, asl.Start{
		ARN: s.arn("execution", "TestState", uuid.NewString()), Name: "TestState", RoleARN: in.RoleARN,
		MachineARN: s.arn("stateMachine", "TestState"), MachineName: "TestState", Input: []byte(input),
	})
	if err != nil {
		return nil, fail("InvalidExecutionInput", "Invalid State Machine Execution Input: '%v'", err)
	}
	return answerOf(tested), nil
}

func answerOf(tested asl.Tested) map[string]any {
	out := map[string]any{"status": tested.Status}
	if tested.Output != nil {
		out["output"] = string(tested.Output)
	}
	if tested.Next != "" {
		out["nextState"] = tested.Next
	}
	if f := tested.Failure; f != nil && f.Error != nil {
		out["error"] = *f.Error
	}
	if f := tested.Failure; f != nil && f.Cause != nil {
		out["cause"] = *f.Cause
	}
	return out
}
