package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// asking is one document to ask a function with.
type asking struct {
	name   string
	ask    run.Ask
	hook   run.HookName
	newer  bool // a member is added that no function knows
	refuse bool // the function had better fail
}

// The cases that are compared.
const (
	plainRequest = "on_request"
	onceMore     = "on_request, once more"
)

// checkedFlow is what a function is asked about.
type checkedFlow struct {
	about    run.AskFlow
	declared *run.AskDeclared
	fields   map[string]json.RawMessage
	// prefetched are the fields whose options come from hooks.
	prefetched []flow.Field
	// targets are the flow's, for the field of that name.
	targets     []flow.Target
	targetField string
	// config is the flow's strategy block as a strategy function gets it.
	config json.RawMessage
	// person is who asks, "" for somebody of the kit's own.
	person string
	// guards has the hooks called that a trial leaves out.
	guards bool
}

func (f checkedFlow) hasTargets() bool { return f.targetField != "" && len(f.targets) > 0 }

// tryWith has the flow asked about as somebody, and for a target.
func (f *checkedFlow) tryWith(w tryWith) (err error) {
	f.person = w.person
	if w.target == "" {
		return nil
	}
	for _, t := range f.targets {
		if t.ID == w.target && f.targetField != "" {
			f.fields[f.targetField], err = json.Marshal(t)
			return err
		}
	}
	return usageError{fmt.Errorf("--target: %s has no target %q", f.about.Name, w.target)}
}

// sample is an event of a hook for the flow.
func (f checkedFlow) sample(h run.HookName) run.Ask {
	ask := run.SampleAsk(h, f.about, f.fields)
	ask.Flow = f.declared
	if f.person == "" {
		return ask
	}
	ada := ask.Run.Requester.ID
	somebody := run.Actor{Type: run.UserActor, ID: f.person, Email: f.person}
	if ask.Event.Actor.ID == ada {
		ask.Event.Actor = run.AskActor{Actor: somebody}
	}
	ask.Run.Requester = run.Person{ID: f.person, Email: f.person}
	for e, by := range ask.Run.Actors {
		if by.ID == ada {
			ask.Run.Actors[e] = somebody
		}
	}
	for i, e := range ask.Run.History {
		if e.Actor.ID == ada {
			ask.Run.History[i].Actor = somebody
		}
	}
	return ask
}

// askings are every hook, and on_request in all its shapes.
func (f checkedFlow) askings() []asking {
	sample := f.sample
	var cases []asking
	for _, h := range run.HookNames() {
		cases = append(cases, asking{name: string(h), ask: sample(h), hook: h})
	}
	machine := sample(run.OnRequest)
	machine.Run.Requester = run.Person{ID: "arn:aws:iam::123456789012:role/ci", Machine: true}
	machine.Event.Actor = run.AskActor{Actor: run.Actor{Type: run.UserActor, ID: machine.Run.Requester.ID}}
	sent := sample(run.OnRequest)
	sent.Run.Context = json.RawMessage(`{"diff.txt": "+++ b/README.md\n", "list": [1, null, {"a": "ü"}]}`)
	bare := sample(run.OnRequest)
	bare.Run.Fields, bare.Run.Reason, bare.Run.Duration = map[string]json.RawMessage{}, "", 0
	byHook := sample(run.OnApprove)
	byHook.Event.Channel, byHook.Event.Actor = run.ViaHook, run.AskActor{Actor: run.Actor{Type: run.HookActor, ID: "on_request"}}
	older := sample(run.OnRequest)
	older.Version = "0"
	return append(cases,
		asking{name: "on_request, of a machine", ask: machine, hook: run.OnRequest},
		asking{name: "on_request, with a context", ask: sent, hook: run.OnRequest},
		asking{name: "on_request, without fields, reason and duration", ask: bare, hook: run.OnRequest},
		asking{name: "on_request, with a member that is not known yet", ask: sample(run.OnRequest), hook: run.OnRequest, newer: true},
		asking{name: onceMore, ask: sample(run.OnRequest), hook: run.OnRequest},
		asking{name: "on_approve, by a hook", ask: byHook, hook: run.OnApprove},
		asking{name: "a version of the contract that is not known", ask: older, hook: run.OnRequest, refuse: true},
	)
}

// document is what the function is asked with.
func (a asking) document() ([]byte, error) {
	raw, err := json.Marshal(a.ask)
	if err != nil || !a.newer {
		return raw, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	members["a_member_of_tomorrow"] = json.RawMessage(`[1]`)
	return json.Marshal(members)
}

// hookLimit is how long a hook may take by default.
const hookLimit = 10 * time.Second

// checkHooks asks all that there is to ask. It ends at the first case that can't
// be asked at all.
func checkHooks(ctx context.Context, call replay.Function, f checkedFlow) []tried {
	var all []tried
	var first run.CheckedAnswer
	for _, c := range f.askings() {
		t := tried{Case: c.name, Hook: string(c.hook)}
		if !f.guards && !trialHook(c.hook) {
			t.NotCalled = true
			if c.name == string(c.hook) { // its other shapes go without saying
				all = append(all, t)
			}
			continue
		}
		document, err := c.document()
		if err != nil {
			t.Mistakes = append(t.Mistakes, "it can't be asked: "+err.Error())
			return append(all, t)
		}
		answer, failed, ended := t.ask(ctx, call, document, hookLimit)
		if ended {
			return append(all, t)
		}
		switch {
		case len(t.Mistakes) > 0:
		case failed != "" && !c.refuse:
			t.Mistakes = append(t.Mistakes, "it failed: "+failed)
		case failed == "" && c.refuse:
			t.Notes = append(t.Notes, "it answers; to fail is better, since it can't know what is asked")
		case failed == "":
			checked := run.CheckAnswer(c.hook, f.about.Name, answer, c.ask.Run.Duration)
			if c.name == plainRequest {
				first = checked
			}
			t.judge(c, checked, first)
		}
		all = append(all, t)
	}
	for _, field := range f.prefetched {
		all = append(all, f.checkPrefetch(ctx, call, field)...)
	}
	return all
}

// ask asks within a limit. It notes a mistake where no answer came; ended tells
// that the function can't be asked at all.
func (t *tried) ask(ctx context.Context, call replay.Function, document []byte, limit time.Duration) (answer []byte, failed string, ended bool) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	started := time.Now()
	got, err := call(limited, document)
	answer, failed = got.Payload, got.Failure()
	t.TookMS = time.Since(started).Milliseconds()
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		t.Mistakes = append(t.Mistakes, fmt.Sprintf("it did not answer within %v, the time limit of a hook", limit))
	case err != nil:
		t.Mistakes = append(t.Mistakes, "it can't be asked: "+err.Error())
		return nil, "", true
	}
	return answer, failed, false
}

// judge says what is wrong with an answer, beside the one to the plain
// on_request.
func (t *tried) judge(c asking, got, first run.CheckedAnswer) {
	t.Transition, t.Mistakes = string(got.Transition), got.Mistakes
	if len(got.Unknown) > 0 {
		t.Notes = append(t.Notes, "the engine ignores members of a newer version: "+strings.Join(got.Unknown, ", "))
	}
	if c.name == plainRequest && !got.Subscribes {
		t.Notes = append(t.Notes, "it has no subscriptions, so each of the other hooks costs an invocation")
	}
	if c.name == onceMore && got.Transition != first.Transition {
		t.Mistakes = append(t.Mistakes, fmt.Sprintf("the same document was answered %q before: a hook is asked at least once, and must stand it", first.Transition))
	}
	if first.Subscribes && got.Transition != "" && !slices.Contains(first.Subscriptions, c.hook) {
		t.Mistakes = append(t.Mistakes, "it is not among its subscriptions, so it would never be asked")
	}
}
