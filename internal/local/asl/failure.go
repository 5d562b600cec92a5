package asl

import "fmt"

// Failure is how a state or an execution failed. Error and Cause are nil where
// there are none, as after a SendTaskFailure without them.
type Failure struct {
	Error *string
	Cause *string
	// at tells that the cause wants the state's place put before it.
	runtime bool
}

// Fail makes a failure.
func Fail(name, cause string) *Failure { return &Failure{Error: &name, Cause: &cause} }

func (f *Failure) name() string {
	if f.Error == nil {
		return ""
	}
	return *f.Error
}

// The errors that the language itself raises.
const (
	errRuntime   = "States.Runtime"
	errTimeout   = "States.Timeout"
	errHeartbeat = "States.HeartbeatTimeout"
	errTask      = "States.TaskFailed"
	errAll       = "States.ALL"
	errLimit     = "States.DataLimitExceeded"
	errNoChoice  = "States.NoChoiceMatched"
	errIntrinsic = "States.IntrinsicFailure"
	errBranch    = "States.BranchFailed"
	errMatchPath = "States.ParameterPathFailure"
	errResult    = "States.ResultPathMatchFailure"
)

// runtimeFailure is an error of the definition met at run time; nothing catches
// it. Its cause is completed with the state it happened in.
func runtimeFailure(format string, args ...any) *Failure {
	f := Fail(errRuntime, fmt.Sprintf(format, args...))
	f.runtime = true
	return f
}

func parameterPathFailure(path string, input any) *Failure {
	return runtimeFailure("The JSONPath '%s' could not be found in the input '%s'", path, encode(input))
}

// place completes the cause of a failure of the definition.
func (f *Failure) place(state string, entered int64) *Failure {
	if f == nil || !f.runtime {
		return f
	}
	placed := Fail(f.name(), fmt.Sprintf("An error occurred while executing the state '%s' (entered at the event id #%d). %s", state, entered, *f.Cause))
	return placed
}

// matches tells whether a retrier or catcher of these names takes the failure.
// States.Runtime is taken by none, States.TaskFailed takes all but time-outs.
func (f *Failure) matches(names []string) bool {
	name := f.name()
	if name == errRuntime {
		return false
	}
	for _, n := range names {
		switch {
		case n == errAll, n == name:
			return true
		case n == errTask && name != errTimeout && name != errHeartbeat:
			return true
		case n == errTimeout && name == errHeartbeat:
			return true
		}
	}
	return false
}

// output is what a catcher hands on.
func (f *Failure) output() map[string]any {
	out := map[string]any{}
	if f.Error != nil {
		out["Error"] = *f.Error
	} else {
		out["Error"] = nil
	}
	if f.Cause != nil {
		out["Cause"] = *f.Cause
	} else {
		out["Cause"] = nil
	}
	return out
}
