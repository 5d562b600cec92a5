package client_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/internal/client"
)

// A signed call names API Gateway, its region and the body that was signed.
func TestSigV4(t *testing.T) {
	for host, region := range map[string]string{
		"https://abc123.execute-api.eu-west-1.amazonaws.com": "eu-west-1",
		"https://approvals.example.com":                      "us-east-2",
	} {
		r := httptest.NewRequest(http.MethodPost, host+"/requests", strings.NewReader(`{}`))
		sign := client.SigV4(aws.Config{Region: "us-east-2", Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", "session")})
		if err := sign(t.Context(), r, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
		if got := r.Header.Get("Authorization"); !strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=AKID/") || !strings.Contains(got, "/"+region+"/execute-api/aws4_request") {
			t.Errorf("%s: signed %s", host, got)
		}
		if r.Header.Get("X-Amz-Security-Token") != "session" {
			t.Errorf("%s: the session is not there", host)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "https://approvals.example.com/flows", nil)
	if err := client.SigV4(aws.Config{Region: "us-east-2"})(t.Context(), r, nil); err == nil || !strings.Contains(err.Error(), "aws configure") {
		t.Errorf("without credentials: %v", err)
	}
	if err := client.SigV4(aws.Config{})(t.Context(), r, nil); err == nil || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("without a region: %v", err)
	}
}

// Answers that say what is wrong, and such as don't.
func TestProblems(t *testing.T) {
	for name, tc := range map[string]struct {
		status     int
		body, want string
	}{
		"a field":        {400, `{"status":400,"detail":"not valid","errors":[{"field":"fields.a","detail":"it is missing"},{"field":"reason","detail":"it is too long"}]}`, "fields.a: it is missing\nreason: it is too long"},
		"a conflict":     {409, `{"status":409,"detail":"This request is approved already."}`, "This request is approved already."},
		"a crash":        {500, `{"status":500,"detail":"Something went wrong.","instance":"r-1"}`, "Something went wrong. (500, instance r-1)"},
		"no problem":     {502, `<html>`, "URL answered 502 Bad Gateway"},
		"sent elsewhere": {302, ``, "URL answered 302 Found"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer t" {
					t.Errorf("called by %q", r.Header.Get("Authorization"))
				}
				w.Header().Set("Location", "https://evil.example")
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			}))
			defer server.Close()
			c, err := client.New(server.URL, client.Bearer("t"))
			if err != nil {
				t.Fatal(err)
			}
			status, _, err := c.Do(context.Background(), http.MethodGet, "/flows", nil, nil)
			if want := strings.ReplaceAll(tc.want, "URL", server.URL); status != tc.status || err == nil || err.Error() != want {
				t.Errorf("got %d, %v, want %s", status, err, want)
			}
		})
	}
	if _, err := client.New("approvals.example.com", client.Bearer("t")); err == nil {
		t.Error("a URL without https was taken")
	}
}
