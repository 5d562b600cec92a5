package gateway_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/fasttrack-dev/fasttrack/localaws/gateway"
	"github.com/fasttrack-dev/fasttrack/localaws/identities"
)

const people = `
organization: o-local00000
identities:
  - {access_key_id: ada, secret_access_key: ada, arn: 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Engineers_0123456789abcdef/ada@example.com'}
  - {access_key_id: grace, secret_access_key: grace, arn: 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Engineers_0123456789abcdef/grace@example.com'}
`

func TestSignedCalls(t *testing.T) {
	who, err := identities.Parse("people", []byte(people))
	if err != nil {
		t.Fatal(err)
	}
	const session = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Idle_0123456789abcdef/idle@example.com"
	for _, i := range []identities.Identity{
		{AccessKey: "idle", Secret: "idle", ARN: session, NoInvoke: true},
		{AccessKey: "temporary", Secret: "temporary", SessionToken: "token", ARN: session},
	} {
		if err := who.Add(i); err != nil {
			t.Fatal(err)
		}
	}
	f := &function{}
	g, err := gateway.New(gateway.Options{Invoker: f, AccountID: "123456789012", Identities: who, Routes: []gateway.Route{{Key: "POST /requests", Function: "post", IAM: true}}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	defer server.Close()
	call := func(key, secret, token, service string) (int, string, string) {
		t.Helper()
		const body = `{"flow":"a"}`
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/requests?x=a%20b", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if key != "" {
			sum := sha256.Sum256([]byte(body))
			credentials := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret, SessionToken: token}
			if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		said, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, res.Header.Get("X-Amzn-Errortype"), string(said)
	}

	if status, _, said := call("ada", "ada", "", "execute-api"); status != http.StatusOK {
		t.Fatalf("signed by ada: %d %s", status, said)
	}
	got := f.event.RequestContext.Authorizer.IAM
	if got == nil || got.AccessKey != "ada" || got.AccountID != "123456789012" || got.PrincipalOrgID != "o-local00000" ||
		got.UserARN != "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Engineers_0123456789abcdef/ada@example.com" ||
		got.CallerID != got.UserID || !strings.HasPrefix(got.UserID, "AROA") || !strings.HasSuffix(got.UserID, ":ada@example.com") {
		t.Errorf("the event says %+v", got)
	}
	if f.event.RequestContext.Authorizer.JWT != nil || f.event.Body != `{"flow":"a"}` {
		t.Errorf("the event is %+v", f.event)
	}
	if status, _, said := call("temporary", "temporary", "token", "execute-api"); status != http.StatusOK {
		t.Errorf("with a session token: %d %s", status, said)
	}
	for name, tc := range map[string]struct{ key, secret, token, service, code, want string }{
		"unsigned":                {"", "", "", "", "MissingAuthenticationTokenException", "Missing Authentication Token"},
		"unknown key":             {"eve", "ada", "", "execute-api", "UnrecognizedClientException", "The security token included in the request is invalid."},
		"another secret":          {"ada", "grace", "", "execute-api", "InvalidSignatureException", "The request signature we calculated does not match"},
		"another service":         {"ada", "ada", "", "states", "InvalidSignatureException", "Credential should be scoped to correct service"},
		"a token that is none":    {"ada", "ada", "token", "execute-api", "UnrecognizedClientException", "The security token included in the request is invalid."},
		"no token":                {"temporary", "temporary", "", "execute-api", "UnrecognizedClientException", "The security token included in the request is invalid."},
		"may not invoke":          {"idle", "idle", "", "execute-api", "AccessDeniedException", "not authorized to perform: execute-api:Invoke"},
		"another's key of theirs": {"grace", "ada", "", "execute-api", "InvalidSignatureException", "The request signature we calculated does not match"},
	} {
		t.Run(name, func(t *testing.T) {
			f.name = ""
			status, code, said := call(tc.key, tc.secret, tc.token, tc.service)
			if status != http.StatusForbidden || code != tc.code || !strings.Contains(said, tc.want) || f.name != "" {
				t.Errorf("got %d %s %s (invoked %q), want 403 %s with %q", status, code, said, f.name, tc.code, tc.want)
			}
		})
	}
}
