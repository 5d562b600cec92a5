package eks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	local "github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
	"github.com/fasttrack-dev/fasttrack/strategies/eks/eks"
	"github.com/fasttrack-dev/fasttrack/strategies/eks/ekstest"
	"github.com/fasttrack-dev/fasttrack/strategy"
	"github.com/fasttrack-dev/fasttrack/strategy/strategytest"
)

const ada = "arn:aws:iam::123456789012:user/ada"

// world is a cluster prod, the table of records, and the strategy.
type world struct {
	*ekstest.Server
	*eks.Strategy
	table *dynamodb.Client
	fence int64
	// ahead is how far the strategy's clock is.
	ahead time.Duration
}

// tables serves one table of DynamoDB for all worlds of a test.
func tables(t *testing.T) *dynamodb.Client {
	t.Helper()
	service, err := local.Open(local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(func() {
		server.Close()
		_ = service.Close()
	})
	return dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
}

var worlds struct {
	sync.Mutex
	n int
}

func newWorld(t *testing.T, table *dynamodb.Client) *world {
	t.Helper()
	worlds.Lock()
	worlds.n++
	name := fmt.Sprint("records-", worlds.n)
	worlds.Unlock()
	_, err := table.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: ddb.BillingModePayPerRequest,
		AttributeDefinitions: []ddb.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: ddb.ScalarAttributeTypeS}},
		KeySchema:            []ddb.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: ddb.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Server: ekstest.New(t, "prod"), table: table, fence: time.Now().Unix()}
	w.Strategy, err = eks.New(eks.Options{
		Deployment: "strategy-eks", Table: name, Region: "us-east-1", DynamoDB: table, Now: func() time.Time { return time.Now().Add(w.ahead) },
		EKS: sdk.New(sdk.Options{
			Region: "us-east-1", BaseEndpoint: &w.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""), Retryer: aws.NopRetryer{},
		}),
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

type edit func(*strategy.Request)

func target(id, settings string) edit {
	return func(r *strategy.Request) { r.Target = strategy.Target{ID: id, Settings: json.RawMessage(settings)} }
}

// The targets of these tests: the whole cluster, and namespaces.
var (
	everything = target("all", `{"cluster": "prod", "policy": "AmazonEKSViewPolicy"}`)
	onlyA      = target("a", `{"cluster": "prod", "policy": "AmazonEKSViewPolicy", "namespaces": ["a"]}`)
	aAndB      = target("ab", `{"cluster": "prod", "policy": "AmazonEKSViewPolicy", "namespaces": ["b", "a"]}`)
	admin      = target("admin", `{"cluster": "prod", "policy": "AmazonEKSAdminPolicy", "namespaces": ["a"]}`)
)

func (w *world) request(edits ...edit) *strategy.Request {
	w.fence++
	r := &strategy.Request{
		Version: "2", Fence: w.fence, Run: strategy.Run{ID: "R1"}, Person: strategy.Person{ID: "ada@example.com", Email: "ada@example.com"},
		Config: json.RawMessage(`{"principal": "arn:aws:iam::123456789012:user/{user}"}`), Held: strategy.Held{CreatedByUs: true},
	}
	for _, e := range edits {
		e(r)
	}
	return r
}

func (w *world) call(t *testing.T, op strategy.Operation, r *strategy.Request) strategy.Response {
	t.Helper()
	r.Operation = op
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	document, err := w.Functions().Respond(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	response, err := strategy.ReadResponse(op, document)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func (w *world) give(t *testing.T, created bool, edits ...edit) {
	t.Helper()
	r := w.call(t, strategy.OperationGive, w.request(edits...))
	if r.Created == nil || *r.Created != created {
		t.Errorf("give: got %+v, want created %v", r, created)
	}
	w.has(t, true, edits...)
}

func (w *world) take(t *testing.T, edits ...edit) {
	t.Helper()
	if r := w.call(t, strategy.OperationTake, w.request(edits...)); r.HasAccess == nil {
		t.Errorf("take: got %+v", r)
	}
	w.has(t, false, edits...)
}

func (w *world) has(t *testing.T, want bool, edits ...edit) {
	t.Helper()
	if r := w.call(t, strategy.OperationHas, w.request(edits...)); r.HasAccess == nil || *r.HasAccess != want {
		t.Errorf("has: got %+v, want %v", r, want)
	}
}

// is fails unless EKS has that for ada.
func (w *world) is(t *testing.T, want string) {
	t.Helper()
	if got := w.Text("prod", ada); got != want {
		t.Errorf("EKS has %q, want %q", got, want)
	}
}

func (w *world) fails(t *testing.T, op strategy.Operation, r *strategy.Request, want string, refused bool) {
	t.Helper()
	got := w.call(t, op, r)
	text := got.Error
	if refused {
		text = got.Refused
	}
	if !strings.Contains(text, want) || text == "" {
		t.Errorf("%s: got %+v, want %q (refused: %v)", op, got, want, refused)
	}
}

const (
	viewAll  = "entry AmazonEKSViewPolicy:cluster[]"
	viewA    = "entry AmazonEKSViewPolicy:namespace[a]"
	viewAB   = "entry AmazonEKSViewPolicy:namespace[a b]"
	viewB    = "entry AmazonEKSViewPolicy:namespace[b]"
	viewAC   = "entry AmazonEKSViewPolicy:namespace[a c]"
	viewPart = "AmazonEKSViewPolicy:namespace"
)

func policies(scopes ...any) map[string]ekstest.Scope {
	m := map[string]ekstest.Scope{}
	for i := 0; i < len(scopes); i += 2 {
		scope := ekstest.Scope{Type: "cluster"}
		if names := scopes[i+1].([]string); names != nil {
			scope = ekstest.Scope{Type: "namespace", Namespaces: names}
		}
		m["arn:aws:eks::aws:cluster-access-policy/"+scopes[i].(string)] = scope
	}
	return m
}

func TestEKS(t *testing.T) {
	table := tables(t)
	for name, test := range map[string]func(*testing.T, *world){
		"contract": contract, "life": life, "late to show": lateToShow, "overlap": overlap, "was there": wasThere, "widened": widened,
		"by hand": byHand, "lost record": lostRecord, "others entry": othersEntry, "late calls": lateCalls, "races": races,
		"faults": faults, "meanwhile": meanwhile, "after the take": afterTheTake, "errors": failures, "settings": settings, "principals": principals, "pages": pages,
	} {
		t.Run(name, func(t *testing.T) { test(t, newWorld(t, table)) })
	}
}

// The strategy keeps the contract, and refuses a person whom IAM does not know.
func contract(t *testing.T, w *world) {
	w.Know(ada)
	for name, settings := range map[string]string{"cluster": `{"cluster": "prod", "policy": "AmazonEKSViewPolicy"}`, "namespaces": `{"cluster": "prod", "policy": "AmazonEKSViewPolicy", "namespaces": ["a", "b-*"]}`} {
		t.Run(name, func(t *testing.T) {
			strategytest.Run(t, w.Functions(), strategytest.Options{
				Target: strategy.Target{ID: name, Settings: json.RawMessage(settings)}, Config: json.RawMessage(`{"principal": "arn:aws:iam::123456789012:user/{user}"}`),
			})
			w.is(t, "")
		})
	}
}

func life(t *testing.T, w *world) {
	w.has(t, false, everything)
	w.give(t, true, everything)
	w.is(t, viewAll)
	w.give(t, false, everything)
	w.take(t, everything)
	w.is(t, "")
	w.take(t, everything)
	w.give(t, true, aAndB)
	w.is(t, viewAB)
	w.take(t, aAndB)
	w.is(t, "")
}

// EKS shows a change some reads later.
func lateToShow(t *testing.T, w *world) {
	for _, reads := range []int{1, 2, 4} {
		w.Late(reads)
		w.give(t, true, aAndB)
		w.is(t, viewAB)
		w.take(t, aAndB)
		w.is(t, "")
	}
	w.Late(50)
	w.fails(t, strategy.OperationGive, w.request(onlyA), "EKS does not show the change yet", false)
	w.Late(0)
	w.Edit("prod", ada, func(e *ekstest.Entry) { *e = ekstest.Entry{Type: e.Type, Tags: e.Tags, Policies: e.Policies} })
	w.take(t, onlyA)
	w.is(t, "")
}

// Accesses of one principal share an association; what the last one needs stays.
func overlap(t *testing.T, w *world) {
	w.give(t, true, onlyA)
	w.give(t, true, aAndB) // it must be taken too: a is not somebody else's
	w.is(t, viewAB)
	w.take(t, onlyA)
	w.is(t, viewAB)
	w.has(t, true, aAndB)
	w.give(t, true, everything)
	w.is(t, viewAll)
	w.give(t, true, onlyA)
	w.take(t, aAndB)
	w.is(t, viewAll)
	w.take(t, everything)
	w.is(t, viewA)
	w.give(t, true, admin)
	w.take(t, onlyA)
	w.is(t, "entry AmazonEKSAdminPolicy:namespace[a]")
	w.take(t, admin)
	w.is(t, "")
}

// What the principal had before stays.
func wasThere(t *testing.T, w *world) {
	for _, tc := range []struct {
		have    map[string]ekstest.Scope
		asks    edit
		created bool
		during  string
		after   string
	}{
		{policies("AmazonEKSViewPolicy", []string{"a"}), onlyA, false, viewA, ""},
		{policies("AmazonEKSViewPolicy", []string{"a", "c"}), onlyA, false, viewAC, ""},
		{policies("AmazonEKSViewPolicy", []string(nil)), onlyA, false, viewAll, ""},
		{policies("AmazonEKSViewPolicy", []string(nil)), everything, false, viewAll, ""},
		{policies("AmazonEKSViewPolicy", []string{"a"}), aAndB, true, viewAB, viewA},
		{policies("AmazonEKSViewPolicy", []string{"a", "c"}), everything, true, viewAll, viewAC},
		{policies("AmazonEKSViewPolicy", []string{"a"}), admin, true, "entry AmazonEKSAdminPolicy:namespace[a] " + viewPart + "[a]", viewA},
		{policies(), onlyA, true, viewA, "entry"},
	} {
		w.Set("prod", ada, &ekstest.Entry{Type: "STANDARD", Policies: tc.have})
		w.ahead += 11 * time.Minute
		w.give(t, tc.created, tc.asks, first)
		w.is(t, tc.during)
		if tc.created {
			w.take(t, tc.asks)
			w.is(t, tc.after)
		}
	}
}

// first is the first give of an access.
func first(r *strategy.Request) { r.Held.CreatedByUs = false }

// Several accesses widen what was there.
func widened(t *testing.T, w *world) {
	w.Set("prod", ada, &ekstest.Entry{Type: "STANDARD", Policies: policies("AmazonEKSViewPolicy", []string{"a"})})
	w.give(t, true, everything, first)
	w.give(t, true, aAndB, first)
	w.take(t, everything)
	w.is(t, viewAB)
	w.take(t, aAndB)
	w.is(t, viewA)
}

// What people change meanwhile is survived, and what they added stays.
func byHand(t *testing.T, w *world) {
	for name, tc := range map[string]struct {
		do            func()
		has, made     bool
		repair, after string
	}{
		"the entry is deleted":  {func() { w.Set("prod", ada, nil) }, false, true, viewAB, ""},
		"the policy is removed": {func() { w.Edit("prod", ada, func(e *ekstest.Entry) { e.Policies = policies() }) }, false, true, viewAB, ""},
		"the policy is narrowed": {func() {
			w.Edit("prod", ada, func(e *ekstest.Entry) { e.Policies = policies("AmazonEKSViewPolicy", []string{"a"}) })
		}, false, true, viewAB, ""},
		"a namespace is added": {func() {
			w.Edit("prod", ada, func(e *ekstest.Entry) { e.Policies = policies("AmazonEKSViewPolicy", []string{"a", "b", "c"}) })
		}, true, false, "entry AmazonEKSViewPolicy:namespace[a b c]", "entry AmazonEKSViewPolicy:namespace[c]"},
		"another policy is added": {func() {
			w.Edit("prod", ada, func(e *ekstest.Entry) {
				e.Policies["arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"] = ekstest.Scope{Type: "cluster"}
			})
		}, true, false, "entry AmazonEKSEditPolicy:cluster[] " + viewPart + "[a b]", "entry AmazonEKSEditPolicy:cluster[]"},
		"a group is added": {func() { w.Edit("prod", ada, func(e *ekstest.Entry) { e.Groups = []string{"sre"} }) }, true, false, viewAB, "entry"},
		"it is made the cluster's": {func() {
			w.Edit("prod", ada, func(e *ekstest.Entry) { e.Policies = policies("AmazonEKSViewPolicy", []string(nil)) })
		}, true, false, viewAll, viewAll},
		"somebody makes a new entry": {func() { w.Set("prod", ada, &ekstest.Entry{Type: "STANDARD", Policies: policies()}) }, false, true, viewAB, "entry"},
	} {
		t.Run(name, func(t *testing.T) {
			w.Set("prod", ada, nil)
			w.ahead += 11 * time.Minute
			w.give(t, true, aAndB)
			tc.do()
			w.has(t, tc.has, aAndB)
			if name != "it is made the cluster's" {
				w.give(t, tc.made, aAndB)
				w.is(t, tc.repair)
			}
			w.take(t, aAndB)
			w.is(t, tc.after)
		})
	}
}

// Without the record, the access that the engine knows to be fasttrack's is removed.
func lostRecord(t *testing.T, w *world) {
	forget := func() {
		pages := dynamodb.NewScanPaginator(w.table, &dynamodb.ScanInput{TableName: aws.String(fmt.Sprint("records-", worlds.n))})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range page.Items {
				if _, err := w.table.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(fmt.Sprint("records-", worlds.n)), Key: map[string]ddb.AttributeValue{"pk": it["pk"]}}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, again := range []bool{false, true} {
		w.give(t, true, aAndB)
		forget()
		if again {
			w.give(t, true, aAndB)
		}
		w.take(t, aAndB)
		w.is(t, "")
	}
}

// An entry of another kind is refused.
func othersEntry(t *testing.T, w *world) {
	w.Set("prod", ada, &ekstest.Entry{Type: "EC2_LINUX"})
	w.has(t, false, everything)
	w.fails(t, strategy.OperationGive, w.request(everything), "is of type EC2_LINUX", true)
	w.is(t, "entry")
}

func lateCalls(t *testing.T, w *world) {
	late := w.request(onlyA)
	w.give(t, true, onlyA)
	w.fails(t, strategy.OperationTake, late, "stale fence", false)
	w.is(t, viewA)
	w.take(t, onlyA)
	w.fails(t, strategy.OperationGive, late, "stale fence", false)
	w.is(t, "")
	// A lower fence of another access is not late.
	w.give(t, true, aAndB)
	if r := w.call(t, strategy.OperationGive, func() *strategy.Request { late.Target.ID = "c"; return late }()); r.Created == nil || !*r.Created {
		t.Errorf("got %+v", r)
	}
}

// A call that is overtaken at any of its calls leaves nothing behind.
func meanwhile(t *testing.T, w *world) {
	for n := 1; n < 30; n++ {
		w.ahead += 11 * time.Minute
		w.Fail(ekstest.Fault{N: n, Do: func() { // the take that the engine sends when it gave up on the give
			w.Fail()
			r := w.call(t, strategy.OperationTake, w.request(onlyA))
			if r.Error != "" && !strings.Contains(r.Error, "stale") {
				t.Errorf("call %d: %+v", n, r)
			}
		}})
		r := w.request(onlyA)
		got := w.call(t, strategy.OperationGive, r)
		if got.Error == "" && len(w.Calls()) == 0 {
			t.Errorf("call %d: the give succeeded, though it was overtaken", n)
		}
		overtaken := got.Error != ""
		w.Fail()
		if overtaken {
			w.is(t, "")
		}
		w.take(t, onlyA)
		w.is(t, "")
		if !overtaken {
			return
		}
	}
	t.Error("the give makes more than 30 calls")
}

// A give that was given up on makes the access after the take, and is killed before it
// looks at the record: the engine's next take, and its check, find what it made.
func afterTheTake(t *testing.T, w *world) {
	for _, asks := range []edit{onlyA, everything} {
		w.ahead += 11 * time.Minute
		w.Set("prod", ada, &ekstest.Entry{Type: "STANDARD", Policies: policies()})
		w.Fail(ekstest.Fault{Operation: "AssociateAccessPolicy", N: 1, Status: 500, Code: "ServerException", After: true, Do: func() { w.take(t, asks) }})
		w.call(t, strategy.OperationGive, w.request(asks, first))
		w.Fail()
		w.has(t, true, asks)
		w.take(t, asks)
		w.is(t, "entry")
	}
}

// Calls that meet end as the one with the highest fence says.
func races(t *testing.T, w *world) {
	for round := range 20 {
		var wait sync.WaitGroup
		calls := []*strategy.Request{w.request(onlyA), w.request(aAndB), w.request(onlyA), w.request(everything)}
		for i, op := range []strategy.Operation{strategy.OperationGive, strategy.OperationGive, strategy.OperationTake, strategy.OperationGive} {
			wait.Go(func() { w.call(t, op, calls[i]) })
		}
		wait.Wait()
		for _, e := range []edit{aAndB, everything} { // what failed is retried
			w.call(t, strategy.OperationGive, w.request(e))
		}
		w.call(t, strategy.OperationTake, w.request(onlyA))
		w.is(t, viewAll)
		w.take(t, everything)
		w.is(t, viewAB)
		w.take(t, aAndB)
		if w.is(t, ""); t.Failed() {
			t.Fatal(round)
		}
	}
}

// Each call to EKS fails, before it has an effect and after; a retry mends it, and so
// does a take alone.
func faults(t *testing.T, w *world) {
	tried := 0
	for _, had := range []bool{false, true} {
		for _, op := range []strategy.Operation{strategy.OperationGive, strategy.OperationTake} {
			for _, after := range []bool{false, true} {
				for _, code := range []string{"ServerException", "ResourceInUseException"} {
					for n, failed := 1, true; failed; n += tally.Of(2, 1) {
						w.ahead += 11 * time.Minute
						w.Set("prod", ada, nil)
						end := ""
						if had {
							w.Set("prod", ada, &ekstest.Entry{Type: "STANDARD", Policies: policies("AmazonEKSViewPolicy", []string{"a"})})
							end = viewA
						}
						if op == strategy.OperationTake {
							w.give(t, true, aAndB, first)
						}
						w.Fail(ekstest.Fault{N: n, Status: 500, Code: code, After: after})
						r := w.call(t, op, w.request(aAndB, first))
						failed = len(w.Calls()) >= n
						w.Fail()
						if failed {
							tried++
						}
						if !failed && (r.Error != "" || r.Refused != "") {
							t.Fatalf("%+v", r)
						}
						if op == strategy.OperationGive && n%2 == 1 {
							w.call(t, strategy.OperationGive, w.request(aAndB))
							w.is(t, viewAB)
						}
						w.take(t, aAndB)
						if w.is(t, end); t.Failed() {
							t.Fatalf("%s, call %d, after: %v, had: %v", op, n, after, had)
						}
					}
				}
			}
		}
	}
	if tried < 30 {
		t.Errorf("only %d faults came", tried)
	}
	tally.Report(t, "eks: %d faults", tried)
}

// Errors of EKS become those of the contract.
func failures(t *testing.T, w *world) {
	for _, tc := range []struct {
		operation, code string
		status, retry   int
		refused         bool
	}{
		{"DescribeAccessEntry", "ThrottlingException", 429, 5, false},
		{"CreateAccessEntry", "ThrottlingException", 429, 5, false},
		{"AssociateAccessPolicy", "TooManyRequestsException", 429, 5, false},
		{"ListAssociatedAccessPolicies", "ServiceUnavailableException", 503, 5, false},
		{"CreateAccessEntry", "ResourceLimitExceededException", 400, 0, false},
		{"CreateAccessEntry", "InvalidRequestException", 400, 0, true},
		{"CreateAccessEntry", "AccessDeniedException", 403, 0, true},
		{"AssociateAccessPolicy", "InvalidParameterException", 400, 0, true},
	} {
		w.Fail(ekstest.Fault{Operation: tc.operation, N: 1, Status: tc.status, Code: tc.code})
		r := w.call(t, strategy.OperationGive, w.request(onlyA))
		w.Fail()
		if (r.Refused != "") != tc.refused || (r.Error != "") == tc.refused || r.RetryAfterSeconds != tc.retry {
			t.Errorf("%s of %s: got %+v", tc.code, tc.operation, r)
		}
		w.take(t, onlyA)
		w.is(t, "")
	}
	w.fails(t, strategy.OperationGive, w.request(target("x", `{"cluster": "nowhere", "policy": "AmazonEKSViewPolicy"}`)), "No cluster found for name: nowhere.", true)
	w.fails(t, strategy.OperationGive, w.request(target("y", `{"cluster": "prod", "policy": "Nothing"}`)), "The specified policyArn could not be found.", true)
	w.call(t, strategy.OperationTake, w.request(target("y", `{"cluster": "prod", "policy": "Nothing"}`)))
	w.is(t, "")
}

// Policies come in pages.
func pages(t *testing.T, w *world) {
	have := policies("AmazonEKSAdminPolicy", []string{"x"}, "AmazonEKSEditPolicy", []string{"x"}, "AmazonEKSClusterAdminPolicy", []string{"x"}, "AmazonEKSViewPolicy", []string{"a"})
	w.Set("prod", ada, &ekstest.Entry{Type: "STANDARD", Policies: have})
	before := w.Text("prod", ada)
	w.has(t, true, onlyA)
	w.give(t, true, aAndB, first)
	w.take(t, aAndB)
	w.is(t, before)
	if !slices.Contains(w.Calls(), "ListAssociatedAccessPolicies") {
		t.Error("nothing was listed")
	}
}

func settings(t *testing.T, w *world) {
	for settings, want := range map[string]string{
		`{}`:                                     `cluster must be the name of a cluster, got ""`,
		`{"cluster": "prod/x", "policy": "P"}`:   `cluster must be the name of a cluster, got "prod/x"`,
		`{"cluster": "prod"}`:                    `policy must be the name or ARN of an access policy`,
		`{"cluster": "prod", "policy": "arn:x"}`: `policy must be the name or ARN of an access policy`,
		`{"cluster": "prod", "policies": "P"}`:   `target.settings: unknown setting "policies"; known: cluster, policy`,
		`{"cluster": 1}`:                         `target.settings: cluster must be a string, got a number`,
		`{"cluster": "prod", "policy": "P", "namespaces": ["*"]}`:      `namespaces[0]: leave out namespaces for the whole cluster`,
		`{"cluster": "prod", "policy": "P", "namespaces": ["A"]}`:      `namespaces[0] must be a name of a-z, 0-9, - and *, got "A"`,
		`{"cluster": "prod", "policy": "P", "namespaces": ["a", "a"]}`: `namespaces lists "a" twice`,
	} {
		w.fails(t, strategy.OperationGive, w.request(target("x", settings)), want, true)
	}
	for want, o := range map[string]eks.Options{"DEPLOYMENT must be": {Table: "t"}, "TABLE_NAME is missing": {Deployment: "d"}} {
		if _, err := eks.New(o); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A principal is the person's own, whatever people type.
func principals(t *testing.T, w *world) {
	person := strategy.Person{ID: "ada@example.com", Email: "ada@example.com", Name: "Ada L", Identities: map[string]string{"aws": ada, "unix": "al"}}
	for principal, want := range map[string]string{
		"arn:aws:iam::123456789012:role/people/{user}":      "arn:aws:iam::123456789012:role/people/ada",
		"arn:aws:iam::123456789012:user/{email}":            "arn:aws:iam::123456789012:user/ada@example.com",
		"{identity.aws}":                                    ada,
		"arn:aws-cn:iam::123456789012:role/{identity.unix}": "arn:aws-cn:iam::123456789012:role/al",
		"arn:aws:iam::123456789012:role/{field.role}":       "arn:aws:iam::123456789012:role/deploy",
		"arn:aws:iam::123456789012:role/{field.bad}":        "!can't be part of an ARN",
		"{field.arn}":                           "!can't be part of an ARN",
		"{field.none}":                          "!{field.none} is empty",
		"{identity.none}":                       "!{identity.none} is empty",
		"{id}":                                  `!must be the ARN of a user or role of IAM, got "ada@example.com"`,
		"arn:aws:iam::123456789012:role/{name}": "!can't be part of an ARN",
		"{nobody}":                              "!unknown placeholder {nobody}; known: {id}",
		"arn:aws:sts::123456789012:assumed-role/x/{user}":                                       "!is a session",
		"arn:aws:iam::123456789012:root":                                                        "!must be the ARN",
		"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_{user}": "!which many people share",
	} {
		r := w.request(everything, func(r *strategy.Request) {
			r.Person = person
			r.Config, _ = json.Marshal(map[string]string{"principal": principal})
			r.Run.Fields = strategy.Fields{"role": json.RawMessage(`"deploy"`), "bad": json.RawMessage(`"x/../admin"`), "arn": json.RawMessage(`"` + ada + `"`)}
		})
		if wrong, is := strings.CutPrefix(want, "!"); is {
			w.fails(t, strategy.OperationGive, r, wrong, true)
			continue
		}
		w.call(t, strategy.OperationGive, r)
		if got := w.Text("prod", want); got != viewAll {
			t.Errorf("%s: %s has %q", principal, want, got)
		}
		r.Fence++
		w.call(t, strategy.OperationTake, r)
	}
	// A login by IAM is the person's own ARN.
	r := w.request(everything, func(r *strategy.Request) { r.Person, r.Config = strategy.Person{ID: ada}, nil })
	w.call(t, strategy.OperationGive, r)
	w.is(t, viewAll)
}
