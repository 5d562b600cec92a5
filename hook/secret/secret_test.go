package secret

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"
)

// manager is Secrets Manager with one secret, text, unless err is set.
type manager struct {
	text  *string
	err   error
	calls int
}

func (m *manager) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	m.calls++
	if *in.SecretId != "okta-token" {
		return nil, &types.ResourceNotFoundException{}
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: m.text}, m.err
}

func TestEnvironment(t *testing.T) {
	t.Setenv("FASTTRACK_SECRET_PROD_OKTA_TOKEN2", "s")
	if got, err := Get(t.Context(), "prod/okta-token2"); got != "s" || err != nil {
		t.Errorf("got %q (%v)", got, err)
	}
	if got, err := Named("prod/okta-token2")(t.Context()); got != "s" || err != nil {
		t.Errorf("got %q (%v)", got, err)
	}
}

// A value is kept, read anew, and kept for longer while it can't be.
func TestKept(t *testing.T) {
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	text := func(s string) *string { return &s }
	m := &manager{text: text("first")}
	s := newStore(func() time.Time { return now }, func() reader { return m })
	for _, step := range []struct {
		later time.Duration
		text  *string
		err   error
		want  string
		calls int
	}{
		{0, text("first"), nil, "first", 1},
		{4 * time.Minute, text("second"), nil, "first", 1},
		{time.Minute, text("second"), nil, "second", 2},
		{30 * time.Minute, nil, errors.New("throttled"), "second", 3},
		{31 * time.Minute, nil, errors.New("throttled"), "", 4},
		{0, text("third"), nil, "third", 5},
	} {
		now = now.Add(step.later)
		m.text, m.err = step.text, step.err
		got, err := s.get(t.Context(), "okta-token")
		if got != step.want || (err != nil) != (step.want == "") || m.calls != step.calls {
			t.Errorf("%v: got %q (%v) after %d calls, want %q after %d", now, got, err, m.calls, step.want, step.calls)
		}
	}
}

func TestErrors(t *testing.T) {
	m := &manager{}
	s := newStore(time.Now, func() reader { return m })
	for name, want := range map[string]string{
		"pagerduty-token": "secret pagerduty-token not found: create it in Secrets Manager, or set FASTTRACK_SECRET_PAGERDUTY_TOKEN",
		"okta-token":      "secret okta-token holds no text",
	} {
		if _, err := s.get(t.Context(), name); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	m.err = &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no identity-based policy allows it"}
	want := "secret okta-token not found, or the hooks may not read it: create it in Secrets Manager, and list its ARN in the stack's parameter HookSecretArns"
	if _, err := s.get(t.Context(), "okta-token"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A base URL comes before the environment's. What is read is kept.
func TestAt(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/secretsmanager/") {
			t.Errorf("got %v", r.Header)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, `{"Name": "a", "SecretString": "s"}`)
	}))
	defer server.Close()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"} {
		t.Setenv(name, value)
	}
	store := At(server.URL)
	for range 2 {
		if got, err := store.Named("a")(t.Context()); got != "s" || err != nil {
			t.Errorf("got %q (%v)", got, err)
		}
	}
	if calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
}
