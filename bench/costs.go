package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// smallest is a flow whose run is as small as one gets, unlimited the same
// without limits of requests.
const (
	smallest  = "flows: [{name: a, admins: [r@x.io]}]"
	unlimited = "flows: [{name: a, limits: none, admins: [r@x.io]}]"
)

// costs counts what a run costs: states entered, invocations, write units.
func (b *bench) costs(ctx context.Context) ([]figure, error) {
	text, err := os.ReadFile("flows.yaml")
	if err != nil {
		return nil, err
	}
	// The sample as it ships, but for access that ends while one waits.
	sample, err := flow.Parse("flows.yaml", bytes.Replace(text, []byte("durations: [30m, 1h, 4h]"), []byte("durations: [2s]"), 1))
	if err != nil {
		return nil, err
	}
	small, err := flow.Parse("smallest", []byte(smallest))
	if err != nil {
		return nil, err
	}
	free, err := flow.Parse("unlimited", []byte(unlimited))
	if err != nil {
		return nil, err
	}
	approve := hook.Flows{
		"a": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Approve("ok"), nil }},
		"aws-access": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) {
			return hook.Approve("ada@example.com was fast tracked Production read-only AWS access."), nil
		}},
		"everything-goes": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Continue(), nil }},
	}
	fast, err := oneRun(ctx, small, approve, `{"flow":"a"}`, "")
	if err != nil {
		return nil, err
	}
	without, err := oneRun(ctx, free, approve, `{"flow":"a"}`, "")
	if err != nil {
		return nil, err
	}
	access, err := oneRun(ctx, sample, approve, `{"flow":"aws-access","reason":"prod is down","duration_seconds":2,"fields":{"target":"prod-ro","urgency":"Emergency"}}`, "")
	if err != nil {
		return nil, err
	}
	reviewed, err := oneRun(ctx, sample, approve, `{"flow":"everything-goes"}`, "grace@example.com")
	if err != nil {
		return nil, err
	}
	return []figure{
		{"fast-tracked, approval-only: states entered, Standard", float64(fast.states), "", 0},
		{"fast-tracked, approval-only: states entered, Express", float64(fast.lane), "", 4},
		{"fast-tracked, approval-only: Lambda invocations, the API's included", float64(fast.invocations), "", 3},
		{fmt.Sprintf("fast-tracked, smallest run (item of %d bytes), limits: none: write units", without.item), without.units, "", 8},
		{fmt.Sprintf("the same with the default limits of requests (item of %d bytes): write units", fast.item), fast.units, "", 0},
		{"sample aws-access, fast-tracked, to its approval: write units", access.decided, "", 16},
		{fmt.Sprintf("sample aws-access, fast-tracked, with access to its end (item of %d bytes): write units", access.item), access.units, "", 16},
		{"full access run, fast-tracked: states entered, Standard", float64(access.states), "", 7},
		{"reviewed by one person: states entered, Standard", float64(reviewed.states), "", 5},
		{"reviewed by one person: write units", reviewed.units, "", 0},
	}, nil
}

// given is a strategy that grants and revokes at once.
type given struct{ there atomic.Bool }

func (g *given) Give(context.Context, strategy.Access, strategy.Ledger) (strategy.Given, error) {
	g.there.Store(true)
	return strategy.Given{}, nil
}

func (g *given) Take(context.Context, strategy.Access, strategy.Ledger) (strategy.Gone, error) {
	g.there.Store(false)
	return strategy.Gone{}, nil
}

func (g *given) Look(context.Context, strategy.Access) (bool, error) { return g.there.Load(), nil }

func (g *given) Has(context.Context, strategy.Access) (bool, error) { return g.there.Load(), nil }

type cost struct {
	// states are those of Standard executions, lane those of Express ones.
	states, lane, invocations, item int
	units                           float64
	// decided are the units until the run is decided, or waits for people: of the
	// first two writes of its item.
	decided float64
	puts    int
}

// oneRun plays one request to its end, approved by somebody if it waits.
func oneRun(ctx context.Context, flows *flow.File, hooks hook.Flows, body, approver string) (cost, error) {
	var c cost
	var mu sync.Mutex
	functions := inprocess.New(inprocess.Options{Flows: flows, Hooks: hooks, Strategies: strategy.Set{"lambda": &given{}}, DynamoDB: func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("units", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				wantUnits(in.Parameters)
				out, meta, err := next.HandleInitialize(ctx, in)
				mu.Lock()
				defer mu.Unlock()
				c.count(in.Parameters, out.Result)
				return out, meta, err
			}), middleware.After)
		})
	}})
	var ofMachines, lane atomic.Int64
	o := localaws.Options{TemplatePath: "template.yaml", Addr: "127.0.0.1:0", Functions: functions.Replacements(), OnExpress: func(x stepfunctions.ExpressExecution) { lane.Add(int64(x.States)) }}
	for _, name := range []string{"HooksFunction", "RecordFunction", "GrantFunction"} {
		invoke := o.Functions[name]
		o.Functions[name] = func(ctx context.Context, payload []byte) ([]byte, error) {
			ofMachines.Add(1)
			return invoke(ctx, payload)
		}
	}
	stack, err := local.Start(ctx, "", o)
	if err != nil {
		return c, err
	}
	defer stack.Close(ctx)
	functions.Bind(stack)
	id, err := post(stack.URL()+"/requests", "ada@example.com", body)
	if err != nil {
		return c, err
	}
	calls := 1
	if approver != "" {
		if _, err := post(stack.URL()+"/requests/"+id+"/approve", approver, "{}"); err != nil {
			return c, err
		}
		calls++
	}
	cfg := aws.Config{Region: localaws.Region, BaseEndpoint: aws.String(stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")}
	if c.states, err = transitions(ctx, stack, sfn.NewFromConfig(cfg), id); err != nil {
		return c, err
	}
	c.lane, c.invocations = int(lane.Load()), int(ofMachines.Load())+calls
	c.item, err = itemSize(ctx, dynamodb.NewFromConfig(cfg), stack.Template.Tables[0].Name, id)
	return c, err
}

// wantUnits has a write say what it took.
func wantUnits(in any) {
	switch in := in.(type) {
	case *dynamodb.PutItemInput:
		in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	case *dynamodb.TransactWriteItemsInput:
		in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	}
}

// count adds the units of a put, or of a transaction, which is double. The names of flows
// are written once a week, by no run.
func (c *cost) count(in, out any) {
	var items []map[string]types.AttributeValue
	switch out := out.(type) {
	case *dynamodb.PutItemOutput:
		if item := in.(*dynamodb.PutItemInput).Item; out != nil && out.ConsumedCapacity != nil && !isNames(item) {
			c.units += *out.ConsumedCapacity.CapacityUnits
			items = append(items, item)
		}
	case *dynamodb.TransactWriteItemsOutput:
		if out == nil {
			return
		}
		for _, used := range out.ConsumedCapacity {
			c.units += *used.CapacityUnits
		}
		for _, w := range in.(*dynamodb.TransactWriteItemsInput).TransactItems {
			if w.Put != nil {
				items = append(items, w.Put.Item)
			}
		}
	}
	for _, item := range items {
		if pk, ok := item["pk"].(*types.AttributeValueMemberS); ok && strings.HasPrefix(pk.Value, "RUN#") && c.puts < 2 {
			c.puts++
			c.decided = c.units
		}
	}
}

func isNames(item map[string]types.AttributeValue) bool {
	pk, ok := item["pk"].(*types.AttributeValueMemberS)
	return ok && (pk.Value == "FLOWS" || pk.Value == "WAITERS")
}

// transitions waits for the end of a request's executions and returns how many states its
// Standard one entered, 0 if the lane handed nothing over.
func transitions(ctx context.Context, stack *localaws.Stack, client *sfn.Client, id string) (int, error) {
	execution := strings.Replace(stack.Template.StateMachines[0].ARN, ":stateMachine:", ":execution:", 1) + ":" + id
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		inLane := slices.ContainsFunc(stack.StepFunctions.ExpressRunning(), func(arn string) bool { return strings.Contains(arn, id) })
		out, err := client.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution, MaxResults: 1000})
		if none := new(sfntypes.ExecutionDoesNotExist); errors.As(err, &none) {
			if !inLane {
				return 0, nil
			}
			continue
		}
		if err != nil {
			return 0, err
		}
		if last := string(out.Events[len(out.Events)-1].Type); inLane || !strings.HasPrefix(last, "Execution") || last == "ExecutionStarted" {
			continue
		}
		states := 0
		for _, e := range out.Events {
			if strings.HasSuffix(string(e.Type), "StateEntered") {
				states++
			}
		}
		return states, nil
	}
	return 0, fmt.Errorf("execution %s does not end", execution)
}

// itemSize is the size of a run's item: names and values, as DynamoDB counts
// them for strings.
func itemSize(ctx context.Context, client *dynamodb.Client, table, id string) (int, error) {
	out, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "RUN#" + id}, "sk": &types.AttributeValueMemberS{Value: "RUN"},
	}})
	if err != nil {
		return 0, err
	}
	size := 0
	for name, value := range out.Item {
		size += len(name)
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			size += len(v.Value)
		default:
			size += 8
		}
	}
	return size, nil
}

// post calls the API, waiting for the outcome, and returns the request's id.
func post(url, who, body string) (string, error) {
	req, err := http.NewRequest("POST", url, bytes.NewReader([]byte(body)))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+who)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Prefer", "wait=5")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var out struct{ ID, Detail string }
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		return "", err
	}
	if res.StatusCode >= 300 {
		return "", fmt.Errorf("%s: %s: %s", url, res.Status, out.Detail)
	}
	return out.ID, nil
}
