package request_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
)

// awsConfig is for a service on this machine.
func awsConfig(url string) aws.Config {
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret", SessionToken: "token"}, nil
		}),
	}
}

// The function is in the path, as in Lambda's Invoke; a name with a number of
// failures before it is throttled that often.
func TestInvoke(t *testing.T) {
	var mu sync.Mutex
	calls := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, _ := io.ReadAll(r.Body) // of this process
		name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/2015-03-31/functions/"), "/invocations")
		mu.Lock()
		calls[name]++
		n := calls[name]
		mu.Unlock()
		switch name {
		case "echo":
			_, _ = w.Write(asked)
		case "raises":
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = io.WriteString(w, `{"errorMessage": "no such\nteam", "errorType": "*main.wrongTeam", "stackTrace": ["secret"]}`)
		case "late":
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = io.WriteString(w, `{"errorMessage": "Task timed out after 3.00 seconds", "errorType": "Sandbox.Timedout"}`)
		case "dies":
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = io.WriteString(w, `{"errorType": "Runtime.ExitError"}`)
		case "forbidden":
			w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"Message": "role/secret is not authorized"}`)
		case "throttled":
			w.WriteHeader(http.StatusTooManyRequests)
		case "busy":
			if n < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			_, _ = w.Write(asked)
		case "drops":
			if n < 2 {
				panic(http.ErrAbortHandler)
			}
			_, _ = w.Write(asked)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	hooks := request.NewHooks(awsConfig(server.URL + "/"))
	for function, want := range map[string]struct {
		calls int
		told  string // "" where it answers
	}{
		"echo":      {1, ""},
		"busy":      {3, ""},
		"drops":     {2, ""},
		"raises":    {1, "failed: no such team"},
		"late":      {1, "did not respond: Task timed out after 3.00 seconds"},
		"dies":      {1, "failed without saying why"},
		"forbidden": {1, "can't be invoked"},
		"throttled": {3, "can't be invoked"},
		"missing":   {1, "can't be invoked: the hook function does not exist"},
	} {
		t.Run(function, func(t *testing.T) {
			answer, err := hooks.Invoke(t.Context(), function, []byte(`{"a":"ü"}`))
			mu.Lock()
			n := calls[function]
			mu.Unlock()
			var failed request.HookFailure
			if errors.As(err, &failed); failed.Shown != want.told || n != want.calls {
				t.Errorf("got %v (%q) in %d calls, want %q in %d", err, failed.Shown, n, want.told, want.calls)
			}
			if want.told == "" && string(answer) != `{"a":"ü"}` {
				t.Errorf("got %s (%v)", answer, err)
			}
		})
	}
}

func TestInvokeInVain(t *testing.T) {
	begun := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the server sees the caller go
		close(begun)
		<-r.Context().Done()
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if _, err := request.NewHooks(awsConfig(server.URL)).Invoke(ctx, "f", []byte(`{}`)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	server.Close()
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var failed request.HookFailure
	if _, err := request.NewHooks(awsConfig(server.URL)).Invoke(ctx, "f", []byte(`{}`)); !errors.As(err, &failed) || failed.Shown != "can't be invoked" {
		t.Errorf("got %v", err)
	}
}

// What is sent is what the SDK's own client sends, for names of every form.
func TestInvokeAsTheSDKDoes(t *testing.T) {
	type sent struct{ Method, Path, Query, Body, Scope, Signed string }
	heard := make(chan sent, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // of this process
		last := sent{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, string(body), "", ""}
		for part := range strings.SplitSeq(r.Header.Get("Authorization"), ", ") {
			name, value, _ := strings.Cut(part, "=")
			switch name {
			case "AWS4-HMAC-SHA256 Credential":
				last.Scope = value
			case "SignedHeaders":
				for _, header := range []string{"host", "x-amz-date", "x-amz-security-token"} {
					if strings.Contains(value, header) {
						last.Signed += header + " "
					}
				}
			}
		}
		heard <- last
		_, _ = io.WriteString(w, `{}`)
	}))
	defer server.Close()
	cfg := awsConfig(server.URL)
	for _, function := range []string{"hooks", "my-hooks:live", "arn:aws:lambda:eu-west-1:123456789012:function:f_1:$LATEST"} {
		if _, err := lambda.NewFromConfig(cfg).Invoke(t.Context(), &lambda.InvokeInput{FunctionName: &function, Payload: []byte(`{"a":1}`)}); err != nil {
			t.Fatal(err)
		}
		want := <-heard
		if _, err := request.NewHooks(cfg).Invoke(t.Context(), function, []byte(`{"a":1}`)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, <-heard); diff != "" {
			t.Errorf("%s (-SDK +own):\n%s", function, diff)
		}
	}
}
