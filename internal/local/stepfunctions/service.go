// Package stepfunctions is this machine's AWS Step Functions: the service's
// JSON API over the interpreter in package asl, so that the functions, the SDKs
// and the AWS command line work against it as they do at AWS.
package stepfunctions

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/internal/local/asl"
	"github.com/fasttrack-dev/fasttrack/internal/local/lambda"
)

// Options says what a Service works with; every field but Invoker may be left
// out.
type Options struct {
	// Clock is the real one if nil.
	Clock clockwork.Clock
	// Invoker runs the Lambda functions of Task states.
	Invoker lambda.Invoker
	// Region and AccountID are in every ARN; us-east-1 and 123456789012 if
	// empty.
	Region, AccountID string
	// OnStatusChange is told of each start and end of an execution, with the
	// detail of EventBridge's "Step Functions Execution Status Change".
	OnStatusChange func(detail StatusChange)
}

// StatusChange is the detail of the event that AWS sends when the status of an
// execution changes
// (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html).
type StatusChange struct {
	ExecutionArn    string  `json:"executionArn"`
	StateMachineArn string  `json:"stateMachineArn"`
	Name            string  `json:"name"`
	Status          string  `json:"status"`
	StartDate       int64   `json:"startDate"`
	StopDate        *int64  `json:"stopDate"`
	Input           string  `json:"input"`
	Output          *string `json:"output"`
	Error           *string `json:"error"`
	Cause           *string `json:"cause"`
}

// Service holds state machines and their executions, all in memory.
type Service struct {
	opts   Options
	engine *asl.Engine

	mu         sync.RWMutex
	machines   map[string]*machine
	executions map[string]*execution
	// order are the executions of each machine, oldest first.
	order map[string][]*execution
}

type machine struct {
	arn, name, roleArn, definition, kind string
	parsed                               *asl.Machine
	created                              time.Time
}

type execution struct {
	*asl.Execution
	machine *machine
	input   string
}

// New gives a service without state machines. Close it to stop what runs.
func New(o Options) *Service {
	if o.Clock == nil {
		o.Clock = clockwork.NewRealClock()
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.AccountID == "" {
		o.AccountID = "123456789012"
	}
	s := &Service{opts: o, machines: map[string]*machine{}, executions: map[string]*execution{}, order: map[string][]*execution{}}
	s.engine = asl.NewEngine(o.Clock, lambdaTasks{o.Invoker}, o.Region)
	return s
}

// Close stops all executions where they are.
func (s *Service) Close() { s.engine.Close() }

// apiError is an error by the service's name.
type apiError struct{ code, message string }

func (e *apiError) Error() string { return e.code + ": " + e.message }

func fail(code, format string, args ...any) error {
	return &apiError{code: code, message: fmt.Sprintf(format, args...)}
}

// validName is what the service takes as a name of machines and executions.
var validName = regexp.MustCompile(`^[^\x00-\x1f\x7f-\x9f <>{}\[\]?*"#%\\^|~` + "`" + `$&,;:/]{1,80}$`)

// Create makes a state machine from its definition and gives its ARN. The same
// again is no error; another definition under the name is.
func (s *Service) Create(name, definition, roleArn string) (string, error) {
	return s.create(name, definition, roleArn, "STANDARD")
}

func (s *Service) create(name, definition, roleArn, kind string) (string, error) {
	if !validName.MatchString(name) {
		return "", fail("InvalidName", "Invalid Name: '%s'", name)
	}
	if kind != "STANDARD" {
		return "", fail("ValidationException", "type %s is not implemented on this machine; STANDARD is", kind)
	}
	parsed, err := asl.Parse([]byte(definition))
	if err != nil {
		return "", fail("InvalidDefinition", "Invalid State Machine Definition: '%v'", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := s.arn("stateMachine", name)
	if m := s.machines[arn]; m != nil {
		if m.definition != definition || m.roleArn != roleArn {
			return "", fail("StateMachineAlreadyExists", "State Machine Already Exists: '%s'", arn)
		}
		return arn, nil
	}
	s.machines[arn] = &machine{arn: arn, name: name, roleArn: roleArn, definition: definition, kind: kind, parsed: parsed, created: s.opts.Clock.Now()}
	return arn, nil
}

func (s *Service) arn(kind string, parts ...string) string {
	return fmt.Sprintf("arn:aws:states:%s:%s:%s:%s", s.opts.Region, s.opts.AccountID, kind, strings.Join(parts, ":"))
}

// start starts an execution; the name may be empty. A name whose execution
// still runs with the same input gives that execution; any other use of a name
// again is refused.
func (s *Service) start(machineArn, name, input string) (*execution, error) {
	if len(input) > 256<<10 {
		return nil, fail("InvalidExecutionInput", "Invalid execution input: more than 262144 bytes")
	}
	if input == "" {
		input = "{}"
	}
	if name == "" {
		name = newName()
	}
	if !validName.MatchString(name) {
		return nil, fail("InvalidName", "Invalid Name: '%s'", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.machines[machineArn]
	if m == nil {
		return nil, fail("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", machineArn)
	}
	arn := s.arn("execution", m.name, name)
	if x := s.executions[arn]; x != nil {
		if x.input == input && x.State().Status == asl.Running {
			return x, nil
		}
		return nil, fail("ExecutionAlreadyExists", "Execution Already Exists: '%s'", arn)
	}
	x := &execution{machine: m, input: input}
	ran, err := s.engine.Start(asl.Start{
		ARN: arn, Name: name, RoleARN: m.roleArn, MachineARN: m.arn, MachineName: m.name, Machine: m.parsed,
		Input: []byte(input), Changed: s.changed,
	})
	if err != nil {
		return nil, fail("InvalidExecutionInput", "Invalid State Machine Execution Input: '%v'", err)
	}
	x.Execution = ran
	s.executions[arn] = x
	s.order[m.arn] = append(s.order[m.arn], x)
	return x, nil
}

// changed tells of an execution's new status.
func (s *Service) changed(x *asl.Execution) {
	if s.opts.OnStatusChange == nil {
		return
	}
	end := x.State()
	detail := StatusChange{
		ExecutionArn: x.ARN, StateMachineArn: x.MachineARN, Name: x.Name, Status: string(end.Status),
		StartDate: x.StartedAt.UnixMilli(), Input: string(x.Input),
	}
	if end.Status != asl.Running {
		stopped := end.StoppedAt.UnixMilli()
		detail.StopDate = &stopped
	}
	if end.Output != nil {
		output := string(end.Output)
		detail.Output = &output
	}
	if end.Failure != nil {
		detail.Error, detail.Cause = end.Failure.Error, end.Failure.Cause
	}
	s.opts.OnStatusChange(detail)
}

func (s *Service) execution(arn string) (*execution, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if x := s.executions[arn]; x != nil {
		return x, nil
	}
	return nil, fail("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn)
}

func (s *Service) machine(arn string) (*machine, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if m := s.machines[arn]; m != nil {
		return m, nil
	}
	return nil, fail("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn)
}

func (s *Service) sortedMachines() []*machine {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]*machine, 0, len(s.machines))
	for _, m := range s.machines {
		all = append(all, m)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].name < all[j].name })
	return all
}
