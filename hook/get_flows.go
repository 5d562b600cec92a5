package hook

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// getFlows is called before a request exists, so it is not among the subscriptions.
const getFlows = "get_flows"

// Viewer is what [Hooks.GetFlows] is called with: a person, who may request the flow by
// flows.yaml.
type Viewer struct {
	// Requester is the person.
	Requester User
	Flow      Flow
}

// seen is the JSON document that a hook function returns for get_flows.
type seen struct {
	Version string      `json:"version"`
	Flows   []string    `json:"flows"`
	Errors  []flowError `json:"errors,omitempty"`
}

// flowError is how the hook of one flow failed.
type flowError struct {
	Hook  string `json:"hook"`
	Flow  string `json:"flow"`
	Error string `json:"error"`
}

// getFlows calls the hooks of all flows that the invocation names, side by side.
func (f Flows) getFlows(ctx context.Context, in invocation) seen {
	out := seen{Version: ContractVersion, Flows: []string{}}
	got := make([]returned, len(in.Flows))
	var group sync.WaitGroup
	for i := range in.Flows {
		group.Add(1)
		go func() {
			defer group.Done()
			got[i] = f.sees(ctx, in, i)
		}()
	}
	group.Wait()
	for i, flow := range in.Flows {
		switch shown, _ := got[i].outcome.(bool); {
		case got[i].failure != "":
			out.Errors = append(out.Errors, flowError{getFlows, flow.Name, clip(got[i].why)})
		case shown:
			out.Flows = append(out.Flows, flow.Name)
		}
	}
	return out
}

// sees calls the hook of one flow.
func (f Flows) sees(ctx context.Context, in invocation, n int) returned {
	started, flow, reads := time.Now(), in.Flows[n], &reads{flow: in.Flows[n].Name}
	in.Run.Flow.Name = flow.Name // for the log
	hooks, err := f.of(flow.Name)
	got := failed("unknown", "the flow's hooks have no GetFlows")
	switch {
	case err != nil:
		got = failed("unknown", err.Error())
	case hooks.GetFlows != nil:
		declared := slices.Collect(maps.Keys(flow.Vars.values))
		v := &Viewer{Requester: in.Run.Requester, Flow: Flow{Name: flow.Name, Label: flow.Label, Vars: flow.Vars}}
		v.Flow.Vars.names = reads.declared("var", &declared)
		v.Requester.Groups = slices.Clone(v.Requester.Groups)
		got = within(ctx, in.limit(), func(ctx context.Context) (any, error) {
			shown, err := hooks.GetFlows(ctx, v)
			if err == nil {
				err = reads.err()
			}
			return shown, err
		})
	}
	outcome := got.failure
	if shown, is := got.outcome.(bool); is {
		outcome = map[bool]string{true: "shown", false: "hidden"}[shown]
	}
	logHook(got.failure != "", in, getFlows, outcome, started)
	return got
}
