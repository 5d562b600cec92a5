package step

import "github.com/fasttrack-dev/fasttrack/internal/run"

// ReconcileVersion is the version of the requests of functions/reconcile, the
// oldest with all that they say: a function that is rolled back still reads them.
const ReconcileVersion = 2

// ReconcileRequest is what functions/reconcile is invoked with: the event of a
// schedule or of an execution that ended, or a request of an operator.
type ReconcileRequest struct {
	// DryRun only reports what would be done.
	DryRun bool `json:"dry_run"`
	// Source is the source of an event. Without one an operator sweeps, and that also
	// starts runs that are not started automatically any more.
	Source string `json:"source,omitempty"`
	// Drain names runs to end because the installation is being removed. The sweep
	// then looks at nothing else.
	Drain []string `json:"drain,omitempty"`
	// Detail is of an event "Step Functions Execution Status Change".
	Detail struct {
		Name string `json:"name"`
	} `json:"detail,omitzero"`
}

// Report is the response of functions/reconcile: what was done, or would be.
type Report struct {
	DryRun  bool     `json:"dry_run"`
	Actions []Action `json:"actions"`
}

// Action is one action of functions/reconcile, on a run or a lease.
type Action struct {
	RunID string `json:"run_id,omitempty"`
	Lease string `json:"lease,omitempty"`
	// Action is a verb, such as start, restart, close, stop, wake, publish or check.
	Action string `json:"action"`
	// Why says what was found.
	Why string `json:"why"`
	// Error is why it failed; the next sweep retries it.
	Error string `json:"error,omitempty"`
}

// OfRun returns a request of functions/reconcile to functions/record about a run.
func OfRun(r *run.Run, operation string) RecordRequest {
	return RecordRequest{Version: ReconcileVersion, Operation: operation, RunID: r.ID, Execution: ExecutionOf(r).Name()}
}

// TakeFrom returns a request of functions/reconcile to functions/grant, to remove
// the access of a run. execution is the name of its present execution.
func TakeFrom(runID, execution string) GrantRequest {
	return GrantRequest{Version: ReconcileVersion, Operation: Take, RunID: runID, Execution: execution}
}
