package step

import "github.com/fasttrack-dev/fasttrack/internal/run"

// ReconcileVersion is the version of the requests of functions/reconcile, the
// oldest with all that they say: a function that is rolled back still reads them.
const ReconcileVersion = 2

// OfRun returns a request of functions/reconcile to functions/record about a run.
func OfRun(r *run.Run, operation string) RecordRequest {
	return RecordRequest{Version: ReconcileVersion, Operation: operation, RunID: r.ID, Execution: ExecutionOf(r).Name()}
}

// TakeFrom returns a request of functions/reconcile to functions/grant, to remove
// the access of a run. execution is the name of its present execution.
func TakeFrom(runID, execution string) GrantRequest {
	return GrantRequest{Version: ReconcileVersion, Operation: Take, RunID: runID, Execution: execution}
}
