package engine

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// maxStale is how often a hook is called again because a value that it read was changed
// before its outcome could be applied.
const maxStale = 3

// admitPuts checks what a hook wants to keep. If a value that it depends on has changed
// since it was read, the hook is called again: its outcome is of other values. It fails if
// that goes on. It reports whether the hook is called again.
func (d *decider) admitPuts(hook run.HookName, a *hookapi.Response) (again bool) {
	if d.Flow.Shadow && hook == run.OnRequest {
		a.Puts = nil // a trial keeps nothing
	}
	a.CheckPuts(hook, d.Flow.Store)
	if len(a.Puts) == 0 {
		if c := d.Engine.Case; c == nil || len(c.Puts) == 0 {
			d.Engine.Stale = 0
		}
		return false
	}
	if broken := d.step.Shelves.Broken(a.Puts, d.now); broken != "" {
		if d.Engine.Stale < maxStale {
			d.Engine.Stale++
			d.callHook(hook)
			return true
		}
		d.Engine.Stale = 0
		a.Refuse(hook, "failed: %s", d.staleFor(broken))
	} else if _, err := d.step.Shelves.After(a.Puts, "", d.now); err != nil {
		a.Refuse(hook, "failed: puts: %v", err)
	}
	return false
}

// staleFor says which value kept changing.
func (d *decider) staleFor(place string) string {
	scope, key, _ := strings.Cut(place, "/")
	return fmt.Sprintf("the value %s of its store was changed by another request each of the %d times that it was called", scope+"/"+d.Flow.Store.NameOf(run.StoreScope(scope), key), maxStale+1)
}

// keepsStale reports whether what hooks keep with a case depends on a value that has
// changed since they were called, or has no room any more: a guard was called in between.
// The case then has no effect: on_request is called again, and what another hook caused is
// dropped.
func (d *decider) keepsStale(c run.Case) bool {
	why := ""
	if broken := d.step.Shelves.Broken(c.Puts, d.now); broken != "" {
		why = d.staleFor(broken)
		if c.Origin == run.OnRequest && d.Status == run.Requested && d.Engine.Stale < maxStale {
			d.Engine.Stale++
			d.Engine.Case = nil
			d.callHook(run.OnRequest)
			return true
		}
	} else if _, err := d.step.Shelves.After(c.Puts, "", d.now); err != nil {
		why = "puts: " + err.Error()
	}
	if why == "" {
		return false
	}
	by := c.Origin
	if by == "" {
		by = d.Engine.Hook
	}
	d.dropEvent(c, by, "", fmt.Sprintf("%s failed: %s", by, why), c.Checks)
	return true
}
