package httpapi_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
)

func iamEvent(arn, callerID, userID string) httpapi.Event {
	var ev httpapi.Event
	ev.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		IAM: &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{UserARN: arn, CallerID: callerID, UserID: userID},
	}
	return ev
}

const ssoSession = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/root@example.com"

// Whatever is not a user, the root or a role's session is nobody: a federated
// user, for one, has the name that the caller of GetFederationToken chose.
func TestOtherARNsAreNobody(t *testing.T) {
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "IAM", AccountID: "123456789012"}, directory(t), identityCenter(ssoRole, "AROASSO").roles())
	if err != nil {
		t.Fatal(err)
	}
	for _, arn := range []string{
		"", "x", "arn:aws:sts::123456789012:federated-user/grace", "arn:aws:iam::123456789012:group/sre",
		"arn:aws:iam::123456789012:role/oncall", "arn:aws:sts::123456789012:assumed-role/oncall",
		"arn:aws:sts::123456789012:assumed-role//grace", "arn:aws:sts::123456789012:assumed-role/oncall/",
		"arn:aws:sts::123456789012:assumed-role/a/oncall/grace", "arn:aws:sts::12345:assumed-role/oncall/grace",
		"arn:aws:sts:eu-west-1:123456789012:assumed-role/oncall/grace", "arn:aws:iam::123456789012:assumed-role/oncall/grace",
		"arn::sts::123456789012:assumed-role/oncall/grace", ssoSession + ":more",
	} {
		if got, err := id.Identify(t.Context(), iamEvent(arn, "AROASSO:x", "")); !errors.Is(err, httpapi.ErrNoIdentity) {
			t.Errorf("%q is %+v (%v), want nobody", arn, got, err)
		}
	}
	if got, err := id.Identify(t.Context(), httpapi.Event{}); !errors.Is(err, httpapi.ErrNoIdentity) {
		t.Errorf("a call without an authorizer is %+v (%v)", got, err)
	}
}

// Names that only look like a role of Identity Center are a role's like any
// other, and their session names nobody.
func TestRolesNamedLikeIdentityCenters(t *testing.T) {
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "IAM", AccountID: "123456789012"}, directory(t), identityCenter(ssoRole, "AROASSO").roles())
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{
		"AWSReservedSSO_Admin", "AWSReservedSSO__0123456789abcdef", "AWSReservedSSO_Admin_0123456789ABCDEF",
		"AWSReservedSSO_Admin_0123456789abcde", "awsreservedsso_Admin_0123456789abcdef", "XAWSReservedSSO_Admin_0123456789abcdef",
	} {
		got, err := id.Identify(t.Context(), iamEvent("arn:aws:sts::123456789012:assumed-role/"+role+"/root@example.com", "AROASSO:root@example.com", ""))
		if want := "arn:aws:iam::123456789012:role/" + role; err != nil || got.ID != want || !got.Machine || got.Principal != "AROASSO" {
			t.Errorf("%s is %+v (%v), want the machine %s", role, got, err, want)
		}
	}
	// The unique id is in either of two members.
	if got, err := id.Identify(t.Context(), iamEvent(ssoSession, "", "AROASSO:root@example.com")); err != nil || got.ID != "root@example.com" {
		t.Errorf("got %+v (%v)", got, err)
	}
}

// A permission set that is new, or was assigned anew and so has another role, is
// known at once.
func TestRolesThatAreNew(t *testing.T) {
	synctest.Test(t, testRolesThatAreNew)
}

func testRolesThatAreNew(t *testing.T) {
	f := identityCenter(ssoRole, "AROAOLD")
	id := start(t, f, flow.Directory{})
	person := func(role string) bool {
		got, err := id.Identify(t.Context(), iamEvent(ssoSession, role+":root@example.com", ""))
		if err != nil {
			t.Fatal(err)
		}
		return !got.Machine
	}
	if !person("AROAOLD") || person("AROANEW") {
		t.Error("the role that there is, and it alone, is one of Identity Center")
	}
	f.id = "AROANEWER"
	if !person("AROANEWER") || !person("AROAOLD") || f.looks != 3 {
		t.Errorf("after it was made anew; IAM was asked %d times", f.looks)
	}
	// IAM may show what was made a moment ago late.
	if f.id = "AROANEW"; person("AROANEW") {
		t.Error("it was looked up again at once")
	}
	if time.Sleep(time.Minute); !person("AROANEW") {
		t.Error("it was not looked up again after a minute")
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "JWT", JwtIssuer: "https://idp"}, directory(t), httpapi.Roles{})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("s", 256)
	good := func(sub string) string {
		return "Bearer " + token(map[string]any{"iss": "https://idp", "sub": sub, "iat": 1700000000})
	}
	verified := func(sub, iat string) map[string]string {
		return map[string]string{"iss": "https://idp", "sub": sub, "iat": iat}
	}
	two := jwtEvent(good("42"), verified("42", "1700000000"))
	two.Headers["Authorization"] = good("7")
	untimed := "Bearer " + token(map[string]any{"iss": "https://idp", "sub": "42"})
	for name, ev := range map[string]httpapi.Event{
		"two headers":              two,
		"no time in either":        jwtEvent(untimed, verified("42", "")),
		"a time as text":           jwtEvent("Bearer "+token(map[string]any{"iss": "https://idp", "sub": "42", "iat": "1700000000"}), verified("42", "1700000000")),
		"a subject too long":       jwtEvent(good(long), verified(long, "1700000000")),
		"a subject that hides":     jwtEvent(good("4\n2"), verified("4\n2", "1700000000")),
		"two tokens, no space":     jwtEvent(good("42")+","+good("7"), verified("42", "1700000000")),
		"two tokens in one scheme": jwtEvent(good("42")+" "+good("7"), verified("42", "1700000000")),
		"a scheme alone":           jwtEvent("Bearer", verified("42", "1700000000")),
		"what the authorizer didn't verify": jwtEvent(good("42"), map[string]string{
			"iss": "https://other", "sub": "42", "iat": "1700000000"}),
	} {
		if got, err := id.Identify(t.Context(), ev); !errors.Is(err, httpapi.ErrNoIdentity) {
			t.Errorf("%s: got %+v (%v), want nobody", name, got, err)
		}
	}
}

func TestConfigurationsThatAreRefused(t *testing.T) {
	for name, c := range map[string]httpapi.Config{"no mode": {}, "another mode": {Mode: "NONE"}, "no issuer": {Mode: "JWT"}} {
		if _, err := httpapi.NewIdentifier(c, flow.Directory{}, httpapi.Roles{}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	env := map[string]string{"AUTH_MODE": "IAM", "ACCOUNT_ID": "1", "JWT_TRUST_EMAIL": "yes"}
	c := httpapi.ConfigFromEnv(func(name string) string { return env[name] })
	if c.JwtTrustEmail || c.AccountID != "1" {
		t.Errorf("got %+v", c)
	}
}
