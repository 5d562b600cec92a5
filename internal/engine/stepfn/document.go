package stepfn

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// DocumentVersion is the version of [Document] that this code writes.
const DocumentVersion = 3

// maxDocument bounds the document between states, in bytes. It leaves room in a
// state for the response of a hook.
const maxDocument = 120 << 10

// Document goes from state to state of the state machine: ids, what comes next, and
// which hook to call. Everything else is in the run.
type Document struct {
	Version int    `json:"version"`
	RunID   string `json:"run_id"`
	// Turn is the turn that this document was written for. It comes back with each
	// step, which its nonce proves to be the run's own.
	Turn engine.Turn `json:"turn"`
	Next run.Next    `json:"next"`
	// Seconds is the time limit of a wait, at least 1.
	Seconds int       `json:"seconds"`
	Hook    *HookTask `json:"hook"`
	// InLane reports that the lane has time to call the hook. What else comes next, and
	// does not end the run, it hands over.
	InLane bool `json:"in_lane,omitempty"`
	// Response and Caught are always there, for the state machine to fill: a path
	// to a member that is missing would end an execution past any Catch.
	Response *engine.HookResponse `json:"heard"`
	Caught   *Caught              `json:"caught"`
}

// HookTask is the call of a hook function.
type HookTask struct {
	Function string `json:"function"`
	// Seconds limits the state.
	Seconds    int                `json:"seconds"`
	Invocation hookapi.Invocation `json:"ask"`
}

// NewDocument returns what the state machine does next with the run, as of now.
// context is stored beside the run, nil for none. The same run has the same document,
// but for the seconds that are left.
func NewDocument(r *run.Run, now time.Time, context json.RawMessage) (Document, error) {
	d := Document{Version: DocumentVersion, RunID: r.ID, Turn: engine.PresentTurn(r), Next: r.Engine.Next, Seconds: 1}
	switch r.Engine.Next {
	case run.NextReview, run.NextActive:
		d.Seconds = secondsUntil(now, engine.WakeAt(r))
	case run.NextGrant:
		if a := r.Access; a != nil && a.Tries > 0 && now.Before(a.RetryAt) {
			d.Next, d.Seconds = run.NextGiveAgain, secondsUntil(now, a.RetryAt)
		}
	case run.NextPause:
		d.Seconds = secondsUntil(now, r.Access.RetryAt)
	case run.NextHook:
		d.Hook = &HookTask{Function: r.Flow.Hooks, Seconds: hookSeconds(r, now), Invocation: hookapi.NewInvocation(r, context)}
		if err := d.fit(); err != nil {
			return Document{}, fmt.Errorf("run %s: %w", r.ID, err)
		}
	}
	return d, nil
}

// NewRecoveryDocument returns the [Document] with which the execution of a recovery
// starts. Its first state calls a hook function whatever comes next. Without a hook
// to call, its turn is [engine.NoTurn], so that no outcome counts.
func NewRecoveryDocument(r *run.Run, now time.Time, context json.RawMessage) (Document, error) {
	d, err := NewDocument(r, now, context)
	if d.Hook == nil {
		d.Turn = engine.NewTurn(r, engine.NoTurn)
	}
	return d, err
}

// AddOutput adds what the strategy returned when it granted the access. It belongs
// to the hook's invocation alone: a run, an event and the input of an execution never
// hold it.
func (d *Document) AddOutput(output json.RawMessage) error {
	d.Hook.Invocation.Run.StrategyOutput = output
	return d.fit()
}

// AddStore adds the values that hooks of the run's flow keep, as of now. Like the output
// of a strategy, they belong to the hook's invocation alone.
func (d *Document) AddStore(rule *run.StoreRule, s run.Shelves, now time.Time) error {
	if d.Hook == nil || rule == nil {
		return nil
	}
	d.Hook.Invocation.Run.Store = hookapi.NewStore(rule, s, now)
	return d.fit()
}

// hookSeconds returns the time limit of the state: that of each hook of the
// invocation, and a margin for the way and a cold start. Access does not outlast its
// time for on_deescalate.
func hookSeconds(r *run.Run, now time.Time) int {
	hooks := 1
	switch r.Engine.Hook {
	case run.OnRequest:
		hooks = 3 // on_request, get_permissions, get_notifications
	case run.GetPermissions:
		hooks = 2
	case run.WhileActive:
		left := secondsUntil(now, r.TakeBackAt())
		return min(left, r.Flow.HookTimeoutSeconds+engine.HookMargin)
	case run.OnDeescalate:
		if left := secondsUntil(now, r.Access.EndsAt); left < r.Flow.HookTimeoutSeconds {
			return left
		}
	}
	return hooks*r.Flow.HookTimeoutSeconds + engine.HookMargin
}

// secondsUntil returns whole seconds, rounded up, at least 1: what TimeoutSecondsPath
// takes.
func secondsUntil(now, then time.Time) int {
	left := then.Sub(now)
	seconds := int((left + time.Second - 1) / time.Second)
	return max(seconds, 1)
}

// fit shortens the invocation of a hook until the document is small enough: the
// oldest history first, then the outputs of earlier hooks, the store, the context and the
// strategy's output. What is left out is missing, never empty.
func (d *Document) fit() error {
	for {
		size, err := d.size()
		if err != nil {
			return err
		}
		run := &d.Hook.Invocation.Run
		switch {
		case size <= maxDocument:
			return nil
		case len(run.History) > 1:
			run.History = run.History[(len(run.History)+1)/2:]
		case len(run.Steps) > 0:
			run.Steps = nil
		case run.Store != nil:
			run.Store = nil
		case run.Context != nil:
			run.Context = nil
		case run.StrategyOutput != nil:
			run.StrategyOutput = nil
		default:
			return fmt.Errorf("the invocation of %s is %d bytes, more than %d", d.Hook.Invocation.Hook, size, maxDocument)
		}
	}
}

// size returns the size of the document in bytes.
func (d *Document) size() (int, error) {
	raw, err := run.Encode(d)
	if err != nil {
		return 0, fmt.Errorf("encode the document: %w", err)
	}
	return len(raw), nil
}

// ActiveSeconds returns how long the state machine waits, from now, while access is
// active that was granted then, or was confirmed; at least 1.
func ActiveSeconds(r *run.Run, given, now time.Time) int {
	active := *r
	active.Status, active.Engine.Next = run.Active, run.NextActive
	if r.Confirming() {
		access := *r.Access
		access.EndsAt, access.Reminded = r.ConfirmedUntil(), 0
		active.Access, active.Engine.Case = &access, nil
		return secondsUntil(now, engine.WakeAt(&active))
	}
	active.Access = &run.Access{StartsAt: given, EndsAt: r.AccessUntil(given)}
	return secondsUntil(now, engine.WakeAt(&active))
}
