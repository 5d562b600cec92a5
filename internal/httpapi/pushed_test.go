package httpapi_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/pushed"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// brittle is a table that can't be read for a while.
type brittle struct {
	rules.Table
	mu     sync.Mutex
	broken error
}

func (b *brittle) fail(err error) { b.mu.Lock(); defer b.mu.Unlock(); b.broken = err }

func (b *brittle) LatestRules(ctx context.Context) (rules.Stored, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken != nil {
		return rules.Stored{}, false, b.broken
	}
	return b.Table.LatestRules(ctx)
}

// A function that takes pushed rules serves each call by one version. A call that is under
// way keeps its version, also when another comes. Before any could be read, the response is
// 503: the deployed file may allow what the present one does not.
func TestStart_Pushed(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	kms := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("X-Amz-Target"); got != "TrentService.GetPublicKey" {
			t.Errorf("called %s", got)
		}
		public, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
		_ = json.NewEncoder(w).Encode(map[string]any{"PublicKey": public})
	}))
	t.Cleanup(kms.Close)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "flows.yaml"), []byte("flows: [{name: deployed, admins: [root@example.com]}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"LAMBDA_TASK_ROOT": dir, "AUTH_MODE": "IAM", "ACCOUNT_ID": "123456789012", "RULES_KEY": "arn:aws:kms:us-east-1:123456789012:key/x"}
	table := &brittle{Table: storetest.New(t), broken: errors.New("throttled")}
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	push := func(text string) {
		t.Helper()
		p := rules.Pusher{Table: table.Table, Now: time.Now, Sign: func(_ context.Context, sum []byte) ([]byte, error) { return ecdsa.SignASN1(rand.Reader, key, sum) }}
		if _, err := p.Push(t.Context(), rules.Version{By: "ada"}, []byte(text), -1); err != nil {
			t.Fatal(err)
		}
	}
	during := func() {}
	handle, err := httpapi.Start(pushed.Options{
		Getenv: func(name string) string { return env[name] }, Source: table, Now: func() time.Time { return now },
		Config: aws.Config{Region: "us-east-1", BaseEndpoint: &kms.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")},
	}, httpapi.Roles{}, func(r httpapi.Rules) *httpapi.API {
		return &httpapi.API{Routes: map[string]httpapi.Route{"GET /flows": {Public: true, Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) {
			first := r.Flows.Flows[0].Name
			during()
			return httpapi.Reply{Status: 200, Body: fmt.Sprint(first, r.Flows.Flows[0].Name, r.Version)}, nil
		}}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	call := func() string {
		answer, err := handle(t.Context(), httpapi.Event{RouteKey: "GET /flows", RequestContext: events.APIGatewayV2HTTPRequestContext{RequestID: "id"}})
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode == 503 && (answer.Headers["retry-after"] == "" || !strings.Contains(answer.Body, "urn:fasttrack:problem:rules-unavailable")) {
			t.Errorf("503: %v %s", answer.Headers, answer.Body)
		}
		return fmt.Sprint(answer.StatusCode, " ", answer.Body)
	}
	if got := call(); !strings.HasPrefix(got, "503") {
		t.Errorf("unreadable: %s", got)
	}
	table.fail(nil)
	expect := func(want string) {
		t.Helper()
		if got := call(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	expect(`200 "deployeddeployed0"`)
	push("flows: [{name: first, admins: [root@example.com]}]")
	expect(`200 "deployeddeployed0"`)
	now = now.Add(rules.Every)
	expect(`200 "firstfirst1"`)
	during = func() {
		during = func() {}
		push("flows: [{name: second, admins: [root@example.com]}]")
		now = now.Add(rules.Every)
		expect(`200 "secondsecond2"`)
	}
	expect(`200 "firstfirst1"`)
	push("stages: [prod]\nflows: [{name: third, admins: [root@example.com]}]") // of a stage that the deployment does not have
	now = now.Add(rules.Every)
	expect(`200 "secondsecond2"`)
	table.fail(errors.New("throttled"))
	now = now.Add(rules.Every)
	expect(`200 "secondsecond2"`)
}
