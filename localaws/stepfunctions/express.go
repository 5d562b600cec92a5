package stepfunctions

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// The types of state machines.
const (
	standard = "STANDARD"
	express  = "EXPRESS"
)

func validType(kind string) error {
	if kind != "" && kind != standard && kind != express {
		return invalid("type", "Member must satisfy enum value set: [STANDARD, EXPRESS]")
	}
	return nil
}

// ExpressExecution is an execution of an EXPRESS machine that has ended.
type ExpressExecution struct {
	ARN, Name, MachineARN string
	Status                string
	StartedAt, StoppedAt  time.Time
	// States is how many states it entered.
	States int
}

// Billed returns the duration that AWS charges for: the next 100 ms
// (https://aws.amazon.com/step-functions/pricing/).
func (x ExpressExecution) Billed() time.Duration { return billed(x.StoppedAt.Sub(x.StartedAt)) }

func billed(took time.Duration) time.Duration {
	const step = 100 * time.Millisecond
	return max(step, (took+step-1)/step*step)
}

// billedMemory is what AWS charges an execution for, in MB: 50 MB, the definition and
// the data, in steps of 64 MB. A definition has at most 1 MB, and data 256 KiB in each of
// the states that run side by side.
const billedMemory = 64

// startExpress starts an execution of an EXPRESS machine. Names may repeat: each call
// starts another execution. One that nobody waits for is kept in the folder until it
// ends, and starts again from the beginning after a restart: at least once, as at AWS
// (https://docs.aws.amazon.com/step-functions/latest/dg/express-at-least-once-execution.html).
// One with a waiting caller dies with the process: at most once.
func (s *Service) startExpress(m *machine, workflow asl.Workflow, name, input string) (*asl.Execution, error) {
	start := asl.Start{
		ARN: s.arn("express", m.name, name, uuid.NewString()), Name: name, RoleARN: m.roleARN, MachineARN: m.arn, MachineName: m.name,
		Machine: m.parsed, Input: []byte(input),
	}
	if workflow == asl.Express {
		start.Keep = s.folder.keepingExpress(identity{name, m.arn, m.name, m.roleARN, m.hash, true})
	}
	x, err := s.newExpress(workflow, start)
	if err != nil {
		return nil, fail("InvalidExecutionInput", "Invalid State Machine Execution Input: '%v'", err)
	}
	if err := x.Run(); err != nil {
		s.mu.Lock()
		delete(s.express, x.ARN)
		s.mu.Unlock()
		return nil, err
	}
	return x, nil
}

// newExpress makes an execution that the service knows until it ends.
func (s *Service) newExpress(workflow asl.Workflow, start asl.Start) (*asl.Execution, error) {
	start.Workflow, start.Changed, start.Recorded = workflow, s.expressChanged, s.recorded()
	x, err := s.engine.New(start)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.express[x.ARN] = x
	s.mu.Unlock()
	return x, nil
}

// expressChanged forgets an execution that has ended. No event is sent: only Standard
// executions have those
// (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html).
func (s *Service) expressChanged(x *asl.Execution) {
	status, stopped := x.Status()
	if status == asl.Running {
		return
	}
	s.mu.Lock()
	delete(s.express, x.ARN)
	s.mu.Unlock()
	if s.opts.OnExpress == nil {
		return
	}
	ended := ExpressExecution{
		ARN: x.ARN, Name: x.Name, MachineARN: x.MachineARN, Status: string(status), StartedAt: x.StartedAt, StoppedAt: stopped,
	}
	for _, e := range x.History(0) {
		if e.Entered() {
			ended.States++
		}
	}
	s.opts.OnExpress(ended)
}

// ExpressRunning returns the ARNs of the EXPRESS executions that run: no operation
// lists them.
func (s *Service) ExpressRunning() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	arns := make([]string, 0, len(s.express))
	for arn := range s.express {
		arns = append(arns, arn)
	}
	slices.Sort(arns)
	return arns
}

// StopExpress ends an EXPRESS execution where it is, as the death of its host would: no
// operation does that.
func (s *Service) StopExpress(executionARN string) {
	s.mu.RLock()
	x := s.express[executionARN]
	s.mu.RUnlock()
	if x != nil {
		x.Stop(nil, nil)
	}
}

// startSyncExecution answers once the execution has ended, with 200 however it did
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html).
func (s *Service) startSyncExecution(in startSyncInput) (any, error) {
	all, err := in.IncludedData.all()
	if err != nil {
		return nil, err
	}
	input := "{}"
	if in.Input != nil {
		input = *in.Input
	}
	name := cmp.Or(in.Name, uuid.NewString())
	m, err := s.startable(in.MachineARN, name, input)
	if err != nil {
		return nil, err
	}
	if m.kind != express {
		return nil, unsupported("StartSyncExecution needs EXPRESS, and " + m.name + " is STANDARD; use StartExecution")
	}
	x, err := s.startExpress(m, asl.SyncExpress, name, input)
	if err != nil {
		return nil, err
	}
	<-x.Done()
	end := x.State()
	if end.Status == asl.Running {
		return nil, fmt.Errorf("the service was closed while execution %s was running", x.ARN)
	}
	out := summary(x)
	out["billingDetails"] = map[string]any{
		"billedDurationInMilliseconds": billed(end.StoppedAt.Sub(x.StartedAt)).Milliseconds(), "billedMemoryUsedInMB": billedMemory,
	}
	included := map[string]bool{"included": all}
	out["inputDetails"], out["outputDetails"] = included, included
	if all {
		out["input"] = input
		addResult(out, end)
	}
	return out, nil
}
