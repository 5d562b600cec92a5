package stepfunctions

import (
	"encoding/json"
	"errors"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

func (s *Service) sendTaskSuccess(in taskSuccessInput) (any, error) {
	if in.Output == nil {
		return nil, required("output", "")
	}
	if err := atMost("output", *in.Output, maxData); err != nil {
		return nil, err
	}
	if !json.Valid([]byte(*in.Output)) {
		return nil, fail("InvalidOutput", "Invalid Output: 'The output is not valid JSON'")
	}
	return s.sent(in.TaskToken, s.engine.SendTaskSuccess(in.TaskToken, []byte(*in.Output)))
}

func (s *Service) sendTaskFailure(in taskFailureInput) (any, error) {
	if err := failureFits(in.Error, in.Cause); err != nil {
		return nil, err
	}
	return s.sent(in.TaskToken, s.engine.SendTaskFailure(in.TaskToken, in.Error, in.Cause))
}

func (s *Service) sendTaskHeartbeat(in heartbeatInput) (any, error) {
	return s.sent(in.TaskToken, s.engine.SendTaskHeartbeat(in.TaskToken))
}

// sent answers for what was sent with a token. A task that has ended, in
// whatever way, is reported as timed out, as the service does; one of
// an unknown execution does not exist.
func (s *Service) sent(token string, err error) (any, error) {
	switch {
	case errors.Is(err, asl.ErrInvalidToken):
		return nil, fail("InvalidToken", "Invalid Token: 'Invalid token'")
	case errors.Is(err, asl.ErrTaskClosed):
		arn, _ := asl.TokenExecution(token) // it was well-formed
		if _, unknown := s.execution(arn); unknown != nil {
			return nil, fail("TaskDoesNotExist", "Task does not exist")
		}
		return nil, fail("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
	}
	return struct{}{}, err
}
