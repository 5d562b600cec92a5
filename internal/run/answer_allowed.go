package run

import (
	"fmt"
	"strings"
)

// mayReturn says which transitions each hook may answer with; a hook that is
// not listed may answer with none.
var mayReturn = map[HookName][]EventName{
	OnRequest:     {Approve, Deny},
	AfterRequest:  {Approve, Deny},
	OnApprove:     {Approve, Deny, Ignore},
	OnDeny:        {Deny, Ignore},
	OnExpire:      {Approve, Deny, Expire},
	OnEscalate:    {Escalate, Deescalate},
	AfterEscalate: {Revoke, Deescalate},
	OnRevoke:      {Revoke, Ignore},
	OnDeescalate:  {Deescalate},
}

// MayReturn lists the transitions that a hook may answer with.
func (h HookName) MayReturn() []EventName { return append([]EventName(nil), mayReturn[h]...) }

func (h HookName) allows(e EventName) bool {
	for _, allowed := range mayReturn[h] {
		if allowed == e {
			return true
		}
	}
	return false
}

// choices lists what a hook may answer, for a sentence.
func (h HookName) choices() string {
	var names []string
	for _, e := range mayReturn[h] {
		names = append(names, fmt.Sprintf("%q", e))
	}
	return strings.Join(append(names, "no transition"), ", ")
}
