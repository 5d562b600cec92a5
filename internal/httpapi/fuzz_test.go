package httpapi_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// Whatever an ARN and a caller's id are, who is not a known session of Identity
// Center is no person by the name of a session.
func FuzzIAM(f *testing.F) {
	const sso = "AWSReservedSSO_Admin_0123456789abcdef"
	for _, seed := range [][2]string{
		{"arn:aws:sts::123456789012:assumed-role/" + sso + "/ada@example.com", "AROASSO:ada@example.com"},
		{"arn:aws:sts::123456789012:assumed-role/" + sso + "/root@example.com", "AROAFAKE:root@example.com"},
		{"arn:aws:sts::210987654321:assumed-role/" + sso + "/ada", "AROAX:ada"},
		{"arn:aws:sts::123456789012:assumed-role/oncall/whoever", "AROAON:whoever"},
		{"arn:aws:sts::123456789012:federated-user/root@example.com", "123456789012:root@example.com"},
		{"arn:aws:iam::123456789012:user/path/eve", "AIDB"}, {"arn:aws:iam::123456789012:root", "123456789012"}, {"", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "IAM", AccountID: "123456789012"}, directory(f), identityCenter(sso, "AROASSO").roles())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, arn, caller string) {
		var ev httpapi.Event
		ev.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			IAM: &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{UserARN: arn, CallerID: caller},
		}
		got, err := id.Identify(t.Context(), ev)
		if err != nil {
			if !errors.Is(err, httpapi.ErrNoIdentity) || got.ID != "" || got.Principal != "" {
				t.Fatalf("%q %q: %+v, %v", arn, caller, got, err)
			}
			return
		}
		again, err := id.Identify(t.Context(), ev)
		if err != nil || again.ID != got.ID || got.ID == "" || got.Principal == "" {
			t.Fatalf("%q %q: %+v, then %+v (%v)", arn, caller, got, again, err)
		}
		session := strings.Contains(arn, ":assumed-role/AWSReservedSSO_") && (strings.HasPrefix(arn, "arn:") && (strings.HasPrefix(caller, "AROASSO:") || caller == "AROASSO") || strings.Contains(arn, "::210987654321:"))
		mapped := strings.Contains(arn, "user/grace") || strings.Contains(arn, "role/oncall/")
		if !session && !mapped && (!got.Machine || got.Email != "" || len(got.Groups) > 0) {
			t.Fatalf("%q %q is the person %+v", arn, caller, got)
		}
	})
}

// Whatever claims a token has, only what is verified makes somebody, and nobody
// is another's e-mail that no one verified.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{"iss":"https://idp","sub":"42","iat":1700000000,"email":"Ada@Example.com","email_verified":true,"groups":["a","b"]}`,
		`{"iss":"https://idp","sub":"42","iat":1.7e9,"email":"grace@example.com","email_verified":"false"}`,
		`{"iss":"https://idp","sub":"42","iat":"1700000000","email":["root@example.com"],"email_verified":1,"groups":{"a":1}}`,
		`{"iss":"https://idp","sub":"42","iat":1700000000,"email_verified":false,"email":"root@example.com","email_verified":true}`, `{"sub":"42","sub":"43"}`, `[]`, `null`,
	} {
		f.Add(seed)
	}
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "JWT", JwtIssuer: "https://idp", JwtGroupsClaim: "groups"}, directory(f), httpapi.Roles{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		header := "Bearer " + tokenOf(payload)
		got, err := id.Identify(t.Context(), jwtEvent(header, map[string]string{"iss": "https://idp", "sub": "42", "iat": "1.7E9"}))
		if err != nil {
			if !errors.Is(err, httpapi.ErrNoIdentity) || got.ID != "" {
				t.Fatalf("%q: %+v, %v", payload, got, err)
			}
			return
		}
		var claims map[string]any
		if json.Unmarshal([]byte(payload), &claims) != nil {
			t.Fatalf("%q is no JSON and is %+v", payload, got)
		}
		if flaw := strictjson.Check([]byte(payload)); flaw != nil {
			t.Fatalf("%q is %+v although %v", payload, got, flaw)
		}
		if got.Principal != "https://idp|42" || claims["sub"] != "42" || claims["iss"] != "https://idp" {
			t.Fatalf("%q is %+v", payload, got)
		}
		if verified := claims["email_verified"]; got.Email != "" && verified != true && verified != "true" {
			t.Fatalf("%q: nothing verified the e-mail of %+v", payload, got)
		}
		if got.Email != email.Fold(got.Email) || got.Machine != (got.Email == "") {
			t.Fatalf("%q is %+v", payload, got)
		}
	})
}

// A key is taken as it is, or refused by name.
func FuzzIdempotencyKey(f *testing.F) {
	for _, seed := range []string{"k", "", "a b", "\x7f", "ä", strings.Repeat("k", 256)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		c := httpapi.Call{Event: httpapi.Event{Headers: map[string]string{"idempotency-key": key}}}
		got, err := c.IdempotencyKey()
		var p *httpapi.Problem
		switch {
		case err == nil && (got != key || got == "" || len(got) > 255):
			t.Fatalf("%q gives %q", key, got)
		case err != nil && (!errors.As(err, &p) || p.Status != 400 || len(p.Errors) != 1 || p.Errors[0].Field != "Idempotency-Key" || got != ""):
			t.Fatalf("%q gives %q, %v", key, got, err)
		}
	})
}
