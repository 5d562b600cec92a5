package request

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// seen says which flows code shows to a person: those with get_flows that they may
// request. What is not in it is hidden.
type seen struct {
	shown  map[string]bool
	failed map[string]error
}

// of reports whether the person sees a flow, as far as code decides it.
func (s seen) of(f *flow.Flow) bool { return !f.GetFlows || s.shown[f.Name] }

// whatIsSeen asks the flows' hook functions which flows p sees, each once about all of its
// flows, and keeps the response for a minute. It calls none for a person who may request no
// such flow. A flow whose code fails is hidden.
func (s service) whatIsSeen(ctx context.Context, p run.Person) (seen, error) {
	asked := map[string][]hookapi.Flow{}
	for i := range s.Flows.Flows {
		f := &s.Flows.Flows[i]
		if !f.GetFlows || !f.MayAsk(p) && !f.MayAskForOthers(p) {
			continue
		}
		block, err := f.ForRun(s.HooksFunction)
		if err != nil {
			return seen{}, err
		}
		asked[block.Hooks] = append(asked[block.Hooks], hookapi.Flow{Name: block.Name, Label: block.Label, Vars: block.Vars})
	}
	out := seen{map[string]bool{}, map[string]error{}}
	if len(asked) == 0 {
		return out, nil
	}
	ctx, cancel := context.WithTimeout(ctx, hookapi.PrefetchSeconds*time.Second)
	defer cancel()
	var mu sync.Mutex
	var group sync.WaitGroup
	for function, flows := range asked {
		group.Go(func() {
			answer, err := s.askFlows(ctx, function, p, flows)
			mu.Lock()
			defer mu.Unlock()
			for _, name := range answer.Seen {
				out.shown[name] = true
			}
			for _, f := range flows {
				if why, failed := answer.Failed[f.Name]; failed {
					out.failed[f.Name] = getFlowsFailed(f.Name, HookFailure{why, "its code reports a failure"})
				} else if err != nil {
					out.failed[f.Name] = getFlowsFailed(f.Name, err)
				}
			}
		})
	}
	group.Wait()
	return out, nil
}

// askFlows asks one function. The error is a [HookFailure] if it failed as a whole.
func (s service) askFlows(ctx context.Context, function string, p run.Person, flows []hookapi.Flow) (hookapi.SeenFlows, error) {
	document, err := json.Marshal(hookapi.AskFlows(p, flows))
	if err != nil {
		return hookapi.SeenFlows{}, fmt.Errorf("encode the event of get_flows: %w", err)
	}
	key := cacheKey(sha256.Sum256(slices.Concat([]byte(function), []byte{0}, document)))
	if kept, there := s.sights.get(key, s.Now()); there {
		return kept, nil
	}
	names := make([]string, len(flows))
	for i, f := range flows {
		names[i] = f.Name
	}
	answer, err := s.Hooks.Invoke(ctx, function, document)
	if err != nil && !errors.As(err, new(HookFailure)) && ctx.Err() != nil {
		err = HookFailure{fmt.Sprintf("did not respond within %ds", hookapi.PrefetchSeconds), "no response in time"}
	}
	if err != nil {
		return hookapi.SeenFlows{}, err
	}
	seen, err := hookapi.ReadFlows(answer, names)
	if err != nil {
		return hookapi.SeenFlows{}, HookFailure{err.Error(), "the response is invalid, or reports a failure"}
	}
	if len(seen.Ignored) > 0 {
		s.Log.Warn("members of a newer version of the hook contract are ignored", "hook", hookapi.GetFlows, "members", seen.Ignored)
	}
	if len(seen.Failed) == 0 {
		s.sights.put(key, seen, s.Now())
	}
	return seen, nil
}

// seesFlow reports whether p sees a flow that they may request. The error is that the
// flow's code failed.
func (s service) seesFlow(ctx context.Context, f *flow.Flow, p run.Person) (bool, error) {
	if !f.GetFlows {
		return true, nil
	}
	all, err := s.whatIsSeen(ctx, p)
	if err != nil {
		return false, err
	}
	if err := all.failed[f.Name]; err != nil {
		return false, err
	}
	return all.of(f), nil
}

// seenInLists is whatIsSeen for a list: a failure hides its flows, and is logged.
func (s service) seenInLists(ctx context.Context, c *httpapi.Call) (seen, error) {
	all, err := s.whatIsSeen(ctx, c.Caller.Person)
	for name, why := range all.failed {
		c.Log.Error("get_flows failed; the flow is hidden", "flow", name, "error", why.Error())
	}
	return all, err
}

// getFlowsFailed is the problem that a flow's code failed; another error stays as it is.
func getFlowsFailed(flowName string, err error) error {
	var failed HookFailure
	if !errors.As(err, &failed) {
		return err
	}
	p := httpapi.NewProblem(http.StatusServiceUnavailable, api.ProblemGetFlowsFailed, "get_flows of "+flowName+" "+failed.Shown)
	p.RetryAfter = 5 * time.Second
	return prefetchProblem{p, "get_flows of " + flowName + ": " + failed.Why}
}

// seenCache keeps responses for a minute, in this process; it forgets all when it is full.
type seenCache struct {
	mu      sync.Mutex
	entries map[cacheKey]keptSeen
}

type keptSeen struct {
	flows hookapi.SeenFlows
	until time.Time
}

func (c *seenCache) get(key cacheKey, now time.Time) (hookapi.SeenFlows, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, there := c.entries[key]
	return kept.flows, there && now.Before(kept.until)
}

func (c *seenCache) put(key cacheKey, flows hookapi.SeenFlows, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= maxKept || c.entries == nil {
		c.entries = map[cacheKey]keptSeen{}
	}
	c.entries[key] = keptSeen{flows, now.Add(keptFor)}
}
