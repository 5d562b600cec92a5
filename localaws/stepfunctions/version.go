package stepfunctions

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// keptMachine is what the folder has of the machine that an execution of another process
// was started with.
type keptMachine struct {
	folder *folder
	hash   string
}

// text returns a definition that define kept, and when it was.
func (k keptMachine) text() (definition string, since time.Time, err error) {
	path := filepath.Join(k.folder.definitions(), k.hash+definitionSuffix)
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", since, fmt.Errorf("read a definition: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", since, fmt.Errorf("read a definition: %w", err)
	}
	return string(raw), info.ModTime(), nil
}

// describeStateMachineForExecution describes the state machine as it was when an
// execution was started: an update or a deletion since does not show.
func (s *Service) describeStateMachineForExecution(in describeExecutionInput) (any, error) {
	all, err := in.IncludedData.all()
	if err != nil {
		return nil, err
	}
	x, err := s.execution(in.ExecutionARN)
	if err != nil {
		return nil, err
	}
	out := map[string]any{
		"stateMachineArn": x.MachineARN, "name": x.MachineName, "roleArn": x.RoleARN,
		"loggingConfiguration": s.loggingOf(x.MachineARN), "tracingConfiguration": tracing{},
	}
	definition, since, err := origin(x)
	if err != nil {
		return nil, err
	}
	out["updateDate"] = epoch(since)
	if m, ok := x.Origin.(*machine); ok && m.revision != "" {
		out["revisionId"] = m.revision
	}
	if all {
		out["definition"] = definition
	}
	return out, nil
}

// origin returns the definition that an execution goes by, and since when it was
// the machine's.
func origin(x *asl.Execution) (definition string, since time.Time, err error) {
	switch o := x.Origin.(type) {
	case *machine:
		return o.definition, o.updated, nil
	case keptMachine:
		return o.text()
	}
	return "", since, fmt.Errorf("execution %s was started with no definition", x.ARN)
}
