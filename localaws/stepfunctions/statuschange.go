package stepfunctions

import "github.com/fasttrack-dev/fasttrack/localaws/asl"

// StatusChange is the detail of the event that AWS sends when the status of an
// execution changes
// (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html).
// Dates are in milliseconds since 1970.
type StatusChange struct {
	ExecutionArn    string        `json:"executionArn"`
	StateMachineArn string        `json:"stateMachineArn"`
	Name            string        `json:"name"`
	Status          string        `json:"status"`
	StartDate       int64         `json:"startDate"`
	StopDate        *int64        `json:"stopDate"`
	Input           *string       `json:"input"`
	InputDetails    *DataIncluded `json:"inputDetails"`
	Output          *string       `json:"output"`
	OutputDetails   *DataIncluded `json:"outputDetails"`
	Error           *string       `json:"error"`
	Cause           *string       `json:"cause"`
}

// DataIncluded reports whether the event has an input or output.
type DataIncluded struct {
	Included bool `json:"included"`
}

// maxEventData is what input and output may have together, in bytes, to be in
// the event: EventBridge takes 256 KiB, and the service leaves room for the
// rest.
const maxEventData = 248 << 10

// changed returns the callback for new statuses of executions, nil without a
// listener.
func (s *Service) changed() func(*asl.Execution) {
	if s.opts.OnStatusChange == nil {
		return nil
	}
	return func(x *asl.Execution) { s.opts.OnStatusChange(statusChange(x)) }
}

func statusChange(x *asl.Execution) StatusChange {
	end := x.State()
	detail := StatusChange{
		ExecutionArn: x.ARN, StateMachineArn: x.MachineARN, Name: x.Name, Status: string(end.Status),
		StartDate: x.StartedAt.UnixMilli(),
	}
	input, output := x.InputText(), string(end.Output)
	included := &DataIncluded{len(input)+len(output) <= maxEventData}
	detail.InputDetails = included
	if included.Included {
		detail.Input = &input
	}
	if end.Status == asl.Running {
		return detail
	}
	stopped := end.StoppedAt.UnixMilli()
	detail.StopDate = &stopped
	if end.Failure != nil {
		detail.Error, detail.Cause = end.Failure.Error, end.Failure.Cause
	}
	if end.Output != nil {
		detail.OutputDetails = included
		if included.Included {
			detail.Output = &output
		}
	}
	return detail
}
