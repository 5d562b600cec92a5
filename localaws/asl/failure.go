package asl

import "fmt"

// Failure is the failure of a state or an execution. Error and Cause are nil if absent,
// as after a SendTaskFailure without them.
type Failure struct {
	Error *string
	Cause *string

	// definition reports whether the state's path goes before the cause.
	definition bool
	// heartbeat is true for a missed heartbeat. It is reported as States.Timeout, like a
	// time-out, but can also be caught as States.HeartbeatTimeout.
	heartbeat bool
}

// Fail makes a failure.
func Fail(name, cause string) *Failure { return &Failure{Error: &name, Cause: &cause} }

func (f *Failure) name() string {
	if f.Error == nil {
		return ""
	}
	return *f.Error
}

// The errors that the language itself raises
// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
const (
	errAll       = "States.ALL"
	errHeartbeat = "States.HeartbeatTimeout"
	errIntrinsic = "States.IntrinsicFailure"
	errLimit     = "States.DataLimitExceeded"
	errNoChoice  = "States.NoChoiceMatched"
	errResult    = "States.ResultPathMatchFailure"
	errRuntime   = "States.Runtime"
	errTask      = "States.TaskFailed"
	errTimeout   = "States.Timeout"
)

// runtimeFailure is an error of the definition met at run time; nothing catches
// it. Its cause is completed with the state it happened in.
func runtimeFailure(format string, args ...any) *Failure {
	f := Fail(errRuntime, fmt.Sprintf(format, args...))
	f.definition = true
	return f
}

// timedOut is a failure without a cause.
func timedOut(heartbeat bool) *Failure {
	name := errTimeout
	return &Failure{Error: &name, heartbeat: heartbeat}
}

// tooLarge is what becomes of a payload over the limit; what names the state or
// the kind of task that gave it.
func tooLarge(what string) *Failure {
	return Fail(errLimit, fmt.Sprintf("The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", what))
}

// place completes the cause of a failure of the definition.
func (f *Failure) place(state string, entered int64) *Failure {
	if !f.definition {
		return f
	}
	return Fail(f.name(), fmt.Sprintf("An error occurred while executing the state '%s' (entered at the event id #%d). %s", state, entered, *f.Cause))
}

// matches reports whether a retrier or catcher of these names handles the failure.
// None handles States.Runtime; States.TaskFailed handles all but time-outs.
func (f *Failure) matches(names []string) bool {
	name := f.name()
	if name == errRuntime {
		return false
	}
	for _, n := range names {
		switch {
		case n == errAll, n == name && f.Error != nil:
			return true
		case n == errTask && name != errTimeout:
			return true
		case n == errHeartbeat && f.heartbeat:
			return true
		}
	}
	return false
}

// output is what a catcher hands on. A time-out has an empty cause; a task that
// was failed without one has null.
func (f *Failure) output() map[string]any {
	out := map[string]any{"Error": nil, "Cause": nil}
	if f.Error != nil {
		out["Error"] = *f.Error
		if *f.Error == errTimeout {
			out["Cause"] = ""
		}
	}
	if f.Cause != nil {
		out["Cause"] = *f.Cause
	}
	return out
}
