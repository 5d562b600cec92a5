package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
)

// role returns the name of a function's role.
func (d deployed) role(t testing.TB, function string) *string {
	t.Helper()
	got, err := lambda.NewFromConfig(d.Services()).GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &function})
	if err != nil {
		t.Fatal(err)
	}
	return aws.String(path.Base(*got.Role))
}

// allow allows a role an action on everything.
func (d deployed) allow(t testing.TB, role *string, action string) {
	t.Helper()
	if err := d.Allow(t.Context(), *role, action); err != nil {
		t.Fatal(err)
	}
}

// publicRoutes calls each route as nobody: but two, API Gateway lets none through.
func (d deployed) publicRoutes(t *testing.T) {
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(request.OpenAPI(), &document); err != nil {
		t.Fatal(err)
	}
	public := map[string]bool{"/healthz": true, "/openapi.json": true}
	called := 0
	for route, methods := range document.Paths {
		for method := range methods {
			if method = strings.ToUpper(method); method != http.MethodGet && method != http.MethodPost {
				continue
			}
			called++
			want := http.StatusUnauthorized
			if public[route] {
				want = http.StatusOK
			}
			at := strings.NewReplacer("{id}", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "{flow}", "plain", "{field}", "do").Replace(route)
			if c := d.as("-"); c.call(method, at, nil) != nil || c.status != want {
				t.Errorf("%s %s by nobody: %d, want %d: %s", method, at, c.status, want, c.body)
			}
		}
	}
	if called < 10 {
		t.Errorf("only %d routes were called", called)
	}
}

// peopleAreTold follows a transition over the bus, the rule and functions/notify
// to a subscriber of the topic.
func (d deployed) peopleAreTold(t *testing.T) {
	tokens, told := make(chan string, 1), make(chan string, 100)
	subscriber := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var message struct{ Type, Token, Message string }
		switch _ = json.NewDecoder(r.Body).Decode(&message); message.Type {
		case "SubscriptionConfirmation":
			tokens <- message.Token
		case "Notification":
			told <- message.Message
		}
	}))
	defer subscriber.Close()
	topics := sns.NewFromConfig(d.Services())
	all, err := topics.ListTopics(t.Context(), &sns.ListTopicsInput{})
	if err != nil || len(all.Topics) != 1 {
		t.Fatalf("%v: %d topics, want the one of functions/notify", err, len(all.Topics))
	}
	if _, err := topics.Subscribe(t.Context(), &sns.SubscribeInput{
		TopicArn: all.Topics[0].TopicArn, Protocol: aws.String("http"), Endpoint: &subscriber.URL, ReturnSubscriptionArn: true,
	}); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(30 * time.Second)
	select {
	case token := <-tokens:
		if _, err := topics.ConfirmSubscription(t.Context(), &sns.ConfirmSubscriptionInput{TopicArn: all.Topics[0].TopicArn, Token: &token}); err != nil {
			t.Fatal(err)
		}
	case <-deadline:
		t.Fatal("the topic asked for no confirmation")
	}
	id := d.ask(t, `{"flow":"replayed","fields":{"do":"on_request=deny"}}`, "denied")
	for {
		select {
		case message := <-told:
			if strings.Contains(message, id) && strings.Contains(message, "denied") {
				return
			}
		case <-deadline:
			t.Fatalf("nobody was told that %s is denied", id)
		}
	}
}

// digest has functions/digest sign, with the stack's key and its role, and the
// command line verify. The emulator doesn't know the condition on the algorithm
// that the key's policy has: it is taken out first, and the rest stays.
func (d deployed) digest(t *testing.T) {
	d.signsAnyhow(t, d.key)
	function := emulator.StackName + "-engine-digest"
	out, err := lambda.NewFromConfig(d.Services()).Invoke(t.Context(), &lambda.InvokeInput{FunctionName: &function})
	if err != nil || out.FunctionError != nil {
		t.Fatalf("%v %s", err, out.Payload)
	}
	if text := d.verified(t, "--key", d.key); !strings.Contains(text, "1 digest verified") {
		t.Errorf("audit verify printed\n%s", text)
	}
}

// signsAnyhow takes the condition on the algorithm out of the policy of a key.
func (d deployed) signsAnyhow(t *testing.T, key string) {
	t.Helper()
	keys := kms.NewFromConfig(d.Services())
	got, err := keys.GetKeyPolicy(t.Context(), &kms.GetKeyPolicyInput{KeyId: &key})
	if err != nil {
		t.Fatal(err)
	}
	var policy struct{ Version, Statement any }
	if err := json.Unmarshal([]byte(*got.Policy), &policy); err != nil {
		t.Fatal(err)
	}
	for _, s := range policy.Statement.([]any) {
		delete(s.(map[string]any), "Condition")
	}
	changed, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.PutKeyPolicy(t.Context(), &kms.PutKeyPolicyInput{KeyId: &key, Policy: aws.String(string(changed))}); err != nil {
		t.Fatal(err)
	}
}
