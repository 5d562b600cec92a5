package hookapi

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// mayReturn says which transitions each hook may answer with; a hook that is
// not listed may answer with none.
var mayReturn = map[run.HookName][]run.EventName{
	run.OnRequest:     {run.Approve, run.Deny},
	run.AfterRequest:  {run.Approve, run.Deny},
	run.OnApprove:     {run.Approve, run.Deny, run.Ignore},
	run.OnDeny:        {run.Deny, run.Ignore},
	run.OnExpire:      {run.Approve, run.Deny, run.Expire},
	run.OnEscalate:    {run.Escalate, run.Deescalate},
	run.AfterEscalate: {run.Revoke, run.Deescalate},
	run.OnRevoke:      {run.Revoke, run.Ignore},
	run.OnDeescalate:  {run.Deescalate},
}

// MayReturn lists the transitions that a hook may answer with.
func MayReturn(h run.HookName) []run.EventName { return append([]run.EventName(nil), mayReturn[h]...) }

func allows(h run.HookName, e run.EventName) bool {
	for _, allowed := range mayReturn[h] {
		if allowed == e {
			return true
		}
	}
	return false
}

// choices lists what a hook may answer, for a sentence.
func choices(h run.HookName) string {
	var names []string
	for _, e := range mayReturn[h] {
		names = append(names, fmt.Sprintf("%q", e))
	}
	return strings.Join(append(names, "no transition"), ", ")
}
