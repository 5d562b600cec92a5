package postgres_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	engine "github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/custom"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

const playFlows = `
flows:
  - name: database
    admins: [root@example.com]
    limits: none
    require_reason: []
    fields: [{name: target, type: target, required: true}]
    targets: [{id: app-rw, label: Database, settings: {roles: [app_read, app_write]}}]
    durations: [40s]
    extend: {max_total: 200s}
    strategy: {type: lambda, function: postgres, version: 2, connection: db/login, owner: fasttrack_objects}
    review: {approvers: [grace@example.com], timeout: 60s}
`

// invoker invokes the strategy as AWS Lambda does.
type invoker struct{ w *world }

func (i invoker) Invoke(ctx context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	raw, err := i.w.Functions().Respond(ctx, in.Payload)
	return &lambda.InvokeOutput{Payload: raw}, err
}

// play is a stack on a clock of its own, whose strategy is that of the world.
type play struct {
	t     *testing.T
	clock *clockwork.FakeClock
	stack *localaws.Stack
	db    *dynamodb.Client
	table *store.Store
}

func newPlay(t *testing.T, w *world, fault func(inprocess.Call) inprocess.Fault) *play {
	t.Helper()
	file, err := flow.Parse("flows", []byte(playFlows))
	if err != nil {
		t.Fatal(err)
	}
	p := &play{t: t, clock: clockwork.NewFakeClockAt(time.Now().Truncate(time.Second))}
	// Its fences begin below those of the play before.
	w.deployment = "play-" + rand.Text()
	w.Strategy = w.at(t, p.clock.Now)
	functions := inprocess.New(inprocess.Options{
		Flows: file, Now: p.clock.Now, Fault: fault, Strategies: engine.Set{"lambda": custom.New(invoker{w}, "")},
		Hooks: hook.Flows{"*": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Approve("Fast."), nil }}},
	})
	p.stack, err = local.Start(t.Context(), "", localaws.Options{TemplatePath: "../../../template.yaml", Addr: "127.0.0.1:0", Clock: p.clock, Functions: functions.Replacements()})
	if err != nil {
		t.Fatal(err)
	}
	functions.Bind(p.stack)
	t.Cleanup(func() { _ = p.stack.Close(context.Background()) })
	p.db = dynamodb.New(dynamodb.Options{Region: localaws.Region, BaseEndpoint: aws.String(p.stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	p.table = store.New(p.db, p.stack.Template.Tables[0].Name)
	return p
}

// ask files a request, again if that fails.
func (p *play) ask(key string) {
	p.t.Helper()
	for range 6 {
		req, err := http.NewRequest(http.MethodPost, p.stack.URL()+"/requests", bytes.NewReader([]byte(`{"flow":"database","fields":{"target":"app-rw"}}`)))
		if err != nil {
			p.t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": "Bearer ada@example.com", "Content-Type": "application/json", "Idempotency-Key": key} {
			req.Header.Set(name, value)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			p.t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		var made struct{ ID string }
		if json.Unmarshal(text, &made) == nil && made.ID != "" {
			return
		}
	}
	p.t.Fatal("the request can't be filed")
}

func (p *play) runs() (all []*run.Run) {
	p.t.Helper()
	pages := dynamodb.NewScanPaginator(p.db, &dynamodb.ScanInput{TableName: &p.stack.Template.Tables[0].Name, IndexName: aws.String("mine")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			p.t.Fatal(err)
		}
		for _, it := range page.Items {
			r, err := p.table.Load(context.Background(), it["pk"].(*types.AttributeValueMemberS).Value[len("RUN#"):])
			if err != nil {
				p.t.Fatal(err)
			}
			all = append(all, r)
		}
	}
	return all
}

// until lets time pass, whenever nothing moves, until something holds of all runs.
func (p *play) until(what string, holds func(*run.Run) bool) {
	p.t.Helper()
	for limit := p.clock.Now().Add(time.Hour); ; p.clock.Advance(time.Second) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		err := p.stack.Motion.Idle(ctx)
		cancel()
		if err != nil {
			p.t.Fatal(err)
		}
		all := true
		for _, r := range p.runs() {
			all = all && holds(r)
		}
		if all {
			return
		}
		if p.clock.Now().After(limit) {
			raw, _ := json.MarshalIndent(p.runs(), "", " ")
			p.t.Fatalf("not after an hour: %s; %s", what, raw)
		}
	}
}
