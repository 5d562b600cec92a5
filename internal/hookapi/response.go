package hookapi

import (
	"encoding/json"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The limits on the response of a hook.
const (
	maxResponse = 64 << 10 // bytes
	// maxResponseOfPeople is for a response with permissions, which may name many
	// people. It is all that the state machine can carry, less the document.
	maxResponseOfPeople = 256 << 10 // bytes
	maxOutput           = 8 << 10   // bytes
	maxChecks           = 50
	maxCheckText        = 1000 // characters
	maxPrincipals       = 1000
	maxNotify           = 50
	// MaxReviewSeconds is the longest review, 30 days.
	MaxReviewSeconds = 30 * 24 * 3600
	maxApprovals     = 20
	maxFlows         = 1000
	MaxUnknown       = 20
)

// Response is the response of a hook function, as far as it is valid. Each hook that
// ran in the invocation stands for itself: Errors says which of them failed.
type Response struct {
	Transition      run.EventName
	Reason          string
	Message         string
	DurationSeconds int
	Checks          []run.Check
	Output          json.RawMessage
	// Puts are what the hook keeps in its store if its outcome takes effect.
	Puts          []run.Put
	Permissions   *run.Permissions
	Notifications []run.Notify
	Subscriptions []run.HookName
	flows         []string
	Subscribes    bool
	Errors        map[run.HookName]string
	// FailedWhole reports that the invocation failed as a whole: nothing of it holds.
	FailedWhole bool
	// newer is set for a response of a newer minor version of the contract, whose
	// additions are ignored: unknown names them.
	newer   bool
	Unknown []string
}

// Fail records how a hook failed, in words that follow its name.
func (a *Response) Fail(h run.HookName, format string, args ...any) {
	if a.Errors == nil {
		a.Errors = map[run.HookName]string{}
	}
	if _, already := a.Errors[h]; !already {
		a.Errors[h] = run.ClipError(string(h) + " " + fmt.Sprintf(format, args...))
	}
}

// Failure returns the error of a hook, "" without one.
func (a *Response) Failure(h run.HookName) string { return a.Errors[h] }
