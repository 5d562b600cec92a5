package torture

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

const flows = `
flows:
  - name: plain
    admins: [root@example.com]
    limits: none
    require_reason: []
    review: {approvers: [group:sre], timeout: 60s}
  - name: slow
    admins: [root@example.com]
    limits: none
    require_reason: []
    review: {approvers: [group:sre], timeout: 8h}
  - name: limited
    admins: [root@example.com]
    limits: none
    require_reason: []
    fast_track: {max_per_person_per_day: 1, max_per_hour: 1, quiet_after_denial: 1h}
    review: {approvers: [group:sre], timeout: 60s}
  - name: two
    admins: [root@example.com]
    limits: none
    require_reason: []
    review: {approvers: [group:sre], approvals: 2, timeout: 60s}
  - name: access
    admins: [root@example.com]
    limits: none
    require_reason: []
    fields: [{name: target, type: target, required: true}, {name: fast, type: bool, default: false}]
    targets: [{id: prod, label: Production}]
    durations: [40s, 20s]
    strategy: {type: lambda, function: a-strategy}
    review: {approvers: [group:sre], timeout: 60s}
  - name: access2
    admins: [root@example.com]
    limits: none
    require_reason: []
    fields: [{name: target, type: target, required: true}, {name: pin, type: string, sensitive: true}, {name: token, type: string, sensitive: true}]
    targets: [{id: prod, label: Production}]
    durations: [40s, 20s]
    strategy: {type: lambda, function: a-strategy, version: 2, fields: [token]}
    review: {approvers: [group:sre], viewers: [kim@example.com], timeout: 60s}
  - name: extended
    admins: [root@example.com]
    limits: none
    require_reason: []
    fields: [{name: target, type: target, required: true}]
    targets: [{id: prod, label: Production}]
    durations: [40s]
    extend: {max_total: 200s}
    strategy: {type: lambda, function: a-strategy, version: 2}
    review: {approvers: [group:sre], timeout: 60s}
directory: {groups: {sre: [grace@example.com, linus@example.com]}}
`

// play is one stack on a clock of its own, with somebody who asks and decides.
type play struct {
	t         testing.TB
	clock     *clockwork.FakeClock
	stack     *localaws.Stack
	functions *inprocess.Functions
	world     *world
	log       *lines
	table     *store.Store
	dynamodb  *dynamodb.Client
	machines  *sfn.Client
	// stubborn has people try again what failed.
	stubborn bool
	// patient has access last longer than [late] where the run says that removing
	// it back fails.
	patient bool
	mu      sync.Mutex
	keys    int
	// mayGo is since when a run's access may be gone before its end: somebody
	// revoked it, or ended its execution.
	mayGo   map[string]time.Time
	callers sync.WaitGroup
	// waiting are the people whose act is on its way, by their Idempotency-Key.
	waiting sync.Map
}

// setup changes how a play is made.
type setup struct {
	hooks hook.Flows
	fault func(inprocess.Call) inprocess.Fault
	world func(*world)
	local func(*localaws.Options)
	log   *slog.Logger
	// flows and at replace the flows of a play, and when it begins.
	flows string
	at    time.Time
}

func newPlay(t testing.TB, s setup) *play {
	t.Helper()
	if s.flows == "" {
		s.flows = flows
	}
	if s.at.IsZero() {
		s.at = start
	}
	file, err := flow.Parse("flows", []byte(s.flows))
	if err != nil {
		t.Fatal(err)
	}
	p := &play{t: t, clock: clockwork.NewFakeClockAt(s.at), stubborn: true, mayGo: map[string]time.Time{}, log: &lines{}}
	p.world = newWorld(p.clock.Now)
	if s.world != nil {
		s.world(p.world)
	}
	if s.hooks == nil {
		s.hooks = fastHooks
	}
	p.functions = inprocess.New(inprocess.Options{
		Flows: file, Now: p.clock.Now, Hooks: s.hooks, Strategies: strategy.Set{"lambda": p.world}, Fault: s.fault, Log: s.log,
	})
	o := localaws.Options{TemplatePath: "../../template.yaml", Addr: "127.0.0.1:0", Clock: p.clock, Functions: p.functions.Replacements()}
	o.Functions["ApproveFunction"] = p.waits(o.Functions["ApproveFunction"])
	if s.local != nil {
		s.local(&o)
	}
	if p.stack, err = local.Start(t.Context(), "", o); err != nil {
		t.Fatal(err)
	}
	p.functions.Bind(p.stack)
	t.Cleanup(func() {
		_ = p.stack.Close(context.Background())
		p.callers.Wait() // of a play that failed while they waited
	})
	p.dynamodb = dynamodb.New(dynamodb.Options{
		Region: localaws.Region, BaseEndpoint: aws.String(p.stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
	})
	p.machines = sfn.New(sfn.Options{
		Region: localaws.Region, BaseEndpoint: aws.String(p.stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
	})
	p.table = store.New(p.dynamodb, p.stack.Template.Tables[0].Name)
	return p
}

// fastHooks approves what asks for it by its field fast, and leaves the rest to
// people.
var fastHooks = hook.Flows{"*": {OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	switch e.Run.Reason {
	case "fast":
		return hook.Approve("Fast."), nil
	case "never":
		return hook.Deny("Never."), nil
	}
	return hook.Continue(), nil
}}}

// answer is what the API said.
type answer struct {
	status int
	body   map[string]any
}

// call calls the API as somebody. Someone stubborn retries what failed with
// a status of 5xx, under the same Idempotency-Key.
func (p *play) call(who, method, path string, body any) answer {
	return p.send(p.key(), who, method, path, body)
}

// key makes an Idempotency-Key.
func (p *play) key() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys++
	return fmt.Sprint("key-", p.keys)
}

// send makes a call with that Idempotency-Key.
func (p *play) send(key, who, method, path string, body any) answer {
	raw, _ := json.Marshal(body)
	for try := 0; ; try++ {
		req, err := http.NewRequest(method, p.stack.URL()+path, bytes.NewReader(raw))
		if err != nil {
			p.t.Error(err)
			return answer{}
		}
		req.Header.Set("Authorization", "Bearer "+who)
		if method == http.MethodPost {
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Idempotency-Key", key)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			p.t.Error(err)
			return answer{}
		}
		text, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		a := answer{status: res.StatusCode}
		_ = json.Unmarshal(text, &a.body)
		if a.status < 500 || !p.stubborn || try > 5 {
			return a
		}
	}
}

// ask files a request, and returns the run's id, "" if that did not work.
func (p *play) ask(flow, reason string) string {
	body := map[string]any{"flow": flow, "reason": reason}
	switch flow {
	case "access", "extended":
		body["fields"] = map[string]any{"target": "prod"}
	case "access2":
		body["fields"] = map[string]any{"target": "prod", "pin": "PIN-CANARY", "token": "TOKEN-CANARY"}
	}
	a := p.call("ada@example.com", "POST", "/requests", body)
	id, _ := a.body["id"].(string)
	return id
}

// answered moves the clock until an act is answered.
func (p *play) answered(done <-chan answer) (a answer) {
	p.t.Helper()
	p.until("the act is answered", func() bool {
		select {
		case a = <-done:
			return true
		default:
			return false
		}
	})
	return a
}

// act has somebody act, in the background: the answer comes once the clock has
// moved as far as it must.
func (p *play) act(who, id, act string) <-chan answer {
	done := make(chan answer, 1)
	if act == "revoke" {
		p.mayEndEarly(id)
	}
	key := p.key()
	caller := p.stack.Motion.Begin(act + " by " + who)
	p.waiting.Store(key, caller)
	p.callers.Go(func() {
		defer caller.End()
		body := map[string]any{}
		if act == "review" {
			body["verdict"] = "justified"
		}
		done <- p.send(key, who, "POST", "/requests/"+id+"/"+act, body)
	})
	return done
}

// waits returns functions/approve, whose callers rest while it runs: it moves itself.
func (p *play) waits(approve lambda.InProcess) lambda.InProcess {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var in struct{ Headers map[string]string }
		if err := json.Unmarshal(payload, &in); err != nil {
			return nil, err
		}
		if caller, is := p.waiting.Load(in.Headers["idempotency-key"]); is {
			caller.(*motion.Work).Rest(time.Time{}, nil)
			defer caller.(*motion.Work).Wake()
		}
		return approve(ctx, payload)
	}
}

// mayEndEarly notes that something ends the run's access before its time.
func (p *play) mayEndEarly(id string) {
	if _, ever := p.mayGo[id]; !ever {
		p.mayGo[id] = p.clock.Now()
	}
}

// load reads a run as it is stored.
func (p *play) load(id string) *run.Run {
	r, err := p.table.Load(context.Background(), id)
	if err != nil {
		return nil
	}
	return r
}

// runs lists every run that is stored.
func (p *play) runs() []*run.Run {
	p.t.Helper()
	var all []*run.Run
	pages := dynamodb.NewScanPaginator(p.dynamodb, &dynamodb.ScanInput{TableName: &p.stack.Template.Tables[0].Name, IndexName: aws.String("mine")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			p.t.Fatal(err)
		}
		for _, it := range page.Items {
			id := stringOf(it["pk"])[len("RUN#"):]
			if slices.ContainsFunc(all, func(r *run.Run) bool { return r != nil && r.ID == id }) {
				continue // those who acted on it have an entry of it too
			}
			all = append(all, p.load(id))
		}
	}
	return all
}

// until lets time pass, whenever nothing moves, until something holds. It gives
// up after an hour of that time.
func (p *play) until(what string, holds func() bool) {
	p.t.Helper()
	for limit := p.clock.Now().Add(time.Hour); ; {
		p.quiet()
		if holds() {
			return
		}
		if p.clock.Now().After(limit) {
			p.t.Fatalf("not after an hour: %s; %s", what, p.describe())
		}
		p.clock.Advance(time.Second)
		p.world.pass()
	}
}

// quiet waits until all is done that can be done before the clock moves.
func (p *play) quiet() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := p.stack.Motion.Idle(ctx); err != nil {
		p.t.Fatal(err)
	}
}

func (p *play) describe() string {
	text := ""
	for _, r := range p.runs() {
		raw, _ := json.MarshalIndent(r, "", " ")
		text += string(raw) + "\n"
	}
	return text
}

// runsStill reports whether an execution is under way.
func (p *play) runsStill(name string) bool {
	arn := strings.Replace(p.stack.Template.StateMachines[0].ARN, ":stateMachine:", ":execution:", 1) + ":" + name
	out, err := p.machines.DescribeExecution(context.Background(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	return err == nil && out.Status == types.ExecutionStatusRunning
}

// over lets time pass until every run that is stored is over with all its executions, and
// the lane is empty.
func (p *play) over() {
	p.t.Helper()
	p.until("all runs are over", func() bool {
		if len(p.stack.StepFunctions.ExpressRunning()) > 0 {
			return false
		}
		for _, r := range p.runs() {
			if r == nil || !r.Over() {
				return false
			}
			for n := range r.Engine.Execution + 1 {
				if p.runsStill((step.Execution{RunID: r.ID, Number: n}).Name()) {
					return false
				}
			}
		}
		return true
	})
}
