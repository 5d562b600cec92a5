package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/bench/bill"
	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// featured is a stack on a clock of its own, in which requests use features. It counts
// what AWS would bill for, but for what depends on time: the functions' seconds, their
// logs, and reads, which grow with how long a caller waits.
type featured struct {
	ctx    context.Context
	clock  *clockwork.FakeClock
	stack  *localaws.Stack
	client *sfn.Client
	given  given

	mu    sync.Mutex
	usage bill.Usage
	wrote []localaws.Capacity
	ids   []string
	keys  int
}

// newFeatured starts the stack with flows, whose hooks are Go functions.
func newFeatured(ctx context.Context, flows string, hooks hook.Flows) (*featured, error) {
	file, err := flow.Parse("features", []byte(flows))
	if err != nil {
		return nil, err
	}
	f := &featured{ctx: ctx, clock: clockwork.NewFakeClockAt(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)), usage: bill.Usage{}}
	functions := inprocess.New(inprocess.Options{
		Flows: file, Now: f.clock.Now, Hooks: hooks, Strategies: strategy.Set{"lambda": &f.given},
		Fault: func(c inprocess.Call) inprocess.Fault {
			if c.Operation == "PutEvents" {
				f.add("events", 1)
			}
			return inprocess.None
		},
	})
	o := localaws.Options{TemplatePath: "template.yaml", Addr: "127.0.0.1:0", Clock: f.clock, Functions: functions.Replacements()}
	for name, invoke := range o.Functions {
		o.Functions[name] = func(ctx context.Context, payload []byte) ([]byte, error) {
			if name != sweeper {
				f.add("invocations", 1)
			}
			return invoke(ctx, payload)
		}
	}
	o.OnCapacity = func(c localaws.Capacity) {
		if c.Write {
			f.add("writes", c.Units)
			f.mu.Lock()
			defer f.mu.Unlock()
			f.wrote = append(f.wrote, c)
		}
	}
	if f.stack, err = local.Start(ctx, "", o); err != nil {
		return nil, err
	}
	functions.Bind(f.stack)
	f.client = sfn.New(sfn.Options{Region: localaws.Region, BaseEndpoint: aws.String(f.stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	return f, nil
}

func (f *featured) add(id string, units float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.usage[id] += units
}

// call calls the API, and returns the id of the request that it is about.
func (f *featured) call(who, path string, body map[string]any) (string, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(f.ctx, http.MethodPost, f.stack.URL()+path, bytes.NewReader(raw))
	if err != nil {
		return "", err
	}
	f.keys++
	req.Header.Set("Authorization", "Bearer "+who)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", fmt.Sprint("key-", f.keys))
	f.add("http", 1)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	var out struct{ ID string }
	if err := json.Unmarshal(text, &out); err != nil || res.StatusCode >= 300 {
		return "", fmt.Errorf("POST %s: %s: %s", path, res.Status, text)
	}
	return out.ID, nil
}

// asks files a request of ada's.
func (f *featured) asks(flow string, more map[string]any) (string, error) {
	body := map[string]any{"flow": flow, "reason": "prod is down"}
	if slices.Contains([]string{"access", "featured", "looked-at"}, flow) {
		body["fields"] = map[string]any{"target": "prod"}
	}
	maps.Copy(body, more)
	id, err := f.call("ada@example.com", "/requests", body)
	if err != nil {
		return "", err
	}
	f.ids = append(f.ids, id)
	return id, f.quiet()
}

// acts has somebody act on a request, a second later.
func (f *featured) acts(who, id, act string, body map[string]any) error {
	f.clock.Advance(time.Second)
	if err := f.quiet(); err != nil {
		return err
	}
	if _, err := f.call(who, "/requests/"+id+"/"+act, body); err != nil {
		return err
	}
	return f.quiet()
}

// pass lets time pass, a second at a time, or five.
func (f *featured) pass(d time.Duration) error {
	step := time.Second
	if d > 5*time.Minute {
		step = 5 * time.Second
	}
	for until := f.clock.Now().Add(d); f.clock.Now().Before(until); f.clock.Advance(step) {
		if err := f.quiet(); err != nil {
			return err
		}
	}
	return f.quiet()
}

func (f *featured) quiet() error {
	ctx, cancel := context.WithTimeout(f.ctx, 2*time.Minute)
	defer cancel()
	return f.stack.Motion.Idle(ctx)
}

// used returns what was used since it was called last, with the states that the Standard
// executions of the requests in between entered.
func (f *featured) used() (bill.Usage, error) {
	states := 0
	for _, id := range f.ids {
		execution := strings.Replace(f.stack.Template.StateMachines[0].ARN, ":stateMachine:", ":execution:", 1) + ":" + id
		pages := sfn.NewGetExecutionHistoryPaginator(f.client, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution, MaxResults: 1000})
		for pages.HasMorePages() {
			page, err := pages.NextPage(f.ctx)
			if err != nil {
				break // decided in the lane
			}
			for _, e := range page.Events {
				if strings.HasSuffix(string(e.Type), "StateEntered") {
					states++
				}
			}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	usage := f.usage
	usage["transitions"] += float64(states)
	f.usage, f.wrote, f.ids = bill.Usage{}, nil, nil
	return usage, nil
}

// featureFlows are flows that allow features, each beside one that allows none.
const featureFlows = `
flows:
  - {name: plain, limits: none, admins: [root@example.com]}
  - {name: shown-by-code, limits: none, admins: [root@example.com], get_flows: true}
  - {name: keeps, limits: none, admins: [root@example.com], store: {person: [count], flow: [count]}}
  - {name: two, limits: none, admins: [root@example.com], require_reason: [], review: {approvers: [group:sre], approvals: 2, timeout: 1h}}
  - name: bare
    limits: none
    admins: [root@example.com]
    break_glass: {who: [ada@example.com], review_within: 1h, notify: [admins]}
  - name: access
    limits: none
    admins: [root@example.com]
    fields: [{name: target, type: target, required: true}]
    targets: [{id: prod}]
    durations: [40s, 30m]
    strategy: {type: lambda, function: f}
  - name: featured
    limits: none
    admins: [root@example.com]
    fields: [{name: target, type: target, required: true}]
    targets: [{id: prod}]
    durations: [40s, 30m, until_revoked]
    confirm_every: 7d
    strategy: {type: lambda, function: f}
    extend: {max_total: 1h}
    starts: {within: 1h}
    on_behalf: {who: [ada@example.com], for: [bob@example.com]}
    break_glass: {who: [ada@example.com], max_duration: 40s, review_within: 1h, notify: [admins]}
  - name: looked-at
    limits: none
    admins: [root@example.com]
    fields: [{name: target, type: target, required: true}]
    targets: [{id: prod}]
    durations: [40s, 30m]
    strategy: {type: lambda, function: f}
    recheck: 5m
    hook_timeout: 1s
directory:
  people: [{email: ada@example.com}, {email: bob@example.com}]
  groups: {sre: [grace@example.com, linus@example.com, root@example.com]}
`

// featureHooks approve what is for code to decide, and keep what the reason names.
func featureHooks(looks bool) hook.Flows {
	on := hook.Hooks{OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
		if strings.Contains(e.Run.Reason, "person") {
			e.Store().Person().Set("count", 1, 0)
		}
		if strings.Contains(e.Run.Reason, "flow") {
			e.Store().Flow().Set("count", 1, 0)
		}
		if e.Flow.Name == "two" {
			return hook.Continue(), nil
		}
		return hook.Approve("Fast."), nil
	}, GetFlows: func(context.Context, *hook.Viewer) (bool, error) { return true, nil }}
	if looks {
		on.WhileActive = func(context.Context, *hook.Event) (hook.FromActive, error) { return hook.Continue(), nil }
	}
	return hook.Flows{"*": on}
}

// course is what people do with requests.
type course func(*featured) error

// requested is one request, until nothing moves after so much time.
func requested(flow string, lasts time.Duration, more map[string]any) course {
	return func(f *featured) error {
		_, err := f.asks(flow, more)
		if err != nil {
			return err
		}
		return f.pass(lasts)
	}
}

// costOf plays a course on a stack of its own.
func costOf(ctx context.Context, hooks hook.Flows, c course) (used bill.Usage, wrote []localaws.Capacity, err error) {
	f, err := newFeatured(ctx, featureFlows, hooks)
	if err != nil {
		return nil, nil, err
	}
	defer f.stack.Close(ctx)
	for _, who := range []string{"ada", "grace", "linus", "root"} { // their links are stored once
		if err := get(ctx, f.stack.URL()+"/me", who+"@example.com"); err != nil {
			return nil, nil, err
		}
	}
	if _, err := f.asks("plain", nil); err != nil { // the names of flows are
		return nil, nil, err
	}
	if err := f.pass(time.Second); err != nil {
		return nil, nil, err
	}
	if _, err := f.used(); err != nil {
		return nil, nil, err
	}
	if err := c(f); err != nil {
		return nil, nil, err
	}
	f.mu.Lock()
	wrote = slices.Clone(f.wrote)
	f.mu.Unlock()
	used, err = f.used()
	return used, wrote, err
}

const soon = time.Minute // access of 40 s is over by then

func approved(withdraws bool) course {
	return func(f *featured) error {
		id, err := f.asks("two", nil)
		if err != nil {
			return err
		}
		acts := []string{"approve"}
		if withdraws {
			acts = []string{"approve", "withdraw", "approve"}
		}
		for _, act := range acts {
			if err := f.acts("grace@example.com", id, act, map[string]any{}); err != nil {
				return err
			}
		}
		return f.acts("linus@example.com", id, "approve", map[string]any{})
	}
}

// twice plays two requests with access, one after the other.
func twice(f *featured) error {
	for range 2 {
		if err := requested("featured", soon, nil)(f); err != nil {
			return err
		}
	}
	return nil
}

func extendedOnce(f *featured) error {
	id, err := f.asks("featured", nil)
	if err == nil {
		err = f.pass(10 * time.Second)
	}
	if err != nil {
		return err
	}
	more, err := f.call("ada@example.com", "/requests/"+id+"/extend", map[string]any{"reason": "not done"})
	if err != nil {
		return err
	}
	f.ids = append(f.ids, more)
	return f.pass(2 * soon)
}

// halfOf7Days is from when access may be confirmed that is confirmed every 7 days.
const halfOf7Days = 84 * time.Hour

// endless has access until it is revoked for some time, and confirms it if it should.
func endless(lasts time.Duration, confirmed bool) course {
	return func(f *featured) error {
		id, err := f.asks("featured", map[string]any{"until_revoked": true})
		if err == nil {
			err = f.pass(10 * time.Second)
		}
		if err != nil {
			return err
		}
		f.clock.Advance(lasts)
		if err := f.pass(soon); err != nil || !confirmed {
			return err
		}
		if err := f.acts("ada@example.com", id, "confirm", map[string]any{}); err != nil {
			return err
		}
		return f.pass(soon)
	}
}

// emergency breaks the glass, and has it reviewed if it should be.
func emergency(flow string, reviewed bool, lasts time.Duration) course {
	return func(f *featured) error {
		id, err := f.asks(flow, map[string]any{"break_glass": true})
		if err == nil {
			err = f.pass(lasts)
		}
		if err != nil || !reviewed {
			return err
		}
		return f.acts("root@example.com", id, "review", map[string]any{"verdict": "justified"})
	}
}

// feature is what one costs: a course that uses it, less one that does not, for so many
// uses of it.
type feature struct {
	name       string
	more, less course
	times      float64
	looks      bool
}

func features(now time.Time) []feature {
	at := func(d time.Duration) string { return now.Add(d).UTC().Format(time.RFC3339) }
	half := map[string]any{"duration_seconds": 1800}
	plain, access := requested("plain", soon, nil), requested("featured", soon, nil)
	long := func(flow string) course { return requested(flow, 31*time.Minute, half) }
	later := func(flow string) course { // what was known of the flow is forgotten
		return func(f *featured) error {
			if err := f.pass(2 * time.Minute); err != nil {
				return err
			}
			return requested(flow, soon, nil)(f)
		}
	}
	keeps := func(what string) course { return requested("keeps", soon, map[string]any{"reason": what}) }
	return []feature{
		{"an approval that is withdrawn, and given again", approved(true), approved(false), 1, false},
		{"an extension, beside a request with access", extendedOnce, twice, 1, false},
		{"a later start", requested("featured", 11*time.Minute, map[string]any{"starts_at": at(10 * time.Minute)}), access, 1, false},
		{"an emergency, before its review", emergency("featured", false, soon), access, 1, false},
		{"its review", emergency("featured", true, soon), emergency("featured", false, soon), 1, false},
		{"a reminder of a review that is due", emergency("bare", false, 40*time.Minute), emergency("bare", false, 20*time.Minute), 1, false},
		{"a request on behalf of somebody", requested("featured", soon, map[string]any{"for": map[string]any{"email": "bob@example.com"}}), access, 1, false},
		{"a second look, without a hook", long("looked-at"), long("access"), 5, false},
		{"its hook while_active", long("looked-at"), long("looked-at"), 4, true}, // not called just before the end
		{"a reminder to confirm access without an end", endless(halfOf7Days, false), endless(halfOf7Days-time.Hour, false), 1, false},
		{"its confirm", endless(halfOf7Days, true), endless(halfOf7Days, false), 1, false},
		{"an outcome that keeps values of one person", keeps("person"), plain, 1, false},
		{"an outcome that keeps values of a person and of the flow", keeps("person flow"), plain, 1, false},
		{"an outcome that keeps nothing, in a flow with a store", keeps("nothing"), plain, 1, false},
		{"get_flows, once a minute for a person", later("shown-by-code"), later("plain"), 1, false},
	}
}

// featureCost is what a feature takes more than a request without it.
type featureCost struct {
	name    string
	usage   bill.Usage
	dollars float64
}

// featureCosts measures what each feature costs.
func featureCosts(ctx context.Context) ([]featureCost, error) {
	prices, err := bill.Prices()
	if err != nil {
		return nil, err
	}
	var all []featureCost
	for _, f := range features(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)) {
		more, _, err := costOf(ctx, featureHooks(f.looks), f.more)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		less, _, err := costOf(ctx, featureHooks(false), f.less)
		if err != nil {
			return nil, fmt.Errorf("without %s: %w", f.name, err)
		}
		c := featureCost{name: f.name, usage: bill.Usage{}}
		for _, id := range []string{"http", "transitions", "invocations", "writes", "events"} {
			c.usage[id] = (more[id] - less[id]) / f.times
		}
		if _, c.dollars, err = c.usage.Bill(prices); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// row is a row of the table of docs/costs.md.
func (c featureCost) row() string {
	u := c.usage
	return fmt.Sprintf("%.3g | %.3g | %.3g | %.3g | %.3g | %.3g", u["transitions"], u["writes"], u["invocations"], u["events"], u["http"], c.dollars)
}

// features prints what each feature of a request costs.
func (b *bench) features(ctx context.Context, out io.Writer) error {
	all, err := featureCosts(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "feature\tstates entered\twrite units\tinvocations\tevents\tcalls of the API\tdollars for a million\t")
	for _, c := range all {
		fmt.Fprintf(w, "%s\t%s\t\n", c.name, strings.ReplaceAll(c.row(), " | ", "\t"))
	}
	fmt.Fprintln(w)
	return w.Flush()
}
