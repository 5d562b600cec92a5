package sigv4_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/api/sigv4"
)

// The region is the one in API Gateway's own host name, else the configured one.
func TestSign(t *testing.T) {
	for host, region := range map[string]string{
		"https://abc123.execute-api.eu-west-1.amazonaws.com":     "eu-west-1",
		"https://abc123.execute-api.cn-north-1.amazonaws.com.cn": "cn-north-1",
		"https://abc123.execute-api.eu-west-1.example.com":       "us-east-2",
		"https://approvals.example.com":                          "us-east-2",
	} {
		r := httptest.NewRequest(http.MethodPost, host+"/requests", strings.NewReader(`{}`))
		signer := sigv4.New(aws.Config{Region: "us-east-2", Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", "session")})
		if err := signer.Sign(t.Context(), r, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
		if got := r.Header.Get("Authorization"); !strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=AKID/") || !strings.Contains(got, "/"+region+"/execute-api/aws4_request") {
			t.Errorf("%s: signed %s", host, got)
		}
		if r.Header.Get("X-Amz-Security-Token") != "session" {
			t.Errorf("%s: no session token", host)
		}
	}
}

func TestNothingToSignWith(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "https://approvals.example.com/flows", nil)
	if err := sigv4.New(aws.Config{Region: "us-east-2"}).Sign(t.Context(), r, nil); !errors.Is(err, sigv4.ErrNoCredentials) {
		t.Errorf("without credentials: %v", err)
	}
	if err := sigv4.New(aws.Config{}).Sign(t.Context(), r, nil); err == nil || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("without a region: %v", err)
	}
}
