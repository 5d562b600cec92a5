package cli

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/functions/digest/digest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
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
	// scheduled hears of an invocation by the schedule.
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
		key := w.stack.Template.Keys[0].ARN
		return lambda.NewHandler(digest.New(digest.Deps{
			Table: w.store, Sign: digest.ByKMS(kms.NewFromConfig(cfg), key), KeyID: key, Now: w.clock.Now,
			Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
		}).Handle).Invoke(ctx, payload)
	}
	var err error
	w.stack, err = localaws.Start(t.Context(), localaws.Options{
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

// id gives the id of the nth request.
func (w *recordWorld) id(n int) string { return run.HashID(fmt.Sprint("audit", n)) }

// ask stores the nth request now, for other reasons than another.
func (w *recordWorld) ask(n int, flow, reason string) {
	w.t.Helper()
	sent := json.RawMessage(`{"diff":"x"}`)
	r, err := run.New(run.Asked{
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

// Whatever is done to the table is found, by its name.
func TestAuditVerify_Table(t *testing.T) {
	for name, tc := range map[string]struct {
		do   func(w *recordWorld)
		want []string
	}{
		"untouched": {func(*recordWorld) {}, []string{
			"3 requests verified, 0 wrong", "3 digests verified, 2026-11-23 to 2026-11-25, 0 wrong, signed by arn:aws:kms:us-east-1:123456789012:key/fasttrack-DigestKey",
		}},
		"goes on": {func(w *recordWorld) { w.ask(7, "f0", "later") }, []string{"4 requests verified, 0 wrong", "3 digests verified", ", 0 wrong, signed"}},
		"an entry is edited": {func(w *recordWorld) {
			w.edit(w.item(1), "body", `"channel":"api","status"`, `"channel":"web","status"`)
		}, []string{
			"{1}  entry 1: hash does not fit the entry", "3 requests verified, 1 wrong",
		}},
		"what was asked is edited": {func(w *recordWorld) {
			w.edit(w.item(1), "body", `"reason":"because","has_context"`, `"reason":"","has_context"`)
		}, []string{
			"{1}  what is stored of the request is not what was asked",
		}},
		"the context is edited": {func(w *recordWorld) { w.edit(itemKey{"RUN#" + w.id(1), "CONTEXT"}, "context", "x", "y") }, []string{
			"{1}  what is stored of the request is not what was asked",
		}},
		"the context is removed": {func(w *recordWorld) { w.remove(itemKey{"RUN#" + w.id(1), "CONTEXT"}) }, []string{
			"{1}  what is stored of the request is not what was asked",
		}},
		"the body is garbage": {func(w *recordWorld) { w.edit(w.item(1), "body", `{`, ``) }, []string{"{1}  read run {1}: ", "3 requests verified, 1 wrong"}},
		"it would hide itself": {func(w *recordWorld) { w.edit(w.item(1), "body", w.id(1), `\r\u001b[2K`) }, []string{
			"{1}  it is stored as {1}, but says that it is  ⏎ \\u001b[2K",
		}},
		"a run is hidden": {func(w *recordWorld) { w.edit(w.item(1), "created", `2026`, `3026`) }, []string{"3 requests verified, 0 wrong"}},
		"sealed anew": {func(w *recordWorld) {
			w.remove(w.item(1))
			w.remove(itemKey{"RUN#" + w.id(1), "CONTEXT"})
			late := w.clock.Now()
			w.clock = clockwork.NewFakeClockAt(auditStart.Add(24 * time.Hour))
			w.ask(1, "f1", "another reason")
			w.clock = clockwork.NewFakeClockAt(late)
		}, []string{"{1}  entry 1, or one before it, is not what was signed on 2026-11-24", "3 requests verified, 1 wrong"}},
		"a run is removed": {func(w *recordWorld) { w.remove(w.item(1)) }, []string{
			"{1}  it is gone: its entries up to 1 were signed on 2026-11-24", "3 requests verified, 1 wrong", "3 digests verified, 2026-11-23 to 2026-11-25, 0 wrong",
		}},
		"a digest is removed": {func(w *recordWorld) { w.remove(itemKey{"DIGEST", "2026-11-24"}) }, []string{
			"digest 2026-11-25  it follows the digest of 2026-11-24, which is gone", "3 requests verified, 0 wrong", "2 digests verified, 2026-11-23 to 2026-11-25, 1 wrong",
		}},
		"the last digest is removed": {func(w *recordWorld) { w.remove(itemKey{"DIGEST", "2026-11-25"}) }, []string{
			"digest 2026-11-24  no digest of a day follows, up to 2026-11-25",
		}},
		"a digest is edited": {func(w *recordWorld) { w.edit(itemKey{"DIGEST", "2026-11-24"}, "body", `"count":1`, `"count":2`) }, []string{
			"digest 2026-11-24  its signature does not fit", "digest 2026-11-25  it follows another digest of 2026-11-24 than there is", "2 wrong, signed by",
		}},
		"heads are edited": {func(w *recordWorld) { w.edit(itemKey{"DIGEST#2026-11-24", "0000"}, "heads", `"seq":1`, `"seq":2`) }, []string{
			"digest 2026-11-24  its chunks are not what was signed: heads_sha256 does not fit",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newRecordWorld(t)
			w.days()
			tc.do(w)
			got, status := w.verify()
			if wrong := strings.Contains(got, "  "); (status == 1) != wrong || status > 1 {
				t.Errorf("exit status %d", status)
			}
			for _, want := range tc.want {
				if want = strings.ReplaceAll(want, "{1}", w.id(1)); !strings.Contains(got, want) {
					t.Errorf("got\n%s\nwant %q in it", got, want)
				}
			}
		})
	}
}

// The function is invoked as days pass.
func TestDigestSchedule(t *testing.T) {
	w := newRecordWorld(t)
	deadline := time.After(20 * time.Second)
	for {
		w.clock.Advance(24 * time.Hour)
		select {
		case <-w.scheduled:
			return
		case <-deadline:
			t.Fatal("days pass, and it is not invoked")
		case <-time.After(20 * time.Millisecond): // its schedule may not wait yet
		}
	}
}

// What is verified can be chosen, and printed as JSON.
func TestAuditVerify_TableSelects(t *testing.T) {
	w := newRecordWorld(t)
	w.days()
	w.remove(w.item(1)) // of flow f1, on the second day
	w.edit(w.item(2), "body", `"channel":"api","status"`, `"channel":"web","status"`)
	for _, tc := range []struct {
		args   []string
		want   string
		status int
	}{
		{[]string{w.id(0)}, "1 request verified, 0 wrong", 0},
		{[]string{w.id(1)}, w.id(1) + "  it is gone: its entries up to 1 were signed on 2026-11-24", 1},
		{[]string{w.id(0), w.id(2)}, "2 requests verified, 1 wrong", 1},
		{[]string{"none"}, "none  it is not there", 1},
		{[]string{"--all"}, "3 requests verified, 2 wrong", 1},
		{[]string{"--flow", "f0", "--until", "2026-11-24"}, "1 request verified, 0 wrong", 0},
		{[]string{"--since", "48h"}, "2 requests verified, 2 wrong", 1},
		{[]string{"--since", "24h"}, "1 request verified, 1 wrong", 1},
		{[]string{"--since", "2026-11-25T00:00:00Z"}, "1 request verified, 1 wrong", 1},
		{[]string{"--from", "P2D", "--to", "2026-11-24T23:00:00Z"}, "1 request verified, 1 wrong", 1},
		{[]string{"--flow", "f0", "--since", "yesterday"}, `--since: a time such as 2026-11-01T00:00:00Z, a day`, 2},
		{[]string{"--from", "1d", "--since", "1d"}, "either --from or --since was expected, not both", 2},
		{[]string{w.id(0), "--flow", "f0"}, "either the IDs of requests, or what selects them", 2},
		{[]string{"--table", "", "--all"}, "or --table NAME", 2},
		{[]string{"--table", ""}, "or --table NAME", 2},
		{[]string{"--table", "", "--flow", "f", "--key", "k"}, "digests are in the table alone", 2},
		{[]string{"--table", "other"}, "ResourceNotFoundException", 1},
	} {
		got, status := w.verify(tc.args...)
		if !strings.Contains(got, tc.want) || status != tc.status {
			t.Errorf("%v: status %d\n%s\nwant %d, %q", tc.args, status, got, tc.status, tc.want)
		}
	}

	var report auditReport
	got, _ := w.verify("--json")
	if err := json.Unmarshal([]byte(got), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Requests) != 3 || len(report.Digests) != 3 || report.Wrong != 2 || len(report.Keys) != 1 {
		t.Errorf("got %+v", report)
	}
	for _, v := range report.Requests {
		if v.ID == w.id(0) && (len(v.Head) != 64 || !v.OK) {
			t.Errorf("got %+v, want a head", v)
		}
	}
	for _, d := range report.Digests {
		if len(d.SHA256) != 64 || d.Count != 1 || !d.OK {
			t.Errorf("got %+v", d)
		}
	}
}

// Who signed must be whom we trust, and what was kept elsewhere shows that a
// digest was made anew.
func TestAuditVerify_Trust(t *testing.T) {
	w := newRecordWorld(t)
	w.days()
	key := w.stack.Template.Keys[0].ARN
	cfg, err := awsConfig(t.Context(), w.stack.AWSURL())
	if err != nil {
		t.Fatal(err)
	}
	public, err := kms.NewFromConfig(cfg).GetPublicKey(t.Context(), &kms.GetPublicKeyInput{KeyId: &key})
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	otherDER, err := x509.MarshalPKIXPublicKey(&other.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, text []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	inPEM := func(name string, der []byte) string {
		return file(name, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	ours, theirs := inPEM("ours.pem", public.PublicKey), inPEM("theirs.pem", otherDER)
	kept := file("kept", []byte("2026-11-26T00:30:01Z START\n2026-11-26T00:30:02Z "+strings.ReplaceAll(w.log.String(), "\n{", "\n2026-11-26T00:30:02Z {")))
	check := func(want string, status int, args ...string) {
		t.Helper()
		if got, is := w.verify(args...); !strings.Contains(got, want) || is != status {
			t.Errorf("%v: status %d\n%s\nwant %d, %q", args, is, got, status, want)
		}
	}
	check("0 wrong, signed by "+key, 0, "--key", key)
	check("0 wrong, signed by", 0, "--key", "fasttrack-DigestKey", "--public-key", ours)
	check("0 wrong, signed by", 0, "--public-key", theirs, "--public-key", ours, "--kept", kept)
	check("digest 2026-11-24  its signature does not fit", 1, "--public-key", theirs)
	check("digest 2026-11-24  it is signed by another key: "+key, 1, "--key", key+"2")
	check("a public key in PEM was expected", 1, "--public-key", kept)
	check("it holds no digest", 1, "--kept", ours)

	// The last two digests go, a request with them, and the function makes up for
	// the days: what it signs is what it finds.
	w.remove(itemKey{"DIGEST", "2026-11-24"})
	w.remove(itemKey{"DIGEST", "2026-11-25"})
	w.remove(w.item(1))
	check("digest 2026-11-23  no digest of a day follows, up to 2026-11-25", 1, "--key", key)
	w.clock.Advance(time.Minute)
	w.digest()
	check("3 digests verified, 2026-11-23 to 2026-11-25, 0 wrong", 0, "--key", key)
	check("digest 2026-11-24  it is another one than was logged", 1, "--kept", kept)

	for _, day := range []string{"2026-11-23", "2026-11-24", "2026-11-25"} {
		w.remove(itemKey{"DIGEST", day})
	}
	check("no digests", 0)
	check("there are no digests in the table, though there should be", 1, "--key", key)
}
