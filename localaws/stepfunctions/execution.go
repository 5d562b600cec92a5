package stepfunctions

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// Start starts an execution of a machine and returns its ARN; the name may be empty. A
// name whose execution still runs with the same input returns that execution; any other
// use of the name is refused. Of an EXPRESS machine every call starts another execution.
func (s *Service) Start(machineARN, name, input string) (executionARN string, err error) {
	x, err := s.start(machineARN, name, input)
	if err != nil {
		return "", err
	}
	return x.ARN, nil
}

func (s *Service) start(machineARN, name, input string) (*asl.Execution, error) {
	name = cmp.Or(name, uuid.NewString())
	m, err := s.startable(machineARN, name, input)
	if err != nil {
		return nil, err
	}
	if m.kind == express {
		return s.startExpress(m, asl.Express, name, input)
	}
	x, fresh, err := s.register(m, name, input)
	if err != nil {
		return nil, err
	}
	if !fresh {
		return x, x.Flush() // it may not be kept yet
	}
	if err := x.Run(); err != nil {
		s.unregister(x)
		return nil, err
	}
	return x, nil
}

// startable returns the machine that an execution is to be started of.
func (s *Service) startable(machineARN, name, input string) (*machine, error) {
	if err := atMost("input", input, maxData); err != nil {
		return nil, err
	}
	if input == "" {
		return nil, fail("InvalidExecutionInput", "Invalid State Machine Execution Input: 'Invalid execution input.'")
	}
	if !validName.MatchString(name) {
		return nil, fail("InvalidName", "Invalid Name: '%s'", name)
	}
	return s.machine(machineARN)
}

// register makes an execution, unless it is there already.
func (s *Service) register(m *machine, name, input string) (x *asl.Execution, fresh bool, err error) {
	arn := s.arn("execution", m.name, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.executions[arn]; x != nil {
		if status, _ := x.Status(); status == asl.Running && x.InputText() == input {
			return x, false, nil
		}
		return nil, false, fail("ExecutionAlreadyExists", "Execution Already Exists: '%s'", arn)
	}
	x, err = s.engine.New(asl.Start{
		ARN: arn, Name: name, RoleARN: m.roleARN, MachineARN: m.arn, MachineName: m.name, Machine: m.parsed, Origin: m,
		Input: []byte(input), Changed: s.changed(), Recorded: s.recorded(),
		Keep: s.folder.keeping(identity{name, m.arn, m.name, m.roleARN, m.hash, false}, 0),
	})
	if err != nil {
		return nil, false, fail("InvalidExecutionInput", "Invalid State Machine Execution Input: '%v'", err)
	}
	s.executions[arn] = x
	s.order[m.arn] = append(s.order[m.arn], x)
	return x, true, nil
}

// unregister forgets an execution that could not be started.
func (s *Service) unregister(x *asl.Execution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.executions, x.ARN)
	s.order[x.MachineARN] = slices.DeleteFunc(slices.Clone(s.order[x.MachineARN]), func(other *asl.Execution) bool { return other == x })
}

func (s *Service) startExecution(in startInput) (any, error) {
	input := "{}"
	if in.Input != nil {
		input = *in.Input
	}
	x, err := s.start(in.MachineARN, in.Name, input)
	if err != nil {
		return nil, err
	}
	return map[string]any{"executionArn": x.ARN, "startDate": epoch(x.StartedAt)}, nil
}

func (s *Service) describeExecution(in describeExecutionInput) (any, error) {
	all, err := in.IncludedData.all()
	if err != nil {
		return nil, err
	}
	x, err := s.execution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	out := summary(x)
	out["redriveCount"], out["redriveStatus"] = 0, "NOT_REDRIVABLE"
	out["redriveStatusReason"] = "Redrive is not implemented on this machine"
	if !all {
		out["inputDetails"] = map[string]bool{"included": false}
		return out, nil
	}
	end := x.State()
	included := map[string]bool{"included": true}
	out["input"], out["inputDetails"] = x.InputText(), included
	if end.Output != nil {
		out["outputDetails"] = included
	}
	addResult(out, end)
	return out, nil
}

// addResult adds the output of an execution, or its error and cause.
func addResult(out map[string]any, end asl.End) {
	if end.Output != nil {
		out["output"] = string(end.Output)
	}
	if f := end.Failure; f != nil {
		if f.Error != nil {
			out["error"] = *f.Error
		}
		if f.Cause != nil {
			out["cause"] = *f.Cause
		}
	}
}

// summary is what lists show of an execution.
func summary(x *asl.Execution) map[string]any {
	status, stopped := x.Status()
	out := map[string]any{
		"executionArn": x.ARN, "stateMachineArn": x.MachineARN, "name": x.Name, "status": string(status),
		"startDate": epoch(x.StartedAt),
	}
	if status != asl.Running {
		out["stopDate"] = epoch(stopped)
	}
	return out
}

// listExecutions lists the executions of a machine, newest first. A page goes
// on where the last ended even when executions were started meanwhile.
func (s *Service) listExecutions(in listExecutionsInput) (any, error) {
	switch asl.Status(in.StatusFilter) {
	case "", asl.Running, asl.Succeeded, asl.Failed, asl.TimedOut, asl.Aborted:
	default:
		return nil, invalid("statusFilter", "Member must satisfy enum value set: [ABORTED, FAILED, RUNNING, SUCCEEDED, TIMED_OUT]")
	}
	m, err := s.machine(in.MachineARN)
	if err != nil {
		return nil, err
	}
	if m.kind == express {
		return nil, unsupported("")
	}
	s.mu.RLock()
	all := s.order[in.MachineARN]
	s.mu.RUnlock()
	return in.newestFirst(all)
}

// newestFirst returns a page. Its token counts from the oldest, so that new executions
// don't move it.
func (in listExecutionsInput) newestFirst(all []*asl.Execution) (any, error) {
	from, size, err := in.window()
	if err != nil {
		return nil, err
	}
	if from == 0 || from > len(all) {
		from = len(all)
	}
	items := []any{}
	for ; from > 0 && len(items) < size; from-- {
		x := all[from-1]
		if status, _ := x.Status(); in.StatusFilter == "" || string(status) == in.StatusFilter {
			items = append(items, summary(x))
		}
	}
	out := map[string]any{"executions": items}
	if from > 0 {
		out["nextToken"] = pageToken(from)
	}
	return out, nil
}

func (s *Service) stopExecution(in stopInput) (any, error) {
	if err := failureFits(in.Error, in.Cause); err != nil {
		return nil, err
	}
	x, err := s.execution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	x.Stop(in.Error, in.Cause)
	_, stopped := x.Status()
	return map[string]any{"stopDate": epoch(stopped)}, nil
}

func (s *Service) getExecutionHistory(in historyInput) (any, error) {
	x, err := s.execution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	events := x.History(0)
	data := in.IncludeExecutionData == nil || *in.IncludeExecutionData
	return in.answer("events", len(events), func(i int) any {
		if in.ReverseOrder {
			i = len(events) - 1 - i
		}
		e := events[i]
		out := map[string]any{"id": e.ID, "previousEventId": e.PreviousID, "type": e.Type, "timestamp": epoch(e.At)}
		if member, details := e.Details(data); member != "" {
			out[member] = details
		}
		return out
	})
}

func (s *Service) execution(arn string) (*asl.Execution, error) {
	if err := validARN(executionARN, "executionArn", arn); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if x := s.executions[arn]; x != nil {
		return x, nil
	}
	return nil, fail("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn)
}
