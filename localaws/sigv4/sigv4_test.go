package sigv4_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/localaws/sigv4"
)

var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// received signs a request as the SDK does, and returns it as a server receives it.
func received(t interface{ Fatal(...any) }, method, target, body string, headers map[string]string, at time.Time) *http.Request {
	out, err := http.NewRequest(method, "http://127.0.0.1:8080"+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		out.Header.Set(name, value)
	}
	sum := sha256.Sum256([]byte(body))
	key := aws.Credentials{AccessKeyID: "ada", SecretAccessKey: "secret"}
	if err := v4.NewSigner().SignHTTP(context.Background(), key, out, hex.EncodeToString(sum[:]), "execute-api", "eu-west-1", at); err != nil {
		t.Fatal(err)
	}
	in := httptest.NewRequest(method, out.URL.RequestURI(), strings.NewReader(body))
	in.Host, in.Header = out.URL.Host, out.Header
	return in
}

// What the SDK signs is taken, with any path, query and body; anything else that
// was signed, or signed with another key, is not.
func TestVerifiesWhatTheSDKSigns(t *testing.T) {
	text := rapid.StringOf(rapid.SampledFrom([]rune("aZ0-._~ %/+&=é*!'()?#")))
	rapid.Check(t, func(t *rapid.T) {
		target := "/" + url.PathEscape(text.Draw(t, "path"))
		query := url.Values{}
		for range rapid.IntRange(0, 3).Draw(t, "n") {
			query.Add(text.Draw(t, "name"), text.Draw(t, "value"))
		}
		if len(query) > 0 {
			target += "?" + query.Encode()
		}
		body := text.Draw(t, "body")
		header := map[string]string{"Content-Type": "application/json", "X-Some": " a   b "}
		sign := func() *http.Request { return received(t, http.MethodPost, target, body, header, now) }
		if err := sigv4.Verify(sign(), []byte(body), "execute-api", "secret", now.Add(time.Minute)); err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		for name, tamper := range map[string]func(*http.Request) ([]byte, string){
			"another body":   func(*http.Request) ([]byte, string) { return []byte(body + "x"), "secret" },
			"another secret": func(*http.Request) ([]byte, string) { return []byte(body), "Secret" },
			"another path": func(r *http.Request) ([]byte, string) {
				r.RequestURI = "/x" + r.RequestURI
				return []byte(body), "secret"
			},
			"another method": func(r *http.Request) ([]byte, string) { r.Method = http.MethodPut; return []byte(body), "secret" },
			"another header": func(r *http.Request) ([]byte, string) { r.Header.Set("X-Some", "c"); return []byte(body), "secret" },
			"another host":   func(r *http.Request) ([]byte, string) { r.Host = "127.0.0.1:8081"; return []byte(body), "secret" },
		} {
			r := sign()
			sent, secret := tamper(r)
			if err := sigv4.Verify(r, sent, "execute-api", secret, now); !errors.Is(err, sigv4.ErrMismatch) {
				t.Fatalf("%s is taken: %v", name, err)
			}
		}
	})
}

// The signature that AWS's documentation works out
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-examples.html has the like;
// the case get-vanilla-query-order-key-case of the Signature Version 4 test suite).
func TestVerifiesTheTestSuite(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/?Param2=value2&Param1=value1", nil)
	r.Host = "example.amazonaws.com"
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")
	if err := sigv4.Verify(r, nil, "service", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*http.Request)
		want   error
	}{
		"unsigned":       {func(r *http.Request) { r.Header.Del("Authorization") }, sigv4.ErrMissing},
		"a token":        {func(r *http.Request) { r.Header.Set("Authorization", "Bearer ada@example.com") }, sigv4.ErrMissing},
		"two signatures": {func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }, sigv4.ErrMissing},
		"no signature": {func(r *http.Request) {
			r.Header.Set("Authorization", strings.Split(r.Header.Get("Authorization"), ", Sig")[0])
		}, sigv4.ErrIncomplete},
		"no date":     {func(r *http.Request) { r.Header.Del("X-Amz-Date") }, sigv4.ErrIncomplete},
		"another day": {func(r *http.Request) { r.Header.Set("X-Amz-Date", "20261127T120000Z") }, sigv4.ErrIncomplete},
		"host not signed": {func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "host;", "", 1))
		}, sigv4.ErrIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			r := received(t, http.MethodGet, "/requests", "", nil, now)
			tc.change(r)
			if err := sigv4.Verify(r, nil, "execute-api", "secret", now); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
	for name, at := range map[string]time.Time{"long ago": now.Add(-6 * time.Minute), "ahead": now.Add(6 * time.Minute)} {
		if err := sigv4.Verify(received(t, http.MethodGet, "/", "", nil, at), nil, "execute-api", "secret", now); !errors.Is(err, sigv4.ErrExpired) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := sigv4.Verify(received(t, http.MethodGet, "/", "", nil, now), nil, "lambda", "secret", now); err == nil || !strings.Contains(err.Error(), "correct service") {
		t.Errorf("another service: %v", err)
	}
}
