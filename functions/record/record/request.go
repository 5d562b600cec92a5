package record

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Request is what the state machine and functions/reconcile ask. It carries ids,
// what was heard from a hook and, to park a wait, a task token; everything else
// is in the run.
type Request struct {
	Version int `json:"version"`
	// Operation is "decide", "park", "resume", "recover" or "wake".
	Operation string `json:"operation"`
	RunID     string `json:"run_id"`
	// Execution is the execution's name: the run's id, or "<id>-r<n>".
	Execution string      `json:"execution"`
	Step      StepID      `json:"step"`
	Turn      run.Turn    `json:"turn"`
	Heard     *run.Heard  `json:"heard"`
	Caught    *run.Caught `json:"caught"`
	// Token wakes the wait that is to be parked.
	Token string `json:"token"`
	// Ended has "recover" give the run its next execution, since this one is over;
	// Close, Drain, Failed and Cause are of [run.Recovery].
	Ended  bool        `json:"ended"`
	Close  bool        `json:"close"`
	Drain  bool        `json:"drain"`
	Failed *run.Caught `json:"failed"`
	Cause  string      `json:"cause"`
}

// StepID is where in the execution this is; EnteredAt stays over retries.
type StepID struct {
	State        string    `json:"state"`
	EnteredAt    time.Time `json:"entered_at"`
	RetryCount   int       `json:"retry_count"`
	RedriveCount int       `json:"redrive_count"`
}

// requestVersion is the newest version of Request that this code knows.
const requestVersion = 3

// withAccess is the first version of Request that a state machine with access
// sends.
const withAccess = 2

// withNonce is the first version of Request that comes with the nonce of its turn.
const withNonce = 3

// execution is the number in the execution's name.
func (r Request) execution() (int, error) {
	rest, ok := strings.CutPrefix(r.Execution, r.RunID)
	if ok && rest == "" {
		return 0, nil
	}
	if digits, isRecovery := strings.CutPrefix(rest, "-r"); ok && isRecovery {
		if n, err := strconv.Atoi(digits); err == nil && n > 0 && strconv.Itoa(n) == digits {
			return n, nil
		}
	}
	return 0, Refused{fmt.Sprintf("execution %q is not one of run %q", r.Execution, r.RunID)}
}

// stepID names the step, the same over its retries. The turn tells steps apart
// that are entered within one millisecond, which is all that EnteredTime has.
func (r Request) stepID(execution int) string {
	return fmt.Sprintf("%s/%s/%d/%d", r.Step.State, r.Step.EnteredAt.UTC().Format(time.RFC3339Nano), execution, r.Turn.Number)
}

// proves notes in the run that its execution sends nonces: it is not believed
// without one any more.
func (r Request) proves(next *run.Run) {
	if r.Turn.Nonce != "" && next.Engine.NonceKey != "" {
		next.Engine.Proven = next.Engine.Execution + 1
	}
}
