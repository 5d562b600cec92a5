package step

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Execution is an execution of the state machine: the first one of a run, or the
// one of its Number-th recovery.
type Execution struct {
	RunID  string
	Number int
}

// recovery stands between the run's id and the number in an execution's name.
const recovery = "-r"

// ExecutionOf returns the run's present execution.
func ExecutionOf(r *run.Run) Execution { return Execution{r.ID, r.Engine.Execution} }

// Name returns the execution's name: the run's id, or "<id>-r<n>" for the n-th
// recovery. The name of a closed execution can't be used again for 90 days
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
func (e Execution) Name() string {
	if e.Number == 0 {
		return e.RunID
	}
	return e.RunID + recovery + strconv.Itoa(e.Number)
}

// ParseExecution reads an execution's name. The error is [Refused]: no run has
// an execution of another form.
func ParseExecution(name string) (Execution, error) {
	id, digits, isRecovery := strings.Cut(name, recovery)
	e := Execution{RunID: id}
	var err error
	if isRecovery {
		e.Number, err = strconv.Atoi(digits)
	}
	if err != nil || id == "" || e.Number < 0 || e.Name() != name {
		return Execution{}, Refused(fmt.Sprintf("execution name %q must be a run's id, or <id>-r<n>", name))
	}
	return e, nil
}
