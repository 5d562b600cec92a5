package hookapi

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// MayPut reports whether a hook may return puts: all but those that name people.
func MayPut(h run.HookName) bool {
	return h != run.GetPermissions && h != run.GetNotifications
}

// readPuts reads puts. What the flow's store allows of them is for [Response.CheckPuts].
func (a *Response) readPuts(hook run.HookName, value json.RawMessage) ([]run.Put, error) {
	if !MayPut(hook) {
		return nil, fmt.Errorf("%s may not return it: it names people, and decides nothing", hook)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(value, &items); err != nil {
		return nil, errors.New("must be a list")
	}
	if len(items) > run.MaxPuts {
		return nil, fmt.Errorf("%d of them, more than %d", len(items), run.MaxPuts)
	}
	puts := make([]run.Put, len(items))
	for i, item := range items {
		if err := a.read(item, &puts[i]); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
		if err := noNullVersion(item); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return puts, nil
}

// noNullVersion refuses a condition that is null: what a lookup that failed returns, and
// the put would have no condition.
func noNullVersion(item json.RawMessage) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(item, &members) == nil && string(members["if_version"]) == "null" {
		return errors.New("if_version: null is invalid; leave it out to put in any case, or give \"\" for a value that must not be there")
	}
	return nil
}

// CheckPuts fails the hook if the flow's store does not allow its puts.
func (a *Response) CheckPuts(hook run.HookName, rule *run.StoreRule) {
	if len(a.Puts) == 0 {
		return
	}
	if rule == nil {
		a.Refuse(hook, "returned an invalid response: puts: the flow has no store in flows.yaml")
	} else if err := rule.CheckPuts(a.Puts); err != nil {
		a.Refuse(hook, "returned an invalid response: puts: %v", err)
	}
}

// Refuse fails a hook whose response was read: what it said about the run does not hold.
func (a *Response) Refuse(hook run.HookName, format string, args ...any) {
	a.Fail(hook, format, args...)
	a.dropVerdict()
}

// dropVerdict drops what a failed hook said about the run. What it found out, and the
// outcomes of the other hooks, hold.
func (a *Response) dropVerdict() {
	a.Transition, a.Reason, a.Message, a.DurationSeconds, a.Output, a.Puts = "", "", "", 0, nil, nil
}
