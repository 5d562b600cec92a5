package httpapi_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func directory(t testing.TB) flow.Directory {
	t.Helper()
	file, err := flow.Parse("f", []byte(`
flows: [{name: a, admins: [root@example.com]}]
directory:
  groups: {sre: [grace@example.com]}
  people:
    - {email: grace@example.com, name: Grace, identities: ["arn:aws:iam::123456789012:user/grace", "https://idp|7", "arn:aws:iam::123456789012:role/oncall"]}`))
	if err != nil {
		t.Fatal(err)
	}
	return file.Directory
}

// token makes what a JWT looks like; nobody here verifies its signature.
func token(claims map[string]any) string {
	payload, _ := json.Marshal(claims)
	return tokenOf(string(payload))
}

func tokenOf(payload string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"RS256"}`)) + "." + enc([]byte(payload)) + ".c2ln"
}

func jwtEvent(header string, verified map[string]string) httpapi.Event {
	var ev httpapi.Event
	ev.Headers = map[string]string{"authorization": header}
	ev.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: verified},
	}
	return ev
}

func TestJWT(t *testing.T) {
	claims := func(more map[string]any) map[string]any {
		c := map[string]any{"iss": "https://idp", "sub": "42", "iat": 1700000000, "email": "Ada@Example.com", "email_verified": true}
		for k, v := range more {
			if c[k] = v; v == nil {
				delete(c, k)
			}
		}
		return c
	}
	verified := map[string]string{"iss": "https://idp", "sub": "42", "iat": "1.7E9"}
	ada := run.Person{ID: "ada@example.com", Email: "ada@example.com"}
	nobody := run.Person{ID: "https://idp|42", Machine: true}
	for name, tc := range map[string]struct {
		header   string
		verified map[string]string
		trust    bool
		want     *run.Person // nil: refused
	}{
		"a verified e-mail":        {"Bearer " + token(claims(nil)), verified, false, &ada},
		"without the scheme":       {token(claims(nil)), verified, false, &ada},
		"an unverified e-mail":     {"Bearer " + token(claims(map[string]any{"email_verified": false})), verified, true, &nobody},
		"nothing says verified":    {"Bearer " + token(claims(map[string]any{"email_verified": nil})), verified, false, &nobody},
		"nothing says so, trusted": {"Bearer " + token(claims(map[string]any{"email_verified": nil})), verified, true, &ada},
		"verified as a string":     {"Bearer " + token(claims(map[string]any{"email_verified": "true"})), verified, false, &ada},
		"verified as nonsense":     {"Bearer " + token(claims(map[string]any{"email_verified": 1})), verified, true, &nobody},
		"no e-mail":                {"Bearer " + token(claims(map[string]any{"email": nil})), verified, false, &nobody},
		"no form of an e-mail":     {"Bearer " + token(claims(map[string]any{"email": "a b@x"})), verified, false, &nobody},
		"groups as a list":         {"Bearer " + token(claims(map[string]any{"groups": []string{"a", "b c", "a"}})), verified, false, &run.Person{ID: ada.ID, Email: ada.Email, Groups: []string{"a", "b c"}}},
		"a group as text":          {"Bearer " + token(claims(map[string]any{"groups": "[a b]"})), verified, false, &run.Person{ID: ada.ID, Email: ada.Email, Groups: []string{"[a b]"}}},
		"mapped by subject":        {"Bearer " + token(claims(map[string]any{"sub": "7", "email": nil})), map[string]string{"iss": "https://idp", "sub": "7", "iat": "1700000000"}, false, &run.Person{ID: "grace@example.com", Email: "grace@example.com", Name: "Grace", Vouched: true, Groups: []string{"sre"}, ListedGroups: []string{"sre"}, Mapped: true}},
		"two tokens":               {"Bearer " + token(claims(nil)) + ",Bearer " + token(claims(nil)), verified, false, nil},
		"another scheme":           {"Basic " + token(claims(nil)), verified, false, nil},
		"no token":                 {"", verified, false, nil},
		"another subject":          {"Bearer " + token(claims(map[string]any{"sub": "eve"})), verified, false, nil},
		"another time":             {"Bearer " + token(claims(map[string]any{"iat": 1700000001})), verified, false, nil},
		"no time":                  {"Bearer " + token(claims(map[string]any{"iat": nil})), verified, false, nil},
		"another issuer":           {"Bearer " + token(claims(map[string]any{"iss": "https://evil"})), map[string]string{"iss": "https://evil", "sub": "42", "iat": "1700000000"}, false, nil},
		"no subject":               {"Bearer " + token(claims(map[string]any{"sub": ""})), map[string]string{"iss": "https://idp", "sub": "", "iat": "1700000000"}, false, nil},
		"broken":                   {"Bearer a.b.c", verified, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "JWT", JwtIssuer: "https://idp", JwtGroupsClaim: "groups", JwtTrustEmail: tc.trust}, directory(t), httpapi.Roles{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := id.Identify(t.Context(), jwtEvent(tc.header, tc.verified))
			if tc.want == nil {
				if !errors.Is(err, httpapi.ErrNoIdentity) {
					t.Errorf("got %+v, %v, want it refused", got, err)
				}
				return
			}
			want := *tc.want
			want.Principal = "https://idp|" + tc.verified["sub"]
			if diff := cmp.Diff(want, got.Person); err != nil || diff != "" {
				t.Errorf("%v: %s", err, diff)
			}
		})
	}
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "JWT", JwtIssuer: "https://idp"}, directory(t), httpapi.Roles{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := id.Identify(t.Context(), httpapi.Event{Headers: map[string]string{"authorization": "Bearer " + token(claims(nil))}}); !errors.Is(err, httpapi.ErrNoIdentity) {
		t.Errorf("a token that no authorizer verified: %v", err)
	}
}

func TestIAM(t *testing.T) {
	const sso = "AWSReservedSSO_Admin_0123456789abcdef"
	grace := func(principal string) *run.Person {
		return &run.Person{ID: "grace@example.com", Email: "grace@example.com", Name: "Grace", Vouched: true, Groups: []string{"sre"}, ListedGroups: []string{"sre"}, Mapped: true, Principal: principal}
	}
	machine := func(arn, principal string) *run.Person {
		return &run.Person{ID: arn, Machine: true, Principal: principal}
	}
	for name, tc := range map[string]struct {
		arn, caller string
		want        *run.Person
		looks       int
	}{
		"a person by Identity Center":     {"arn:aws:sts::123456789012:assumed-role/" + sso + "/ada@example.com", "AROASSO:ada@example.com", &run.Person{ID: "ada@example.com", Email: "ada@example.com", Principal: "sso|123456789012|ada@example.com"}, 1},
		"one that the directory knows":    {"arn:aws:sts::123456789012:assumed-role/" + sso + "/grace@example.com", "AROASSO:grace@example.com", grace("sso|123456789012|grace@example.com"), 1},
		"a user name":                     {"arn:aws:sts::123456789012:assumed-role/" + sso + "/ada", "AROASSO:ada", &run.Person{ID: "sso|ada", Name: "ada", Vouched: true, Principal: "sso|123456789012|ada"}, 1},
		"a role of that name, not theirs": {"arn:aws:sts::123456789012:assumed-role/" + sso + "/root@example.com", "AROAFAKE:root@example.com", machine("arn:aws:iam::123456789012:role/"+sso, "AROAFAKE"), 1},
		// Such a caller does not come through API Gateway: a role of another account
		// cannot be looked up from here, whatever it is called.
		"another account":       {"arn:aws:sts::999999999999:assumed-role/" + sso + "/root@example.com", "AROASSO:root@example.com", machine("arn:aws:iam::999999999999:role/"+sso, "AROASSO"), 0},
		"any role is its ARN":   {"arn:aws:sts::123456789012:assumed-role/ci-deploy/root@example.com", "AROACI:root@example.com", machine("arn:aws:iam::123456789012:role/ci-deploy", "AROACI"), 0},
		"a role that is mapped": {"arn:aws:sts::123456789012:assumed-role/oncall/whoever", "AROAON:whoever", grace("AROAON"), 0},
		"a user that is mapped": {"arn:aws:iam::123456789012:user/grace", "AIDA", grace("AIDA"), 0},
		"a user that is not":    {"arn:aws:iam::123456789012:user/eve", "AIDB", machine("arn:aws:iam::123456789012:user/eve", "AIDB"), 0},
		"nobody":                {"", "", nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			center := identityCenter(sso, "AROASSO")
			id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "IAM", AccountID: "123456789012"}, directory(t), center.roles())
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				got, err := id.Identify(t.Context(), signedBy(tc.arn, tc.caller))
				if tc.want == nil {
					if !errors.Is(err, httpapi.ErrNoIdentity) {
						t.Errorf("got %+v, %v, want it refused", got, err)
					}
					continue
				}
				if diff := cmp.Diff(*tc.want, got.Person); err != nil || diff != "" {
					t.Errorf("%v: %s", err, diff)
				}
			}
			if center.looks != tc.looks {
				t.Errorf("IAM was asked %d times, want %d", center.looks, tc.looks)
			}
		})
	}
}

func FuzzJWT(f *testing.F) {
	f.Add("Bearer "+token(map[string]any{"sub": "42", "iss": "i", "iat": 1}), "42")
	f.Add("Bearer a,b", "x")
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "JWT", JwtIssuer: "i"}, flow.Directory{}, httpapi.Roles{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header, sub string) {
		got, err := id.Identify(t.Context(), jwtEvent(header, map[string]string{"sub": sub, "iss": "i", "iat": "1"}))
		if err == nil && (got.ID == "" || got.Principal != "i|"+sub) {
			t.Fatalf("%q is %+v", header, got)
		}
	})
}

// What a token may make of its holder depends on who vouches for what it says.
func TestBelievedClaims(t *testing.T) {
	custom := httpapi.Config{JwtEmailClaim: "upn", JwtTrustEmail: true, JwtEmailDomains: []string{"example.com"}}
	domains := httpapi.Config{JwtEmailDomains: []string{"example.com"}}
	for name, tc := range map[string]struct {
		config  httpapi.Config
		claims  map[string]any
		email   string
		machine bool
		note    string // part of one
	}{
		"a verified address":                {httpapi.Config{}, map[string]any{"email": "Ada@Example.com", "email_verified": true}, "ada@example.com", false, ""},
		"an unverified one":                 {httpapi.Config{}, map[string]any{"email": "ada@example.com", "email_verified": false}, "", true, "verified"},
		"letters beyond ASCII":              {httpapi.Config{}, map[string]any{"email": "l\u0130nus@example.com", "email_verified": true}, "", true, "plain"},
		"an invisible letter":               {httpapi.Config{}, map[string]any{"email": "gra\u200bce@example.com", "email_verified": true}, "", true, "plain"},
		"a trailing dot":                    {httpapi.Config{}, map[string]any{"email": "grace@example.com.", "email_verified": true}, "", true, "plain"},
		"another claim":                     {custom, map[string]any{"upn": "Ada@example.com", "email": "root@example.com", "email_verified": true}, "ada@example.com", false, ""},
		"another claim, of another domain":  {custom, map[string]any{"upn": "ada@evil.example"}, "", true, "domain"},
		"another claim, of a sub-domain":    {custom, map[string]any{"upn": "ada@x.example.com"}, "", true, "domain"},
		"email_verified is not about upn":   {custom, map[string]any{"upn": "ada@evil.example", "email_verified": true}, "", true, "domain"},
		"a verified one of another domain":  {domains, map[string]any{"email": "ada@evil.example", "email_verified": true}, "", true, "domain"},
		"a verified one of the domain":      {domains, map[string]any{"email": "ada@EXAMPLE.com", "email_verified": true}, "ada@example.com", false, ""},
		"a client's own token":              {httpapi.Config{}, map[string]any{"client_id": "ci"}, "", true, "machine"},
		"a marked machine":                  {httpapi.Config{JwtMachineClaim: "gty=client-credentials"}, map[string]any{"gty": "client-credentials", "email": "ci@example.com", "email_verified": true}, "ci@example.com", true, "mark"},
		"marked in a list":                  {httpapi.Config{JwtMachineClaim: "amr=svc"}, map[string]any{"amr": []string{"pwd", "svc"}, "email": "ci@example.com", "email_verified": true}, "ci@example.com", true, "mark"},
		"marked by the claim's presence":    {httpapi.Config{JwtMachineClaim: "azpacr"}, map[string]any{"azpacr": 1, "email": "ci@example.com", "email_verified": true}, "ci@example.com", true, "mark"},
		"marked as none":                    {httpapi.Config{JwtMachineClaim: "bot"}, map[string]any{"bot": false, "email": "ada@example.com", "email_verified": true}, "ada@example.com", false, ""},
		"another value":                     {httpapi.Config{JwtMachineClaim: "gty=client-credentials"}, map[string]any{"gty": "password", "email": "ada@example.com", "email_verified": true}, "ada@example.com", false, ""},
		"a marked machine in the directory": {httpapi.Config{JwtMachineClaim: "bot"}, map[string]any{"bot": "yes", "email": "grace@example.com", "email_verified": true}, "grace@example.com", true, "mark"},
		"groups that are left out":          {httpapi.Config{}, map[string]any{"email": "ada@example.com", "email_verified": true, "hasgroups": true}, "ada@example.com", false, "leaves out groups"},
		"groups that are somewhere else":    {httpapi.Config{}, map[string]any{"email": "ada@example.com", "email_verified": true, "_claim_names": map[string]any{"groups": "src1"}}, "ada@example.com", false, "leaves out groups"},
		"other claims that are left out":    {httpapi.Config{}, map[string]any{"email": "ada@example.com", "email_verified": true, "_claim_names": map[string]any{"photo": "src1"}}, "ada@example.com", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tc.config.Mode, tc.config.JwtIssuer, tc.config.JwtGroupsClaim = "JWT", "https://idp", "groups"
			id, err := httpapi.NewIdentifier(tc.config, directory(t), httpapi.Roles{})
			if err != nil {
				t.Fatal(err)
			}
			tc.claims["iss"], tc.claims["sub"], tc.claims["iat"], tc.claims["name"] = "https://idp", "42", 1700000000, "root"
			got, err := id.Identify(t.Context(), jwtEvent("Bearer "+token(tc.claims), map[string]string{"iss": "https://idp", "sub": "42", "iat": "1700000000"}))
			if err != nil || got.Email != tc.email || got.Machine != tc.machine || got.Principal != "https://idp|42" {
				t.Errorf("%v: got %+v", err, got)
			}
			if got.Vouched != (got.Email == "grace@example.com") {
				t.Errorf("its name %q is vouched for: %v", got.Name, got.Vouched)
			}
			if notes := strings.Join(got.Notes, " "); !strings.Contains(notes, tc.note) || tc.note == "" && notes != "" || strings.Contains(notes, "@") {
				t.Errorf("notes are %q, want %q", notes, tc.note)
			}
		})
	}
	for name, c := range map[string]httpapi.Config{
		"not trusted": {JwtEmailClaim: "upn", JwtEmailDomains: []string{"example.com"}},
		"no domains":  {JwtEmailClaim: "upn", JwtTrustEmail: true},
	} {
		c.Mode, c.JwtIssuer = "JWT", "https://idp"
		if _, err := httpapi.NewIdentifier(c, flow.Directory{}, httpapi.Roles{}); err == nil {
			t.Errorf("another claim, %s, makes an identity", name)
		}
	}
}

// A refusal says why, in the log and to the caller, and contains nothing of
// the token.
func TestRefusalsSayWhy(t *testing.T) {
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "JWT", JwtIssuer: "https://idp", JwtGroupsClaim: "groups"}, directory(t), httpapi.Roles{})
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	api := &httpapi.API{Identify: id, Log: slog.New(slog.NewJSONHandler(&logged, nil)), Routes: map[string]httpapi.Route{
		"POST /x": {Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) {
			return httpapi.Reply{}, httpapi.Refused("You are not an approver of this request.")
		}},
	}}
	good := map[string]any{"iss": "https://idp", "sub": "secret-subject", "iat": 1700000000, "email": "secret@example.com", "email_verified": false, "hasgroups": "true"}
	for name, tc := range map[string]struct {
		change map[string]any
		status int
		log    string
		detail string
	}{
		"another issuer": {map[string]any{"iss": "https://evil"}, 401, "another issuer", "another issuer"},
		"no iat":         {map[string]any{"iat": "then"}, 401, "no iat", "no iat"},
		"another token":  {map[string]any{"sub": "other"}, 401, "not the one that was verified", "verified"},
		"not allowed":    {nil, 403, "not an approver of this request", "leaves out groups"},
	} {
		t.Run(name, func(t *testing.T) {
			logged.Reset()
			claims := maps.Clone(good)
			maps.Copy(claims, tc.change)
			ev := jwtEvent("Bearer "+token(claims), map[string]string{"iss": "https://idp", "sub": "secret-subject", "iat": "1700000000"})
			ev.RouteKey = "POST /x"
			got, err := api.Handle(t.Context(), ev)
			if err != nil || got.StatusCode != tc.status || !strings.Contains(got.Body, tc.detail) {
				t.Errorf("got %d %s (%v)", got.StatusCode, got.Body, err)
			}
			if !strings.Contains(logged.String(), `"msg":"refused"`) || !strings.Contains(logged.String(), tc.log) {
				t.Errorf("the log has %s", logged.String())
			}
			if strings.Contains(logged.String()+got.Body, "secret") || strings.Contains(logged.String(), "eyJ") {
				t.Errorf("it tells of the token: %s %s", logged.String(), got.Body)
			}
		})
	}
}

// Without its links a login is nobody's: the call fails, and does nothing.
func TestLinksThatFail(t *testing.T) {
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "JWT", JwtIssuer: "https://idp"}, directory(t), httpapi.Roles{})
	if err != nil {
		t.Fatal(err)
	}
	called := false
	fail := errors.New("throttled")
	api := &httpapi.API{
		Identify: id, Log: slog.New(slog.DiscardHandler),
		Link: func(_ context.Context, p run.Person) (run.Person, error) { return p, fail },
		Routes: map[string]httpapi.Route{"GET /x": {Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) {
			called = true
			return httpapi.Reply{Status: 200}, nil
		}}},
	}
	ev := jwtEvent("Bearer "+token(map[string]any{"iss": "https://idp", "sub": "42", "iat": 1}), map[string]string{"iss": "https://idp", "sub": "42", "iat": "1"})
	ev.RouteKey = "GET /x"
	if got, err := api.Handle(t.Context(), ev); err != nil || got.StatusCode != 500 || called {
		t.Errorf("got %d (%v), called %v", got.StatusCode, err, called)
	}
	fail = nil
	if got, err := api.Handle(t.Context(), ev); err != nil || got.StatusCode != 200 {
		t.Errorf("got %d (%v)", got.StatusCode, err)
	}
}

// What API Gateway refuses by itself leaves who called, and why, in its log.
func TestAccessLogHasTheCaller(t *testing.T) {
	raw, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"authorizer.error", "error.message", "authorizer.claims.sub", "identity.userArn"} {
		if !strings.Contains(string(raw), `"$context.`+name+`"`) {
			t.Errorf("the access log lacks $context.%s", name)
		}
	}
}

// A user name or an address in other letters is nobody the directory knows.
func TestDirectoryFoldsASCIIAlone(t *testing.T) {
	file, err := flow.Parse("f", []byte(`
flows: [{name: a, admins: [root@example.com]}]
directory:
  groups: {sre: [kim@example.com]}
  people: [{email: kim@example.com, identities: ["https://idp|Kim"]}]`))
	if err != nil {
		t.Fatal(err)
	}
	for identity, want := range map[string]bool{"KIM@Example.com": true, "\u212aim@example.com": false, "kim@example.com.": false, "https://idp|Kim": true, "https://idp|kim": false} {
		if p, found := file.Directory.Lookup(identity); found != want || len(file.Directory.GroupsOf(identity)) > 0 && !want {
			t.Errorf("%q is %+v (%v)", identity, p, found)
		}
	}
}
