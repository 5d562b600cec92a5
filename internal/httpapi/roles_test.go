package httpapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
)

// fakeIAM has one role of Identity Center, and one of another path for each other
// name.
type fakeIAM struct {
	name, id string
	fail     func(context.Context) error
	looks    int
	stored   map[string]bool
	table    error
}

func identityCenter(name, id string) *fakeIAM {
	return &fakeIAM{name: name, id: id, stored: map[string]bool{}}
}

func (f *fakeIAM) roles() httpapi.Roles {
	return httpapi.Roles{Known: f, Lookup: func(ctx context.Context, name string) (httpapi.Role, error) {
		f.looks++
		if f.fail != nil {
			return httpapi.Role{}, f.fail(ctx)
		}
		if name == f.name {
			return httpapi.Role{ID: f.id, Path: "/aws-reserved/sso.amazonaws.com/eu-west-1/"}, nil
		}
		return httpapi.Role{ID: "AROAFORGED", Path: "/"}, nil
	}}
}

func (f *fakeIAM) KnowsRole(_ context.Context, id string, _ time.Time) (bool, error) {
	return f.stored[id], f.table
}

func (f *fakeIAM) NoteRole(_ context.Context, id string, _ time.Time) error {
	if f.table == nil {
		f.stored[id] = true
	}
	return f.table
}

func signedBy(arn, caller string) httpapi.Event {
	var ev httpapi.Event
	ev.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		IAM: &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{UserARN: arn, CallerID: caller},
	}
	return ev
}

const ssoRole = "AWSReservedSSO_Admin_0123456789abcdef"

func ssoCall(session string) httpapi.Event {
	return signedBy("arn:aws:sts::123456789012:assumed-role/"+ssoRole+"/"+session, "AROASSO:"+session)
}

// start is a cold start.
func start(t *testing.T, f *fakeIAM, d flow.Directory) httpapi.Identifier {
	t.Helper()
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "IAM", AccountID: "123456789012"}, d, f.roles())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// IAM is called once for a role, however often the function starts.
func TestOneLookupForAllColdStarts(t *testing.T) {
	f := identityCenter(ssoRole, "AROASSO")
	for range 20 {
		id := start(t, f, flow.Directory{})
		for _, who := range []string{"ada@example.com", "grace@example.com"} {
			if got, err := id.Identify(t.Context(), ssoCall(who)); err != nil || got.ID != who || got.Machine {
				t.Fatalf("%s is %+v (%v)", who, got, err)
			}
		}
		// A known role needs no IAM.
		f.fail = func(context.Context) error { return errors.New("Throttling") }
	}
	if f.looks != 1 {
		t.Errorf("IAM was asked %d times", f.looks)
	}
}

// An IAM that fails, denies or hangs makes a machine of the caller, within
// seconds: not an error, not a person, and nobody whom the directory maps the
// role to.
func TestIAMThatDoesNotAnswer(t *testing.T) {
	file, err := flow.Parse("f", []byte(`
flows: [{name: a, admins: [root@example.com]}]
directory: {people: [{email: root@example.com, identities: ["arn:aws:iam::123456789012:role/`+ssoRole+`", AROASSO]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, fail := range map[string]func(context.Context) error{
		"Throttling": func(context.Context) error {
			return &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
		},
		"AccessDenied": func(context.Context) error { return &smithy.GenericAPIError{Code: "AccessDenied"} },
		"no answer":    func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := identityCenter(ssoRole, "AROASSO")
				f.fail = fail
				id := start(t, f, file.Directory)
				began := time.Now()
				for range 5 {
					got, err := id.Identify(t.Context(), ssoCall("root@example.com"))
					if err != nil || !got.Machine || got.Email != "" || got.Principal != "AROASSO" || got.ID != "arn:aws:iam::123456789012:role/"+ssoRole {
						t.Fatalf("got %+v (%v)", got, err)
					}
					if !strings.Contains(strings.Join(got.Notes, " "), "IAM did not confirm ("+name+")") {
						t.Errorf("the notes are %q", got.Notes)
					}
				}
				if took := time.Since(began); took > 2*time.Second || f.looks != 1 {
					t.Errorf("5 calls took %s and asked IAM %d times", took, f.looks)
				}
				if len(f.stored) > 0 {
					t.Errorf("stored are %v", f.stored)
				}
				// IAM is called again, and then the caller is identified.
				f.fail = nil
				time.Sleep(10 * time.Second)
				if got, err := id.Identify(t.Context(), ssoCall("ada@example.com")); err != nil || got.Machine || got.Email != "ada@example.com" {
					t.Errorf("got %+v (%v)", got, err)
				}
			})
		})
	}
}

// A table that does not answer leaves IAM to ask, at each cold start.
func TestRolesWithoutTheTable(t *testing.T) {
	f := identityCenter(ssoRole, "AROASSO")
	f.table = errors.New("throttled")
	for range 2 {
		id := start(t, f, flow.Directory{})
		for range 2 {
			if got, err := id.Identify(t.Context(), ssoCall("ada@example.com")); err != nil || got.Machine {
				t.Errorf("got %+v (%v)", got, err)
			}
		}
	}
	if f.looks != 2 {
		t.Errorf("IAM was asked %d times", f.looks)
	}
}

// A role whose id is another's, or whose path is not reserved, is nobody whom its
// session names; and is not stored.
func TestRolesThatAreNotIdentityCenters(t *testing.T) {
	for name, role := range map[string]httpapi.Role{
		"another id":      {ID: "AROAOTHER", Path: "/aws-reserved/sso.amazonaws.com/"},
		"another path":    {ID: "AROASSO", Path: "/"},
		"a path within":   {ID: "AROASSO", Path: "/x/aws-reserved/sso.amazonaws.com/"},
		"a path like it":  {ID: "AROASSO", Path: "/aws-reserved/sso.amazonaws.community/"},
		"nothing is said": {},
	} {
		f := identityCenter("", "")
		roles := f.roles()
		roles.Lookup = func(context.Context, string) (httpapi.Role, error) { return role, nil }
		id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "IAM", AccountID: "123456789012"}, flow.Directory{}, roles)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := id.Identify(t.Context(), ssoCall("root@example.com")); err != nil || !got.Machine || len(f.stored) > 0 {
			t.Errorf("%s: got %+v (%v), stored %v", name, got, err, f.stored)
		}
	}
}

// What one environment remembers is bounded.
func TestManyRoles(t *testing.T) {
	f := identityCenter("", "")
	id := start(t, f, flow.Directory{})
	for i := range 3000 {
		name := fmt.Sprintf("AWSReservedSSO_A_%016x", i)
		if got, err := id.Identify(t.Context(), signedBy("arn:aws:sts::123456789012:assumed-role/"+name+"/x", fmt.Sprintf("AROA%d:x", i))); err != nil || !got.Machine {
			t.Fatalf("got %+v (%v)", got, err)
		}
	}
}

// The call that IAM gets, and how long answers of its own keep the caller waiting.
func TestGetRole(t *testing.T) {
	calls := 0
	answer := func(w http.ResponseWriter) {
		_, _ = fmt.Fprint(w, `<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><Path>/aws-reserved/sso.amazonaws.com/</Path><RoleName>`+ssoRole+`</RoleName><RoleId>AROASSO</RoleId></Role></GetRoleResult></GetRoleResponse>`)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		if err := r.ParseForm(); err != nil || r.Form.Get("Action") != "GetRole" || r.Form.Get("RoleName") != ssoRole {
			t.Errorf("IAM is asked %v (%v)", r.Form, err)
		}
		answer(w)
	}))
	defer server.Close()
	cfg := aws.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
	})}
	f := identityCenter("", "")
	role, err := httpapi.NewRoles(cfg, f).Lookup(t.Context(), ssoRole)
	if err != nil || role != (httpapi.Role{ID: "AROASSO", Path: "/aws-reserved/sso.amazonaws.com/"}) {
		t.Errorf("got %+v (%v)", role, err)
	}
	answer = func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`)
	}
	calls = 0
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "IAM", AccountID: "123456789012"}, flow.Directory{}, httpapi.NewRoles(cfg, f))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if got, err := id.Identify(t.Context(), ssoCall("ada@example.com")); err != nil || !got.Machine || calls > 2 || time.Since(began) > 3*time.Second {
		t.Errorf("throttled: got %+v (%v) after %s and %d calls", got, err, time.Since(began), calls)
	}
}

// The API of a function whose IAM fails refuses what machines may not do, says why,
// and answers the rest.
func TestAPIWithoutIAM(t *testing.T) {
	f := identityCenter(ssoRole, "AROASSO")
	f.fail = func(context.Context) error { return &smithy.GenericAPIError{Code: "Throttling"} }
	var logged bytes.Buffer
	api := &httpapi.API{Identify: start(t, f, flow.Directory{}), Log: slog.New(slog.NewJSONHandler(&logged, nil)), Routes: map[string]httpapi.Route{
		"POST /x": {Handle: func(_ context.Context, c *httpapi.Call) (httpapi.Reply, error) {
			if c.Caller.Machine {
				return httpapi.Reply{}, httpapi.Refused("A machine never decides.")
			}
			return httpapi.Reply{Status: 200}, nil
		}},
		"GET /x": {Handle: func(context.Context, *httpapi.Call) (httpapi.Reply, error) { return httpapi.Reply{Status: 200}, nil }},
	}}
	call := func(route string) httpapi.Answer {
		ev := ssoCall("ada@example.com")
		ev.RouteKey = route
		got, err := api.Handle(t.Context(), ev)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := call("POST /x"); got.StatusCode != 403 || !strings.Contains(got.Body, "IAM did not confirm (Throttling)") {
		t.Errorf("got %d %s", got.StatusCode, got.Body)
	}
	if got := call("GET /x"); got.StatusCode != 200 {
		t.Errorf("got %d %s", got.StatusCode, got.Body)
	}
	if !strings.Contains(logged.String(), "IAM did not confirm (Throttling)") {
		t.Errorf("the log has %s", logged.String())
	}
}
