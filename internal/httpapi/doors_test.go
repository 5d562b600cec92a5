package httpapi_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// twoDoors is the directory of a deployment into which people come with a token beside
// callers that sign.
func twoDoors(t testing.TB) httpapi.Identifier {
	t.Helper()
	file, err := flow.Parse("f", []byte(`
flows: [{name: a, admins: [root@example.com]}]
directory:
  groups: {sre: [grace@example.com, root@example.com]}
  people:
    - {email: grace@example.com, identities: ["https://idp|7", "arn:aws:iam::123456789012:role/oncall"]}
    - {email: ada@example.com}`))
	if err != nil {
		t.Fatal(err)
	}
	id, err := httpapi.NewIdentifier(httpapi.Config{Mode: "IAM", AccountID: "123456789012", JwtIssuer: "https://idp", JwtGroupsClaim: "groups"}, file.Directory, identityCenter(ssoRole, "AROASSO").roles())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func withKey(ev httpapi.Event, key string) httpapi.Event {
	ev.RouteKey = key
	return ev
}

func signedIn(sub, email string) httpapi.Event {
	claims := map[string]any{"iss": "https://idp", "sub": sub, "iat": 1700000000, "email": email, "email_verified": true, "groups": []string{"sre"}}
	return withKey(jwtEvent("Bearer "+token(claims), map[string]string{"iss": "https://idp", "sub": sub, "iat": "1700000000"}), "POST /people/requests")
}

func signing(role, session string) httpapi.Event {
	return withKey(iamEvent("arn:aws:sts::123456789012:assumed-role/"+role+"/"+session, "AROASSO:"+session, ""), "POST /requests")
}

// Each door takes the proof of its own authorizer, whatever else a call holds.
func TestDoorsTakeTheirOwnProof(t *testing.T) {
	id := twoDoors(t)
	person, machine := signedIn("42", "ada@example.com"), signing("ci", "build")
	both := person
	both.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: person.RequestContext.Authorizer.JWT, IAM: machine.RequestContext.Authorizer.IAM,
	}
	for name, tc := range map[string]struct {
		ev   httpapi.Event
		want string // the principal; "" for refused
	}{
		"a person":                       {person, "https://idp|42"},
		"a machine":                      {machine, "AROASSO"},
		"a token at the door of signing": {withKey(person, "POST /requests"), ""},
		"a signature at that of people":  {withKey(machine, "POST /people/requests"), ""},
		"both, as people":                {both, "https://idp|42"},
		"both, as signing":               {withKey(both, "POST /requests"), "AROASSO"},
		"a path that only begins so":     {withKey(person, "POST /peoples/requests"), ""},
	} {
		got, err := id.Identify(t.Context(), tc.ev)
		if refused := errors.Is(err, httpapi.ErrNoIdentity); refused != (tc.want == "") || got.Principal != tc.want {
			t.Errorf("%s: %+v (%v), want %q", name, got, err, tc.want)
		}
	}
}

// A signing identity is a person only if an entry of the directory's people names it:
// neither its session's name nor a group that lists the name makes it one.
func TestSigningBesidePeople(t *testing.T) {
	id := twoDoors(t)
	for name, tc := range map[string]struct {
		ev      httpapi.Event
		id      string
		machine bool
	}{
		"a session that an entry names":   {signing(ssoRole, "ada@example.com"), "ada@example.com", false},
		"a role that an entry names":      {signing("oncall", "whoever"), "grace@example.com", false},
		"a session that a group names":    {signing(ssoRole, "root@example.com"), "root@example.com", true},
		"a session that nobody names":     {signing(ssoRole, "linus@example.com"), "linus@example.com", true},
		"a session with any other name":   {signing(ssoRole, "linus"), "sso|linus", true},
		"a role of others, named so":      {signing("dev", "ada@example.com"), "arn:aws:iam::123456789012:role/dev", true},
		"a person of whom nobody vouches": {signedIn("43", "linus@example.com"), "linus@example.com", false},
	} {
		got, err := id.Identify(t.Context(), tc.ev)
		if err != nil || got.ID != tc.id || got.Machine != tc.machine {
			t.Errorf("%s: %+v (%v), want %s, machine: %v", name, got, err, tc.id, tc.machine)
		}
		if tc.machine != (len(got.Notes) > 0) {
			t.Errorf("%s: notes %q", name, got.Notes)
		}
	}
}

// One person by two doors is one person, and a machine of the same address too.
func TestOnePersonByTwoDoors(t *testing.T) {
	id := twoDoors(t)
	for _, logins := range [][2]httpapi.Event{
		{signing(ssoRole, "ada@example.com"), signedIn("42", "Ada@example.com")},
		{signing("oncall", "whoever"), signedIn("7", "grace@home.example.com")},
		{signing("oncall", "whoever"), signedIn("8", "grace@example.com")},
		{signing(ssoRole, "linus@example.com"), signedIn("43", "linus@example.com")},
	} {
		a, errA := id.Identify(t.Context(), logins[0])
		b, errB := id.Identify(t.Context(), logins[1])
		if errA != nil || errB != nil || !run.Same(a.Person, b.Person) {
			t.Errorf("%+v and %+v are two (%v, %v)", a.Person, b.Person, errA, errB)
		}
	}
	// To own what the other door requested takes an entry that names both logins.
	for sub, owns := range map[string]bool{"7": true, "8": false} {
		a, errA := id.Identify(t.Context(), signing("oncall", "whoever"))
		b, errB := id.Identify(t.Context(), signedIn(sub, "grace@example.com"))
		if got := (&run.Run{Requester: a.Person}).OwnedBy(b.Person); got != owns || errA != nil || errB != nil {
			t.Errorf("sub %s owns the request of the role: %v, want %v (%v, %v)", sub, got, owns, errA, errB)
		}
	}
}

// The paths of responses are those of the door by which the caller came. A deployment
// with one door has no /people.
func TestPathsOfDoors(t *testing.T) {
	for name, tc := range map[string]struct {
		identify       httpapi.Identifier
		key, raw, base string
		status         int
		path, servers  string
		allow          string
	}{
		"signing":                {twoDoors(t), "GET /requests/{id}", "/requests/7", "", 200, "/x", "https://api.example.com https://api.example.com/people", ""},
		"people":                 {twoDoors(t), "GET /people/requests/{id}", "/people/requests/7", "", 200, "/people/x", "https://api.example.com https://api.example.com/people", ""},
		"people, HEAD":           {twoDoors(t), "HEAD /people/requests/{id}", "/people/requests/7", "", 200, "/people/x", "https://api.example.com https://api.example.com/people", ""},
		"people below a mapping": {twoDoors(t), "GET /people/requests/{id}", "/people/requests/7", "/approvals", 200, "/approvals/people/x", "https://api.example.com/approvals https://api.example.com/approvals/people", ""},
		"people below a stage":   {twoDoors(t), "GET /people/requests/{id}", "/v1/people/requests/7", "", 200, "/v1/people/x", "https://api.example.com/v1 https://api.example.com/v1/people", ""},
		"another method":         {twoDoors(t), "$default", "/people/requests/7", "", 405, "", "", "GET, HEAD"},
		"another path":           {twoDoors(t), "$default", "/people/nothing", "", 404, "", "", ""},
		"one door":               {caller{}, "GET /people/requests/{id}", "/people/requests/7", "", 404, "", "", ""},
		"one door, its own":      {caller{}, "GET /requests/{id}", "/requests/7", "", 200, "/x", "https://api.example.com", ""},
	} {
		t.Run(name, func(t *testing.T) {
			path, servers := "", []string(nil)
			api := &httpapi.API{Identify: tc.identify, BasePath: tc.base, Log: slog.New(slog.DiscardHandler), Routes: map[string]httpapi.Route{"GET /requests/{id}": {
				Handle: func(_ context.Context, c *httpapi.Call) (httpapi.Reply, error) {
					path, servers = c.Path("/x"), c.Servers()
					return httpapi.Reply{Status: 200}, nil
				},
			}}}
			ev := signing("ci", "build")
			if strings.Contains(tc.key, "/people/") {
				ev = signedIn("42", "ada@example.com")
			}
			ev.RouteKey, ev.RawPath = tc.key, tc.raw
			ev.RequestContext.DomainName, ev.RequestContext.DomainPrefix, ev.RequestContext.APIID = "api.example.com", "api", "abc123"
			got, err := api.Handle(t.Context(), ev)
			if err != nil || got.StatusCode != tc.status || got.Headers["allow"] != tc.allow {
				t.Fatalf("got %d, allow %q (%v): %s", got.StatusCode, got.Headers["allow"], err, got.Body)
			}
			if path != tc.path || strings.Join(servers, " ") != tc.servers {
				t.Errorf("got %s and %v, want %s and %s", path, servers, tc.path, tc.servers)
			}
		})
	}
}

// caller is an identifier of one door.
type caller struct{}

func (caller) Identify(context.Context, httpapi.Event) (httpapi.Identity, error) {
	return httpapi.Identity{Person: run.Person{ID: "ada@example.com"}}, nil
}
