package asl

import "time"

// scope is what paths can see: a value, and the context object, which is made
// on first use.
type scope struct {
	input any

	v     *visit
	token string
	made  map[string]any
}

func (v *visit) scope(input any) *scope { return &scope{input: input, v: v} }

// context returns the context object
// (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html).
func (s *scope) context() map[string]any {
	if s.made != nil {
		return s.made
	}
	x, at := s.v.x, s.v.l.at
	state := map[string]any{"Name": s.v.s.Name, "EnteredTime": timestamp(at.EnteredAt)}
	if s.v.s.Type == "Task" { // the service counts the retries of Task states only
		state["RetryCount"] = at.Retries
	}
	execution := map[string]any{
		"Id": x.ARN, "Input": x.input, "Name": x.Name, "RoleArn": x.RoleARN, "StartTime": timestamp(x.StartedAt),
	}
	if x.Workflow != SyncExpress { // as recorded at the service
		execution["RedriveCount"] = int64(0)
	}
	s.made = map[string]any{
		"Execution":    execution,
		"StateMachine": map[string]any{"Id": x.MachineARN, "Name": x.MachineName},
		"State":        state,
	}
	if s.v.l.item != nil {
		s.made["Map"] = map[string]any{"Item": s.v.l.item}
	}
	if s.token != "" {
		s.made["Task"] = map[string]any{"Token": s.token}
	}
	return s.made
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
