package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/functions/digest/digest"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws"
	locallambda "github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

var auditStart = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// recordWorld is a stack with three days of requests, whose digests were made by
// its function.
type recordWorld struct {
	t     *testing.T
	stack *localaws.Stack
	clock *clockwork.FakeClock
	table *dynamodb.Client
	store *store.Store
	name  string
	log   bytes.Buffer
	// scheduled receives each invocation by the schedule.
	scheduled chan struct{}
}

func newRecordWorld(t *testing.T) *recordWorld {
	t.Helper()
	w := &recordWorld{t: t, clock: clockwork.NewFakeClockAt(auditStart), scheduled: make(chan struct{}, 1)}
	functions := map[string]locallambda.InProcess{}
	for _, id := range []string{"RequestFunction", "ApproveFunction", "RecordFunction", "HooksFunction", "GrantFunction", "ReconcileFunction", "NotifyFunction", "GrantDemoFunction"} {
		functions[id] = func(context.Context, []byte) ([]byte, error) { return []byte("null"), nil }
	}
	functions["DigestFunction"] = func(ctx context.Context, payload []byte) ([]byte, error) {
		if bytes.Contains(payload, []byte("aws.events")) {
			select { // the schedule's, which comes when it likes
			case w.scheduled <- struct{}{}:
			default:
			}
			return []byte("null"), nil
		}
		cfg, err := awsConfig(ctx, w.stack.AWSURL())
		if err != nil {
			return nil, err
		}
		key := digestKey(w.stack)
		return lambda.NewHandler(digest.New(digest.Deps{
			Table: w.store, Sign: signed.By(cfg, key), KeyID: key, Now: w.clock.Now,
			Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
		}).Handle).Invoke(ctx, payload)
	}
	var err error
	w.stack, err = local.Start(t.Context(), "", localaws.Options{
		Addr: "127.0.0.1:0", TemplatePath: "../../template.yaml", Functions: functions, Clock: w.clock,
		Parameters: map[string]string{"AuditDigest": "true"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.stack.Close(context.Background()) })
	cfg, err := awsConfig(t.Context(), w.stack.AWSURL())
	if err != nil {
		t.Fatal(err)
	}
	w.name = w.stack.Template.Tables[0].Name
	w.table = dynamodb.NewFromConfig(cfg)
	w.store = store.New(w.table, w.name)
	return w
}

// id returns the id of the nth request.
func (w *recordWorld) id(n int) string { return run.HashID(fmt.Sprint("audit", n)) }

// ask stores the nth request now.
func (w *recordWorld) ask(n int, flow, reason string) {
	w.t.Helper()
	sent := json.RawMessage(`{"diff":"x"}`)
	r, err := run.New(run.Draft{
		ID: w.id(n), Flow: run.Flow{Name: flow, Admins: []string{"root@example.com"}}, Channel: run.ViaAPI, Reason: reason,
		Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com"}, Context: sent,
	}, w.clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.Create(w.t.Context(), r, sent); err != nil {
		w.t.Fatal(err)
	}
}

// days lets three days pass, with a request on each, and has the digests made.
func (w *recordWorld) days() {
	w.t.Helper()
	for n := range 3 {
		w.ask(n, fmt.Sprint("f", n%2), "because")
		w.clock.Advance(15 * time.Hour) // 01:00
		w.digest()
		w.clock.Advance(9 * time.Hour)
	}
}

// digest invokes the function, as its schedule does.
func (w *recordWorld) digest() {
	w.t.Helper()
	client, err := lambdaClient(w.t.Context(), w.stack.AWSURL())
	if err != nil {
		w.t.Fatal(err)
	}
	name := "fasttrack-engine-digest"
	out, err := client.Invoke(w.t.Context(), &lambdasdk.InvokeInput{FunctionName: &name})
	if err != nil || out.FunctionError != nil {
		w.t.Fatalf("%v: %s", err, out.Payload)
	}
}

// verify runs the command and returns what it printed and its exit code.
func (w *recordWorld) verify(args ...string) (string, int) {
	w.t.Helper()
	code, out, messages := w.run(w.t.Context(), "audit verify", args...)
	return out + messages, code
}

// run runs a command on the table.
func (w *recordWorld) run(ctx context.Context, command string, args ...string) (code int, out, messages string) {
	p := process(w.t, nil)
	p.Now = w.clock.Now
	return p.runs(ctx, append(append(strings.Fields(command), "--table", w.name, "--endpoint-url", w.stack.AWSURL()), args...)...)
}

type itemKey struct{ pk, sk string }

func (k itemKey) attributes() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: k.pk}, "sk": &types.AttributeValueMemberS{Value: k.sk}}
}

// remove and edit are what somebody does who can write to the table.
func (w *recordWorld) remove(k itemKey) {
	w.t.Helper()
	if _, err := w.table.DeleteItem(w.t.Context(), &dynamodb.DeleteItemInput{TableName: &w.name, Key: k.attributes()}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *recordWorld) edit(k itemKey, attribute, old, new string) {
	w.t.Helper()
	out, err := w.table.GetItem(w.t.Context(), &dynamodb.GetItemInput{TableName: &w.name, Key: k.attributes()})
	if err != nil {
		w.t.Fatal(err)
	}
	was := out.Item[attribute].(*types.AttributeValueMemberS).Value
	now := strings.Replace(was, old, new, 1)
	if now == was {
		w.t.Fatalf("no %s in %s", old, was)
	}
	out.Item[attribute] = &types.AttributeValueMemberS{Value: now}
	if _, err := w.table.PutItem(w.t.Context(), &dynamodb.PutItemInput{TableName: &w.name, Item: out.Item}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *recordWorld) item(n int) itemKey { return itemKey{"RUN#" + w.id(n), "RUN"} }

// digestKey is the ARN of the key that signs digests.
func digestKey(s *localaws.Stack) string {
	for _, k := range s.Template.Keys {
		if !k.Encrypts {
			return k.ARN
		}
	}
	return ""
}
