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
		"API Gateway's":  {403, `{"message":"The security token included in the request is invalid."}`, "URL answered 403 Forbidden: The security token included in the request is invalid."},
		"no problem":     {502, `<html>`, "URL answered 502 Bad Gateway"},
		"sent elsewhere": {302, ``, "URL answered 302 Found, a redirect to https://evil.example, which is not followed; if that is the API, give it with --url"},
		"a gateway":      {403, `{"message":"Forbidden by a policy"}`, "URL answered 403 Forbidden: Forbidden by a policy"},
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
}

// What signs a call goes to the API's host alone: over TLS, or on this machine.
func TestCheckURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://abc123.execute-api.eu-west-1.amazonaws.com": "",
		"https://approvals.example.com/base/":                "",
		"http://127.0.0.1:8080":                              "",
		"http://localhost:8080":                              "",
		"http://[::1]:8080":                                  "",
		"approvals.example.com":                              "did you mean https://approvals.example.com?",
		"localhost:8080":                                     "did you mean http://localhost:8080?",
		"127.0.0.1:8080":                                     "did you mean http://127.0.0.1:8080?",
		"http://approvals.example.com":                       "must start with https://",
		"http://127.0.0.1.example.com":                       "must start with https://",
		"http://10.0.0.1:8080":                               "must start with https://",
		"http://localhost@approvals.example.com":             "must have no user",
		"https://approvals.example.com/?a=b":                 "must have no user, query or fragment",
		"ftp://approvals.example.com":                        "must be like https://",
		"https://":                                           "must be like https://",
		"":                                                   "has no scheme",
	} {
		_, err := client.New(url, client.Bearer("secret"))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", url, err, want)
		}
	}
}

// A redirect is not followed, so that it carries no token anywhere.
func TestRedirect(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(other.URL, status))
		c, err := client.New(server.URL, client.Bearer("secret"))
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if _, _, err := c.Do(t.Context(), method, "/requests", nil, nil); err == nil || !strings.Contains(err.Error(), "a redirect to "+other.URL) {
				t.Errorf("%s %d: %v", method, status, err)
			}
		}
		server.Close()
	}
}

// What API Gateway's authorizer says about a token is passed on.
func TestChallenge(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Bearer scope="" error="invalid_token" error_description="the token has expired"`)
		w.WriteHeader(401)
		_, _ = io.WriteString(w, `{"message":"Unauthorized"}`)
	}))
	defer server.Close()
	c, err := client.New(server.URL, client.Bearer("t"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Do(t.Context(), http.MethodGet, "/flows", nil, nil); err == nil || err.Error() != server.URL+" answered 401 Unauthorized: the token has expired" {
		t.Error(err)
	}
}
