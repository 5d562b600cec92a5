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

// Answer answers what the state machine asks: it runs the hook that is asked,
// and after an on_request that decided nothing the reducers too. A hook that
// fails is told of in the answer; the error is for what is not understood at
// all. [Serve] calls it; tests of whole hook functions may.
func (f Flows) Answer(ctx context.Context, raw json.RawMessage) (json.RawMessage, error) {
	a, err := readAsked(raw)
	if err != nil {
		return nil, err
	}
	if a.Hook == resume {
		return json.RawMessage("{}"), nil
	}
	if a.Hook == noHook {
		return a.reply(answer{Version: ContractVersion, Subscriptions: []string{}, Flows: f.said()})
	}
	hooks, err := f.of(a.Run.Flow.Name)
	if err != nil {
		return nil, err
	}
	if a.Hook == prefetch {
		return marshal(hooks.prefetch(ctx, a))
	}
	i := invocation{raw: raw, asked: a, answer: answer{Version: ContractVersion, Subscriptions: []string{}, Flows: f.said()}}
	plans := map[string]plan{}
	for _, p := range hooks.plans() {
		plans[p.name] = p
		i.answer.Subscriptions = append(i.answer.Subscriptions, p.name)
	}
	for _, name := range chain(a.Hook) {
		if p, there := plans[name]; there && i.answer.Transition == "" {
			i.run(ctx, p)
		}
	}
	return a.reply(i.answer)
}

// reply returns the response with what the engine accepts of it.
func (a asked) reply(with answer) (json.RawMessage, error) {
	if err := with.fit(a.Accepts); err != nil {
		return nil, err
	}
	return marshal(with)
}

// names lists the flows that have hooks, in order.
func (f Flows) names() []string {
	return slices.Sorted(maps.Keys(f))
}

// said are the flows that a response names; nil, so that it names none, where they
// would take up too much of its room. An event of an unknown flow fails either way.
func (f Flows) said() []string {
	names := f.names()
	if len(names) > maxFlows || len(strings.Join(names, `","`)) > maxFlowNames {
		return nil
	}
	return names
}

// of returns the hooks of a flow. A flow that has none here is an error: its name
// in flows.yaml may be another one by now, and its guard would be gone without a
// word.
func (f Flows) of(name string) (Hooks, error) {
	if hooks, own := f[name]; own {
		return hooks, nil
	}
	if hooks, rest := f["*"]; rest {
		return hooks, nil
	}
	return Hooks{}, fmt.Errorf("flow %q has no hooks in this function, which has hooks for %s; add them, or set hooks: none for the flow in flows.yaml", name, strings.Join(f.names(), ", "))
}

// resume is what the state machine invokes a hook function for at the start of a
// recovery that asks no hook: there is nothing to answer.
const resume = "resume"

// chain lists the hooks that are run when one is asked.
func chain(asked string) []string {
	switch asked {
	case onRequest:
		return []string{onRequest, getPermissions, getNotifications}
	case getPermissions:
		return []string{getPermissions, getNotifications}
	}
	return []string{asked}
}

// invocation is one invocation of the function, in which several hooks may run.
type invocation struct {
	raw    json.RawMessage
	asked  asked
	answer answer
}

// run runs one hook within its time limit, and adds what comes of it.
func (i *invocation) run(ctx context.Context, p plan) {
	started := time.Now()
	e, err := i.event(p.name)
	var heard returned
	if err != nil {
		heard = failed("not asked", err.Error())
	} else {
		heard = within(ctx, i.asked.limit(), func(ctx context.Context) (any, error) { return p.run(ctx, e) })
	}
	if heard.failure == "" {
		if err := i.add(e, heard.outcome); err != nil {
			heard = failed("invalid", err.Error())
		}
	}
	outcome := i.answer.Transition
	switch {
	case heard.failure != "":
		outcome = heard.failure
		i.answer.Errors = append(i.answer.Errors, hookError{Hook: p.name, Error: clip(heard.told)})
		if !heard.hung && e != nil {
			i.keepEvidence(e)
		}
	case outcome == "":
		outcome = "continue"
	}
	if said, is := heard.outcome.(Permissions); is && said.Approvers == nil {
		logger.Warn("no approvers: only the flow's admins may decide; hook.Keep keeps the flow's", "run_id", i.asked.Run.ID, "flow", i.asked.Run.Flow.Name, "hook", p.name)
	}
	logHook(heard.failure != "", i.asked, p.name, outcome, started)
}

// event reads what was asked anew, so that each hook has a deep copy of its own.
// A hook reads what an earlier one of the same invocation kept, too.
func (i *invocation) event(hook string) (*Event, error) {
	a, err := readAsked(i.raw)
	if err != nil {
		return nil, err
	}
	e := a.event(hook, &reads{})
	if i.answer.Output != nil {
		if e.steps == nil {
			e.steps = map[string]json.RawMessage{}
		}
		e.steps[i.asked.Hook] = i.answer.Output
	}
	return e, nil
}

// add puts what a hook returned into the answer, or nothing of it.
func (i *invocation) add(e *Event, outcome any) error {
	next := i.answer
	if err := next.add(e, outcome); err != nil {
		return err
	}
	raw, err := marshal(next)
	if err != nil {
		return err
	}
	if room := i.room(&next); len(raw) > room {
		return fmt.Errorf("with it the answer would have %d bytes, more than %d", len(raw), room)
	}
	i.answer = next
	return nil
}

// keepEvidence keeps what a failed hook had found out, if it is fit to be shown.
func (i *invocation) keepEvidence(e *Event) {
	_ = i.add(&Event{checks: e.checks}, Continue()) // the hook's own failure is told already
}
