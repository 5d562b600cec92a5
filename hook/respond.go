package hook

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Respond responds to one invocation by the state machine. It runs the hook that the
// event names and, after an OnRequest that decided nothing, the reducers. The response
// reports hooks that failed; the error is for an event that can't be read, or whose flow
// is unknown. [Serve] calls it, and so may tests of a whole function.
func (f Flows) Respond(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
	in, err := readInvocation(event)
	if err != nil {
		return nil, err
	}
	if in.Hook == resume {
		return json.RawMessage("{}"), nil
	}
	if in.Hook == noHook {
		return in.reply(response{Version: ContractVersion, Subscriptions: []string{}, Flows: f.listed()})
	}
	if in.Hook == getFlows {
		return marshal(f.getFlows(ctx, in))
	}
	hooks, err := f.of(in.Run.Flow.Name)
	if err != nil {
		return nil, err
	}
	if in.Hook == prefetch {
		return marshal(hooks.prefetch(ctx, in))
	}
	c := call{raw: event, invocation: in, response: response{Version: ContractVersion, Subscriptions: []string{}, Flows: f.listed()}}
	plans := map[string]plan{}
	for _, p := range hooks.plans() {
		plans[p.name] = p
		c.response.Subscriptions = append(c.response.Subscriptions, p.name)
	}
	for _, name := range chain(in.Hook) {
		if p, subscribed := plans[name]; subscribed && c.response.Transition == "" {
			c.run(ctx, p)
		}
	}
	return in.reply(c.response)
}

// reply encodes a response with what the engine accepts of it.
func (in invocation) reply(r response) (json.RawMessage, error) {
	if err := r.fit(in.Accepts); err != nil {
		return nil, err
	}
	return marshal(r)
}

// names lists the flows that have hooks, in order.
func (f Flows) names() []string {
	return slices.Sorted(maps.Keys(f))
}

// listed returns the flows that a response names; nil, so that it names none, where they
// would take up too much of its room. An event of an unknown flow fails either way.
func (f Flows) listed() []string {
	names := f.names()
	if len(names) > maxFlows || len(strings.Join(names, `","`)) > maxFlowNames {
		return nil
	}
	return names
}

// of returns the hooks of a flow. A flow without hooks is an error: it may have another
// name in flows.yaml by now, and its guard would be gone without a word.
func (f Flows) of(name string) (Hooks, error) {
	if hooks, own := f[name]; own {
		return hooks, nil
	}
	if hooks, rest := f["*"]; rest {
		return hooks, nil
	}
	return Hooks{}, fmt.Errorf("flow %q has no hooks in this function, which has hooks for %s; add them, or set hooks: none for the flow in flows.yaml", name, strings.Join(f.names(), ", "))
}

// resume is the hook of an invocation at the start of a recovery that calls no hook. Its
// response is empty.
const resume = "resume"

// chain lists the hooks that run in an invocation of one.
func chain(hook string) []string {
	switch hook {
	case onRequest:
		return []string{onRequest, getPermissions, getNotifications}
	case getPermissions:
		return []string{getPermissions, getNotifications}
	}
	return []string{hook}
}

// call is one invocation of the function, in which several hooks may run.
type call struct {
	raw        json.RawMessage
	invocation invocation
	response   response
}

// run runs one hook within its time limit, and adds its outcome or its failure.
func (c *call) run(ctx context.Context, p plan) {
	started := time.Now()
	e, err := c.event(p.name)
	var got returned
	if err != nil {
		got = failed("not called", err.Error())
	} else {
		got = within(ctx, c.invocation.limit(), func(ctx context.Context) (any, error) { return p.run(ctx, e) })
	}
	if got.failure == "" {
		if err := c.add(e, got.outcome); err != nil {
			got = failed("invalid", err.Error())
		}
	}
	outcome := c.response.Transition
	switch {
	case got.failure != "":
		outcome = got.failure
		c.response.Errors = append(c.response.Errors, hookError{Hook: p.name, Error: clip(got.why)})
		if !got.hung && e != nil {
			c.keepEvidence(e)
		}
	case outcome == "":
		outcome = "continue"
	}
	if p, is := got.outcome.(Permissions); is && p.Approvers == nil {
		logger.Warn("no approvers: only the flow's admins may decide; hook.Keep keeps the flow's", "run_id", c.invocation.Run.ID, "flow", c.invocation.Run.Flow.Name, "hook", getPermissions)
	}
	logHook(got.failure != "", c.invocation, p.name, outcome, started)
}

// event decodes the event anew, so that each hook has a deep copy of its own. It has what
// an earlier hook of the same invocation kept.
func (c *call) event(hook string) (*Event, error) {
	in, err := readInvocation(c.raw)
	if err != nil {
		return nil, err
	}
	e := in.event(hook, &reads{})
	if c.response.Output != nil {
		if e.steps == nil {
			e.steps = map[string]json.RawMessage{}
		}
		e.steps[c.invocation.Hook] = c.response.Output
	}
	return e, nil
}

// add adds a hook's outcome to the response, or nothing of it.
func (c *call) add(e *Event, outcome any) error {
	next := c.response
	if err := next.add(e, outcome); err != nil {
		return err
	}
	raw, err := marshal(next)
	if err != nil {
		return err
	}
	if room := c.room(&next); len(raw) > room {
		return fmt.Errorf("the response would have %d bytes, more than %d", len(raw), room)
	}
	c.response = next
	return nil
}

// keepEvidence keeps the checks of a failed hook, if they are valid.
func (c *call) keepEvidence(e *Event) {
	_ = c.add(&Event{checks: e.checks}, Continue()) // the hook's own failure is reported already
}
