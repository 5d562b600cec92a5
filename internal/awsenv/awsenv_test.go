package awsenv_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	transport "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/hook/awshttp"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
)

func lambdaEnvironment(t *testing.T, endpoint string) {
	for name, value := range map[string]string{
		"AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_SESSION_TOKEN": "session", "AWS_ENDPOINT_URL": endpoint,
	} {
		t.Setenv(name, value)
	}
}

func TestConfigIsTheEnvironments(t *testing.T) {
	var seen http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		_, _ = w.Write([]byte(`{"TableNames":[]}`))
	}))
	defer server.Close()
	lambdaEnvironment(t, server.URL)
	if _, err := dynamodb.NewFromConfig(awsenv.Config()).ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
		t.Fatal(err)
	}
	if got := seen.Get("Authorization"); !strings.Contains(got, "Credential=AKIDEXAMPLE/") || !strings.Contains(got, "/eu-north-1/dynamodb/") {
		t.Errorf("signed as %s", got)
	}
	if got := seen.Get("X-Amz-Security-Token"); got != "session" {
		t.Errorf("session token is %q", got)
	}
}

func TestNoEndpointIsAWS(t *testing.T) {
	lambdaEnvironment(t, "")
	if got := awsenv.Config().BaseEndpoint; got != nil {
		t.Errorf("endpoint is %s, want AWS's own", *got)
	}
}

// A call without a response, or with one that it may work later, is
// retried.
func TestCallsAreRetried(t *testing.T) {
	for name, fail := range map[string]func(http.ResponseWriter, *http.Request){
		"no answer": func(_ http.ResponseWriter, r *http.Request) {
			// Only once the body is read does the server notice that the client left.
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
		"throttled": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}`))
		},
		"a failure": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) == 1 {
					fail(w, r)
					return
				}
				_, _ = w.Write([]byte(`{"TableNames":[]}`))
			}))
			defer server.Close()
			lambdaEnvironment(t, server.URL)
			cfg := awsenv.Config()
			client := cfg.HTTPClient.(awshttp.Client).Doer.(*transport.BuildableClient)
			if limit := client.GetTimeout(); limit < time.Second || limit > 5*time.Second {
				t.Errorf("an attempt may take %v, want 1 s to 5 s: five fit into the 29 s of the API", limit)
			}
			cfg.HTTPClient = awshttp.Client{Doer: client.WithTimeout(50 * time.Millisecond)}
			if _, err := dynamodb.NewFromConfig(cfg).ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil || calls.Load() != 2 {
				t.Errorf("%d calls, %v; want 2 and success", calls.Load(), err)
			}
		})
	}
}
