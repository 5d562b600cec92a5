package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// keepingFlows are flows whose hooks keep lists of the requests that they were called for.
func keepingFlows() string {
	return strings.Replace(flows, "directory: {groups: {", `
  - name: keeps
    admins: [root@example.com]
    limits: none
    require_reason: []
    fields: [{name: target, type: target, required: true}]
    targets: [{id: prod, label: Production}]
    durations: [20s]
    store: {person: [asked], flow: [asked, granted, ended]}
    strategy: {type: lambda, function: a-strategy}
    review: {approvers: [group:sre], timeout: 60s}
  - name: keeps-reviews
    admins: [root@example.com]
    limits: none
    require_reason: []
    store: {person: [asked], flow: [asked, approved]}
    review: {approvers: [group:sre], timeout: 60s}
directory: {groups: {`, 1)
}

// noted has a hook add its request to a list of its store. It adds one that is there
// already again: nothing but the engine keeps it from being listed twice.
func noted(v hook.Values, key string, e *hook.Event) {
	var ids []string
	v.Get(key, &ids)
	v.Put(key, append(ids, e.Run.ID), 0)
}

// keepingHooks are those of [keepingFlows]. What was decided or granted by code is listed
// together with that, or not at all.
func keepingHooks() hook.Flows {
	return hook.Flows{
		"keeps": {
			OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
				noted(e.Store().Person(), "asked", e)
				noted(e.Store().Flow(), "asked", e)
				return hook.Approve("Fast."), nil
			},
			OnEscalate: func(_ context.Context, e *hook.Event) (hook.FromEscalate, error) {
				noted(e.Store().Flow(), "granted", e)
				return hook.Continue(), nil
			},
			AfterDeescalate: func(_ context.Context, e *hook.Event) error {
				noted(e.Store().Flow(), "ended", e)
				return nil
			},
		},
		"keeps-reviews": {
			OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
				noted(e.Store().Person(), "asked", e)
				noted(e.Store().Flow(), "asked", e)
				return hook.Continue(), nil
			},
			OnApprove: func(_ context.Context, e *hook.Event) (hook.FromApprove, error) {
				noted(e.Store().Flow(), "approved", e)
				return hook.Continue(), nil
			},
		},
	}
}

// asks has somebody request access in the flow "keeps".
func (p *play) asks(who string) string {
	a := p.call(who, "POST", "/requests", map[string]any{"flow": "keeps", "fields": map[string]any{"target": "prod"}})
	id, _ := a.body["id"].(string)
	return id
}

func init() {
	keeping := setup{flows: keepingFlows(), hooks: keepingHooks()}
	scenarios = append(scenarios, scenario{
		name: "kept by hooks", ends: []run.Status{run.Ended}, setup: keeping,
		crashed: []run.Status{run.Expired, run.Failed}, // a hook's response is lost
		play: func(p *play) {
			p.asks("ada@example.com")
			p.asks("ada@example.com") // while the values of the first are on their way
		},
	}, scenario{
		name: "kept by hooks, reviewed", ends: []run.Status{run.Approved}, crashed: []run.Status{run.Expired}, setup: keeping,
		play: func(p *play) {
			for range 2 {
				id := p.ask("keeps-reviews", "")
				p.pending(id)
				p.acts("grace@example.com", id, "approve")
			}
		},
	})
}

// kept returns what does not hold of what hooks keep: each list has every request once
// whose outcome took effect, by the history and by its decision, and no other.
func (p *play) kept(runs []*run.Run) []string {
	var wrong []string
	shown := map[string][]*run.Run{}
	for _, r := range runs {
		if r.Flow.Store != nil {
			shown[r.Flow.Name+" "+r.Requester.ID] = append(shown[r.Flow.Name+" "+r.Requester.ID], r)
		}
	}
	for owner, own := range shown {
		shelves, err := p.table.LoadShelves(p.t.Context(), own[0])
		if err != nil {
			return append(wrong, err.Error())
		}
		for place, values := range map[string]run.Shelf{"person/asked": shelves.Person, "flow/asked": shelves.Flow, "flow/granted": shelves.Flow, "flow/ended": shelves.Flow, "flow/approved": shelves.Flow} {
			_, key, _ := strings.Cut(place, "/")
			var ids []string
			if raw := values.Values[key].Value; raw != nil {
				if err := json.Unmarshal(raw, &ids); err != nil {
					wrong = append(wrong, fmt.Sprintf("%s of %s: %v", place, owner, err))
				}
			}
			for _, r := range own {
				listed, said := 0, 0
				for _, id := range ids {
					if id == r.ID {
						listed++
					}
				}
				for _, e := range r.History {
					if slices.Contains(e.Stored, place) {
						said++
					}
				}
				if slices.Contains(r.Engine.Stored, place) {
					said++ // no entry came after it
				}
				if listed != said || said > 1 {
					wrong = append(wrong, fmt.Sprintf("run %s is %d times in %s, its history says %d", r.ID, listed, place, said))
				}
				if must := mustKeep(r, place); must && listed != 1 {
					wrong = append(wrong, fmt.Sprintf("run %s is %s, and %d times in %s", r.ID, r.Status, listed, place))
				}
			}
		}
	}
	return wrong
}

// mustKeep reports whether the hook that keeps a value had an outcome that took effect.
func mustKeep(r *run.Run, place string) bool {
	byHook := func(h run.HookName) bool {
		return r.Decision != nil && r.Decision.Event == run.Approve && r.Decision.By == run.ByHook(h)
	}
	switch {
	case strings.HasSuffix(place, "/asked") && r.Flow.Name == "keeps":
		return byHook(run.OnRequest)
	case place == "flow/granted" && r.Flow.Name == "keeps":
		return r.Access != nil && !r.Access.StartsAt.IsZero()
	case place == "flow/approved" && r.Flow.Name == "keeps-reviews":
		return r.Decision != nil && r.Decision.Event == run.Approve
	}
	return false
}

// Many request at once, of one value of their flow. Whoever loses each race goes to people,
// without having kept anything, or gets no access; the others are listed.
func TestPutsThatMeet(t *testing.T) {
	const people = 8
	for round := range 24 / tally.Of(24, 8) {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			hooks := keepingHooks()
			keeps := hooks["keeps"]
			onRequest, called := keeps.OnRequest, atomic.Int64{}
			keeps.OnRequest = func(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
				called.Add(1)
				for until := time.Now().Add(10 * time.Second); called.Load() < people && time.Now().Before(until); {
					time.Sleep(time.Millisecond) // all have read the same values
				}
				return onRequest(ctx, e)
			}
			hooks["keeps"] = keeps
			p := newPlay(t, setup{flows: keepingFlows(), hooks: hooks})
			var callers sync.WaitGroup
			for n := range people {
				callers.Go(func() { p.asks(fmt.Sprintf("p%d@example.com", n)) })
			}
			callers.Wait()
			p.over()
			for _, wrong := range p.holds(run.Ended, run.Expired, run.Failed) {
				t.Error(wrong)
			}
			if len(p.runs()) != people || called.Load() <= people {
				t.Errorf("%d requests, and on_request was called %d times: nobody lost a race", len(p.runs()), called.Load())
			}
		})
	}
}

// The lane dies around each of its calls, with what a hook keeps on its way to the table.
func TestTheLaneDiesWithPuts(t *testing.T) {
	every := tally.Of(3, 2)
	for n, moment := range moments {
		if n%every != 0 {
			continue
		}
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			p, died := deadLane(t, setup{flows: keepingFlows(), hooks: keepingHooks()}, moment)
			p.asks("ada@example.com")
			p.over()
			for _, wrong := range p.holds(run.Ended) {
				t.Error(wrong)
			}
			if !died.Load() {
				t.Error("the lane did not die")
			}
		})
	}
}

// A hook function exits before it responds, or its response is lost on the way, one call
// at a time.
func TestAHookThatKeepsDies(t *testing.T) {
	every, n := tally.Of(4, 2), 0
	for call := int64(1); call <= 4; call++ {
		for _, after := range []bool{false, true} {
			if n++; n%every != 0 {
				continue
			}
			t.Run(fmt.Sprintf("call %d, after %v", call, after), func(t *testing.T) {
				t.Parallel()
				var calls atomic.Int64
				p := newPlay(t, setup{flows: keepingFlows(), hooks: keepingHooks(), local: func(o *localaws.Options) {
					invoke := o.Functions["HooksFunction"]
					o.Functions["HooksFunction"] = func(ctx context.Context, payload []byte) ([]byte, error) {
						if calls.Add(1) != call {
							return invoke(ctx, payload)
						}
						if after {
							_, _ = invoke(ctx, payload)
						}
						return nil, messages.InvokeResponse_Error{Type: "Runtime.ExitError", Message: "RequestId: x Error: Runtime exited with error: signal: killed"}
					}
				}})
				p.asks("ada@example.com")
				p.asks("ada@example.com")
				p.over()
				for _, wrong := range p.holds(run.Ended, run.Expired, run.Failed) {
					t.Error(wrong)
				}
				if calls.Load() < call {
					t.Errorf("%d calls", calls.Load())
				}
			})
		}
	}
}
