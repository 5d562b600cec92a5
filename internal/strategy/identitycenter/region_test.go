package identitycenter_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/strategy/identitycenter"
)

// Every call goes to the primary region of the instance: it is signed for it.
func TestCallsGoToTheRegionOfTheInstance(t *testing.T) {
	for region, want := range map[string]string{"": "us-east-1", "eu-west-1": "eu-west-1"} {
		var mu sync.Mutex
		scopes := map[string]bool{}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			scope := strings.Split(r.Header.Get("Authorization"), "/") // Credential=KEY/DAY/REGION/SERVICE/aws4_request
			mu.Lock()
			scopes[scope[2]+" "+scope[3]] = true
			mu.Unlock()
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			_, _ = w.Write([]byte(map[string]string{
				"GetUserId":              `{"UserId":"u1"}`,
				"ListAccountAssignments": `{"AccountAssignments":[{"PrincipalType":"USER","PrincipalId":"u1"}]}`,
			}[r.Header.Get("X-Amz-Target")[strings.Index(r.Header.Get("X-Amz-Target"), ".")+1:]]))
		}))
		cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		})}
		has, err := identitycenter.NewFromConfig(cfg, region).Has(t.Context(), access("ada@example.com", "arn:i", "d-1", "arn:p"))
		server.Close()
		if err != nil || !has {
			t.Errorf("%q: has is %v, %v", region, has, err)
		}
		var got []string
		for scope := range scopes {
			got = append(got, scope)
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{want + " identitystore", want + " sso"}) {
			t.Errorf("%q: calls were signed for %v", region, got)
		}
	}
}
