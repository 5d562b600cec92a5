package hookfunc_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/hookfunc"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
)

// lambdaWith answers calls of functions named "hooks"; no other exists.
func lambdaWith(t *testing.T, h http.HandlerFunc) *lambda.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "/functions/hooks/") {
			w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
			w.WriteHeader(http.StatusNotFound)
			return
		}
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return lambda.NewFromConfig(aws.Config{Region: "us-east-1", BaseEndpoint: &s.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""), RetryMaxAttempts: 1})
}

// A deployed function returns its payload and version, or how it failed.
func TestLambda(t *testing.T) {
	client := lambdaWith(t, func(w http.ResponseWriter, r *http.Request) {
		event, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Amz-Executed-Version", "7")
		if string(event) == "fail" {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
		}
		_, _ = w.Write(event)
	})
	for event, want := range map[string]string{"{}": "", "fail": "Unhandled"} {
		got, err := hookfunc.Lambda(client, "hooks")(t.Context(), []byte(event))
		if err != nil || string(got.Payload) != event || got.FunctionError != want || got.Version != "7" {
			t.Errorf("%s: got %+v, %v", event, got, err)
		}
	}
	var missing replay.Missing
	if _, err := hookfunc.Lambda(client, "other")(t.Context(), nil); !errors.As(err, &missing) || missing != "other" {
		t.Errorf("a missing function: %v", err)
	}
}

// Whether a function exists is unknown if AWS refuses to say.
func TestExists(t *testing.T) {
	client := lambdaWith(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Invocation-Type") != "DryRun" {
			t.Error("the function is really invoked")
		}
		w.WriteHeader(http.StatusNoContent)
	})
	for name, want := range map[string]bool{"hooks": true, "other": false} {
		if got, err := hookfunc.Exists(t.Context(), client, name); err != nil || got != want {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	refuses := lambdaWith(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		w.WriteHeader(http.StatusForbidden)
	})
	if _, err := hookfunc.Exists(t.Context(), refuses, "hooks"); err == nil {
		t.Error("refused, and no error")
	}
}

// Only http and https URLs are posted to; any other target is a name.
func TestURL(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/fails" {
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = io.WriteString(w, `{}`)
	}))
	defer s.Close()
	for target, want := range map[string]bool{s.URL: true, "https://a/b": true, "hooks": false, "arn:aws:lambda:eu-west-1:1:function:hooks": false, "ftp://a": false} {
		if got := hookfunc.IsURL(target); got != want {
			t.Errorf("%s: got %v", target, got)
		}
	}
	if got, err := hookfunc.URL(s.URL)(t.Context(), []byte(`{}`)); err != nil || string(got.Payload) != `{}` {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := hookfunc.URL(s.URL+"/fails")(t.Context(), []byte(`{}`)); err != nil || got.FunctionError != "502 Bad Gateway" {
		t.Errorf("got %+v, %v", got, err)
	}
}
