package hook

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// reads records the first undeclared name that a hook reads: a misspelt name would
// silently read as an absent value. A hook may read from several goroutines.
type reads struct {
	flow string
	// panics is set in tests, which call a hook directly, so that nothing checks for
	// the mistake afterwards.
	panics bool

	mu    sync.Mutex
	first error
}

// names are those that a flow declares of one kind, such as "field". The zero names,
// from an older engine, allow every name.
type names struct {
	kind  string
	list  []string
	known bool
	reads *reads
}

// declared returns names; list is nil if the engine sent none.
func (r *reads) declared(kind string, list *[]string) names {
	if list == nil {
		return names{}
	}
	return names{kind: kind, list: *list, known: true, reads: r}
}

// check records a name that is not declared.
func (n names) check(name string) {
	if !n.known || slices.Contains(n.list, name) {
		return
	}
	has := "it declares none"
	if len(n.list) > 0 {
		has = "it declares " + strings.Join(n.list, ", ")
	}
	n.reads.mistake(fmt.Errorf("flow %q has no %s %q; %s", n.reads.flow, n.kind, name, has))
}

// The names that [Event.Actor] and [Event.Step] take.
var (
	events = []string{"request", "approve", "deny", "expire", "cancel", "escalate", "deescalate", "revoke", "fail"}
	steps  = []string{
		escalate, onRequest, getPermissions, getNotifications, "after_request", "on_approve", "after_approve", "on_deny", "after_deny", "on_expire", "after_expire",
		"after_cancel", "on_escalate", "after_escalate", "while_active", "on_deescalate", "after_deescalate", "on_revoke", "after_revoke", "after_fail",
	}
)

// known records a name that is not in the contract.
func (r *reads) known(kind, name string, list []string) {
	if r != nil && !slices.Contains(list, name) {
		r.mistake(fmt.Errorf("unknown %s %q; known: %s", kind, name, strings.Join(list, ", ")))
	}
}

func (r *reads) mistake(err error) {
	if r.panics {
		panic(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.first == nil {
		r.first = err
	}
}

// err returns the first mistake, or nil.
func (r *reads) err() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.first
}
