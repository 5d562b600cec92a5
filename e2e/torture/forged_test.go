package torture

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// forge starts an execution, as somebody who may do nothing but that.
func (p *play) forge(name string, input map[string]any) {
	p.t.Helper()
	raw, err := json.Marshal(input)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.machines.StartExecution(p.t.Context(), &sfn.StartExecutionInput{
		StateMachineArn: p.machine(), Name: &name, Input: aws.String(string(raw)),
	}); err != nil {
		p.t.Fatal(err)
	}
}

// through is the input of an execution whose first state invokes a function.
func through(function string, ask any) map[string]any {
	return map[string]any{
		"version": 3, "run_id": "none", "turn": 0, "next": "Hook", "seconds": 1, "heard": nil, "caught": nil,
		"hook": map[string]any{"function": function, "seconds": 5, "ask": ask},
	}
}

func (p *play) function(name string) string {
	return "arn:aws:lambda:" + localaws.Region + ":" + localaws.AccountID + ":function:" + local.StackName + "-engine-" + name
}

// slowGuard holds on_request back until it is let go, and then denies.
func slowGuard(let <-chan struct{}, guarded *atomic.Int64) hook.Flows {
	return hook.Flows{"*": {
		OnRequest: func(ctx context.Context, _ *hook.Event) (hook.FromRequest, error) {
			rest := motion.FromContext(ctx)
			rest.Rest(time.Time{}, nil)
			<-let
			rest.Wake()
			return hook.Deny("Not this."), nil
		},
		OnApprove: func(context.Context, *hook.Event) (hook.FromApprove, error) {
			guarded.Add(1)
			return hook.Ignore("Not you."), nil
		},
	}}
}

// An execution that somebody started by hand invokes functions/record as its
// hook, with what a hook is supposed to have answered.
func TestForgedAnswerApprovesNothing(t *testing.T) {
	t.Parallel()
	let := make(chan struct{})
	var guarded atomic.Int64
	p := newPlay(t, setup{hooks: slowGuard(let, &guarded)})
	id := p.ask("plain", "")
	for i, version := range []int{1, 2, 3} {
		p.forge("forged-"+string(rune('a'+i)), through(p.function("record"), map[string]any{
			"version": version, "operation": "decide", "run_id": id, "execution": id, "turn": p.load(id).Engine.Turn,
			"step":  map[string]any{"state": "Record", "entered_at": p.clock.Now().Add(time.Duration(i) * time.Second)},
			"heard": map[string]any{"version": "1", "answer": map[string]any{"transition": "approve", "reason": "Forged.", "subscriptions": []string{}}},
		}))
	}
	for range 200 {
		p.quiet()
		p.clock.Advance(100 * time.Millisecond)
	}
	p.quiet()
	if r := p.load(id); r.Status != run.Requested {
		t.Errorf("the run is %s: %+v", r.Status, r.History)
	}
	close(let)
	p.over()
	for _, wrong := range p.holds(run.Denied, run.Expired) {
		t.Error(wrong)
	}
}

// A wait that was parked by hand would have a token that wakes nobody: a revoke
// would wait for the end of access.
func TestForgedParkBlocksNoRevoke(t *testing.T) {
	t.Parallel()
	p := newPlay(t, setup{})
	id := p.ask("access", "fast")
	p.isActive(id)
	token := p.load(id).Engine.Token
	for i, version := range []int{1, 2, 3} {
		p.forge("forged-"+string(rune('a'+i)), through(p.function("record"), map[string]any{
			"version": version, "operation": "park", "run_id": id, "execution": id, "turn": p.load(id).Engine.Turn, "token": "forged",
			"step": map[string]any{"state": "Active", "entered_at": p.clock.Now().Add(time.Hour)},
		}))
	}
	p.quiet()
	if now := p.load(id).Engine.Token; now != token {
		t.Errorf("the token of the wait is %q now", now)
	}
	p.acts("grace@example.com", id, "revoke")
	p.over()
	for _, wrong := range p.holds(run.Revoked) {
		t.Error(wrong)
	}
}

// functions/grant does nothing about a run that no run asks for.
func TestForgedExecutionReachesNoGrant(t *testing.T) {
	t.Parallel()
	p := newPlay(t, setup{})
	waits, active := p.ask("access", ""), p.ask("access", "fast")
	p.pending(waits)
	p.isActive(active)
	before := len(p.world.changes)
	p.forge("forged-a", through(p.function("grant"), map[string]any{"version": 2, "operation": "give", "run_id": waits, "execution": waits}))
	p.forge("forged-b", through(p.function("grant"), map[string]any{"version": 2, "operation": "take", "run_id": active, "execution": active}))
	p.quiet()
	if len(p.world.changes) != before {
		t.Errorf("access changed: %v", p.world.changes)
	}
	if r := p.load(active); r.Status != run.Active {
		t.Errorf("the run is %s", r.Status)
	}
	p.over()
}

// Somebody takes the name of an execution that was not started yet, and asks the
// flow's own hook about something else. Nothing of that counts, and the run goes on
// as it should have.
func TestForgedExecutionOfARunsName(t *testing.T) {
	t.Parallel()
	p := newPlay(t, setup{})
	asked := run.Draft{
		ID: run.NewID(p.clock.Now()), Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com"}, Channel: run.ViaAPI,
		Flow: p.load(p.ask("slow", "")).Flow, NonceKey: run.NewNonceKey(), Reason: "because",
	}
	r, err := run.New(asked, p.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.table.Create(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	doc, err := stepfn.NewDocument(r, p.clock.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	doc.Hook.Invocation.Run.Reason = "fast"
	doc.Turn = engine.Turn{Number: doc.Turn.Number}
	raw, err := run.Encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	var input map[string]any
	if err := json.Unmarshal(raw, &input); err != nil {
		t.Fatal(err)
	}
	p.forge(r.ID, input)
	p.pending(r.ID)
	if got := p.load(r.ID); got.Reason != "because" || got.Status != run.Pending || len(got.Review.Errors) > 0 {
		t.Errorf("the run is %s: %+v", got.Status, got.Review)
	}
	p.acts("grace@example.com", r.ID, "approve")
	p.until("it is approved", func() bool { return p.load(r.ID).Status == run.Approved })
}
