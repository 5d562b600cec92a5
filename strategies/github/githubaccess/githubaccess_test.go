package githubaccess_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/fasttrack-dev/fasttrack/strategies/github/githubaccess"
	"github.com/fasttrack-dev/fasttrack/strategies/github/githubtest"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/book/booktest"
	"github.com/fasttrack-dev/fasttrack/strategy"
	"github.com/fasttrack-dev/fasttrack/strategy/strategytest"
)

type fixed struct{ text, next string }

func (f *fixed) Get(context.Context) (string, error) { return f.text, nil }

func (f *fixed) Rejected(_ context.Context, used string) (bool, error) {
	f.text = f.next
	return used != f.next, nil
}

// play is GitHub and one deployed strategy.
type play struct {
	hub    *githubtest.Hub
	book   *booktest.Book
	secret *fixed
	f      strategy.Functions
	fence  int64
	limit  time.Duration
}

func start(t *testing.T) *play {
	t.Helper()
	hub, server := githubtest.New()
	t.Cleanup(server.Close)
	p := &play{hub: hub, book: &booktest.Book{}, secret: &fixed{githubtest.Token, githubtest.Token}, fence: 100, limit: 20 * time.Second}
	p.f = githubaccess.New(githubaccess.Options{URL: hub.URL + "/", Secret: p.secret, Book: p.book})
	return p
}

var (
	team       = strategy.Target{ID: "readers", Settings: json.RawMessage(`{"org": "acme", "team": "readers"}`)}
	maintainer = strategy.Target{ID: "maintainers", Settings: json.RawMessage(`{"org": "acme", "team": "readers", "role": "maintainer"}`)}
	push       = strategy.Target{ID: "push", Settings: json.RawMessage(`{"org": "acme", "repository": "site", "permission": "push"}`)}
	admin      = strategy.Target{ID: "admin", Settings: json.RawMessage(`{"org": "acme", "repository": "site", "permission": "admin"}`)}
)

const logins = `{"logins": {"Ada@Example.com": "ada-l"}}`

// request is a request of ada for a target.
func (p *play) request(target strategy.Target, edit ...func(*strategy.Request)) *strategy.Request {
	p.fence++
	r := &strategy.Request{
		Version: strategy.Version, Fence: p.fence, Person: strategy.Person{ID: "ada@example.com", Email: "ada@example.com"}, Target: target,
		Run: strategy.Run{ID: "r1", Flow: strategy.Flow{Name: "github"}}, Config: json.RawMessage(logins),
	}
	for _, e := range edit {
		e(r)
	}
	return r
}

// do sends a request as Lambda does, and returns the response.
func (p *play) do(t *testing.T, op strategy.Operation, r *strategy.Request) strategy.Response {
	t.Helper()
	r.Operation = op
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), p.limit)
	defer cancel()
	out, err := p.f.Respond(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	got, err := strategy.ReadResponse(op, out)
	if err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	if strings.Contains(string(out), githubtest.Token) {
		t.Errorf("the response holds the token: %s", out)
	}
	return got
}

// give grants ada a target.
func (p *play) give(t *testing.T, target strategy.Target, edit ...func(*strategy.Request)) strategy.Response {
	t.Helper()
	got := p.do(t, strategy.OperationGive, p.request(target, edit...))
	if got.HasAccess == nil {
		t.Fatalf("give: %+v", got)
	}
	return got
}

// take takes a target from ada, and reads back that nothing is left.
func (p *play) take(t *testing.T, target strategy.Target, output json.RawMessage, edit ...func(*strategy.Request)) {
	t.Helper()
	r := p.request(target, append(edit, func(r *strategy.Request) { r.Held = strategy.Held{CreatedByUs: true, Output: output} })...)
	if got := p.do(t, strategy.OperationTake, r); got.Error+got.Refused != "" {
		t.Fatalf("take: %+v", got)
	}
	if got := p.do(t, strategy.OperationHas, r); got.HasAccess == nil || *got.HasAccess {
		t.Fatalf("has, after take: %+v", got)
	}
}

func (p *play) expect(t *testing.T, want string) {
	t.Helper()
	if got := p.hub.Has(githubtest.Ada); got != want {
		t.Errorf("ada has %q, want %q", got, want)
	}
}

func TestContract(t *testing.T) {
	for _, target := range []strategy.Target{team, maintainer, push, admin} {
		t.Run(target.ID, func(t *testing.T) {
			p := start(t)
			p.hub.With(func(h *githubtest.Hub) {
				for id := int64(1); id < 6; id++ { // ada is on the third page
					h.Add(githubtest.User{ID: id, Login: fmt.Sprint("u", id), Type: "User", Org: "active"})
					h.SetDirect(id, "read")
				}
			})
			strategytest.Run(t, p.f, strategytest.Options{Target: target, Config: json.RawMessage(logins)})
			p.expect(t, "")
		})
	}
}

func TestOutput(t *testing.T) {
	p := start(t)
	for target, want := range map[*strategy.Target]string{
		&maintainer: `{"account_id":"101","org":"acme","org_id":"7","role":"maintainer","team":"readers","team_id":"9","user":"ada-l"}`,
		&push:       `{"account_id":"101","permission":"push","repository":"acme/site","repository_id":"11","user":"ada-l"}`,
	} {
		if got := p.give(t, *target); !*got.Created || string(got.Output) != want {
			t.Errorf("got %s, want %s", got.Output, want)
		}
	}
	p.expect(t, "team maintainer active, repository write")
}

// Invalid settings, and people and things that GitHub does not know, are refused by name.
func TestRefusals(t *testing.T) {
	settings := func(s string) func(*play, *strategy.Request) {
		return func(_ *play, r *strategy.Request) { r.Target.Settings = json.RawMessage(s) }
	}
	config := func(s string) func(*play, *strategy.Request) {
		return func(_ *play, r *strategy.Request) { r.Config = json.RawMessage(s) }
	}
	hub := func(change func(*githubtest.Hub)) func(*play, *strategy.Request) {
		return func(p *play, _ *strategy.Request) { p.hub.With(change) }
	}
	for name, tc := range map[string]struct {
		change func(*play, *strategy.Request)
		want   string
	}{
		"no settings":        {settings(``), `target readers: settings.org must be the name of an organization, got ""`},
		"another member":     {settings(`{"org":"acme","team":"readers","x":1}`), "target readers: settings may have org, team and role"},
		"both":               {settings(`{"org":"acme","team":"readers","repository":"site"}`), "settings must have either team or repository"},
		"neither":            {settings(`{"org":"acme"}`), "settings must have either team or repository"},
		"a bad role":         {settings(`{"org":"acme","team":"readers","role":"owner"}`), "settings.role must be one of member, maintainer"},
		"a bad permission":   {settings(`{"org":"acme","repository":"site","permission":"write"}`), "settings.permission must be one of pull, triage"},
		"a path as org":      {settings(`{"org":"../x","team":"readers"}`), "settings.org must be"},
		"a path as team":     {settings(`{"org":"acme","team":".."}`), "settings.team must be"},
		"a path as repo":     {settings(`{"org":"acme","repository":"a/b","permission":"pull"}`), "settings.repository must be"},
		"a bad find":         {config(`{"find":"email"}`), "find in the flow's strategy block must be saml"},
		"a bad key":          {config(`{"token":"x"}`), "may have logins, find and invite"},
		"no login":           {config(`{}`), "the GitHub login of ada@example.com is unknown"},
		"a path as login":    {config(`{"logins":{"ada@example.com":"../x"}}`), "must be a login"},
		"no such login":      {config(`{"logins":{"ada@example.com":"nobody"}}`), "GitHub has no account nobody"},
		"not linked":         {hubConfig(`{"find":"saml"}`, func(h *githubtest.Hub) { h.User(githubtest.Ada).SAML = "" }), "the GitHub login of ada@example.com is unknown"},
		"a bot":              {hub(func(h *githubtest.Hub) { h.User(githubtest.Ada).Type = "Bot" }), "is not the account of a person"},
		"an account deleted": {hub(func(h *githubtest.Hub) { h.Delete(githubtest.Ada) }), "GitHub has no account ada-l"},
		"renamed":            {hub(func(h *githubtest.Hub) { h.User(githubtest.Ada).Login = "lovelace" }), "GitHub has no account ada-l"},
		"not in acme":        {hub(func(h *githubtest.Hub) { h.User(githubtest.Ada).Org = "" }), "ada-l is not in the organization acme"},
		"no team":            {hub(func(h *githubtest.Hub) { h.GoneTeam = true }), "GitHub has no team readers in acme"},
		"no repository": {func(p *play, r *strategy.Request) {
			r.Target = push
			p.hub.With(func(h *githubtest.Hub) { h.GoneRepo = true })
		}, "GitHub shows no repository acme/site"},
		"a custom role": {func(p *play, r *strategy.Request) {
			r.Target = push
			p.hub.With(func(h *githubtest.Hub) { h.SetDirect(githubtest.Ada, "deployer") })
		}, `the custom role "deployer"`},
	} {
		p := start(t)
		r := p.request(team)
		tc.change(p, r)
		before := p.hub.Has(githubtest.Ada)
		if got := p.do(t, strategy.OperationGive, r); !strings.Contains(got.Refused, tc.want) {
			t.Errorf("%s: got %+v, want %s", name, got, tc.want)
		}
		if after := p.hub.Has(githubtest.Ada); before != after {
			t.Errorf("%s: ada has %s", name, after)
		}
	}
}

func hubConfig(c string, change func(*githubtest.Hub)) func(*play, *strategy.Request) {
	return func(p *play, r *strategy.Request) { r.Config = json.RawMessage(c); p.hub.With(change) }
}

// The ways to a login.
func TestLogins(t *testing.T) {
	for name, edit := range map[string]func(*strategy.Request){
		"listed":       func(*strategy.Request) {},
		"SAML":         func(r *strategy.Request) { r.Config = json.RawMessage(`{"find": "saml"}`) },
		"the engine's": func(r *strategy.Request) { r.Config, r.Person.Identities = nil, map[string]string{"github": "Ada-L"} },
	} {
		p := start(t)
		p.give(t, team, edit)
		if p.hub.Has(githubtest.Ada) == "" {
			t.Errorf("%s: no access", name)
		}
	}
}

// A pending invitation is not yet access. It is withdrawn if nobody accepts it.
func TestInvitations(t *testing.T) {
	invite := func(r *strategy.Request) {
		r.Config = json.RawMessage(`{"invite": true, "logins": {"ada@example.com": "ada-l"}}`)
	}
	for _, target := range []strategy.Target{team, push} {
		for _, accepted := range []bool{true, false} {
			p := start(t)
			p.hub.With(func(h *githubtest.Hub) { h.User(githubtest.Ada).Org = "" })
			got := p.do(t, strategy.OperationGive, p.request(target, invite))
			if !strings.Contains(got.Error, "has not accepted the invitation") || got.RetryAfterSeconds == 0 {
				t.Fatalf("%s: got %+v", target.ID, got)
			}
			if got := p.do(t, strategy.OperationHas, p.request(target, invite)); got.HasAccess == nil || *got.HasAccess {
				t.Errorf("%s: has: %+v", target.ID, got)
			}
			again := p.do(t, strategy.OperationGive, p.request(target, invite))
			if n := strings.Count(p.hub.Has(githubtest.Ada), "invitation"); again.Error == "" || n != 1 {
				t.Errorf("%s: %d invitations, %+v", target.ID, n, again)
			}
			var output json.RawMessage
			if accepted {
				p.hub.Accept(githubtest.Ada)
				got := p.give(t, target, invite)
				if !*got.Created {
					t.Errorf("%s: created is false", target.ID)
				}
				output = got.Output
			}
			p.take(t, target, output, invite)
			p.expect(t, "")
		}
	}
}

// An invitation of a lower level, and one that has expired, are made anew.
func TestInvitationsAreReplaced(t *testing.T) {
	for _, old := range []githubtest.Invitation{{ID: 1, User: githubtest.Ada, Permission: "read"}, {ID: 1, User: githubtest.Ada, Permission: "write", Expired: true}} {
		p := start(t)
		p.hub.With(func(h *githubtest.Hub) { h.User(githubtest.Ada).Org = ""; h.Invite(old) })
		p.do(t, strategy.OperationGive, p.request(push))
		p.expect(t, "invitation write")
	}
}

// What people had before, and what they do by hand between give and take.
func TestOutsideChanges(t *testing.T) {
	ada := func(change func(*githubtest.Hub)) func(*play) { return func(p *play) { p.hub.With(change) } }
	for name, tc := range map[string]struct {
		target          strategy.Target
		before, between func(*play)
		created         bool
		left            string
	}{
		"a lower role before":  {push, ada(func(h *githubtest.Hub) { h.SetDirect(githubtest.Ada, "read") }), nil, true, "repository read"},
		"the role before":      {push, ada(func(h *githubtest.Hub) { h.SetDirect(githubtest.Ada, "write") }), nil, false, "repository write"},
		"a higher role before": {push, ada(func(h *githubtest.Hub) { h.SetDirect(githubtest.Ada, "admin") }), nil, false, "repository admin"},
		"raised by hand":       {push, nil, ada(func(h *githubtest.Hub) { h.SetDirect(githubtest.Ada, "admin") }), true, ""},
		"lowered by hand":      {push, nil, ada(func(h *githubtest.Hub) { h.SetDirect(githubtest.Ada, "read") }), true, ""},
		"removed by hand":      {push, nil, ada(func(h *githubtest.Hub) { h.SetDirect(githubtest.Ada, "") }), true, ""},
		"a member before":      {maintainer, ada(func(h *githubtest.Hub) { h.SetTeam(githubtest.Ada, "member") }), nil, true, "team member active"},
		"left the team":        {team, nil, ada(func(h *githubtest.Hub) { h.SetTeam(githubtest.Ada, "") }), true, ""},
		"the account is renamed": {team, nil, ada(func(h *githubtest.Hub) {
			h.User(githubtest.Ada).Login = "lovelace"
			h.Add(githubtest.User{ID: 5, Login: "ada-l", Type: "User"})
		}), true, ""},
		"renamed, repository":       {push, nil, ada(func(h *githubtest.Hub) { h.User(githubtest.Ada).Login = "lovelace" }), true, ""},
		"the account is deleted":    {team, nil, ada(func(h *githubtest.Hub) { h.Delete(githubtest.Ada) }), true, ""},
		"deleted, repository":       {push, nil, ada(func(h *githubtest.Hub) { h.Delete(githubtest.Ada) }), true, ""},
		"the team is renamed":       {team, nil, ada(func(h *githubtest.Hub) { h.TeamSlug = "viewers" }), true, ""},
		"the team is deleted":       {team, nil, ada(func(h *githubtest.Hub) { h.GoneTeam = true; h.SetTeam(githubtest.Ada, "") }), true, ""},
		"the repository is renamed": {push, nil, ada(func(h *githubtest.Hub) { h.RepoName = "web" }), true, ""},
		"the record is lost":        {push, nil, func(p *play) { p.book.Lose() }, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t)
			if tc.before != nil {
				tc.before(p)
			}
			got := p.give(t, tc.target)
			if *got.Created != tc.created {
				t.Errorf("created is %v", *got.Created)
			}
			if tc.between != nil {
				tc.between(p)
			}
			if tc.created {
				p.take(t, tc.target, got.Output)
			}
			p.expect(t, tc.left)
		})
	}
}

// What is missing may be hidden: without certainty nothing counts as removed.
func TestHidden(t *testing.T) {
	for name, tc := range map[string]struct {
		target strategy.Target
		hide   func(*githubtest.Hub)
		output bool
		want   string
	}{
		"a repository":          {push, func(h *githubtest.Hub) { h.GoneRepo = true }, true, "GitHub shows no repository acme/site"},
		"a team, by name":       {team, func(h *githubtest.Hub) { h.TeamSlug = "viewers" }, false, "GitHub shows no team readers in acme"},
		"a repository, by name": {push, func(h *githubtest.Hub) { h.RepoName = "web" }, false, "GitHub shows no repository acme/site"},
	} {
		p := start(t)
		output := p.give(t, tc.target).Output
		if !tc.output {
			output = nil
		}
		p.hub.With(tc.hide)
		r := p.request(tc.target, func(r *strategy.Request) { r.Held = strategy.Held{CreatedByUs: true, Output: output} })
		if got := p.do(t, strategy.OperationTake, r); !strings.Contains(got.Error, tc.want) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// Two targets of one repository: the higher permission stays until its request ends.
func TestTwoPermissions(t *testing.T) {
	p := start(t)
	low, high := p.give(t, push), p.give(t, admin)
	p.expect(t, "repository admin")
	p.take(t, push, low.Output)
	p.expect(t, "repository admin")
	low = p.give(t, push)
	if !*low.Created {
		t.Error("the lower permission goes with the higher one")
	}
	p.take(t, admin, high.Output)
	p.expect(t, "repository write")
	p.take(t, push, low.Output)
	p.expect(t, "")
}

// Statuses that GitHub documents. A limit is an error with its time, the rest says what
// to check.
func TestStatuses(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		header map[string]string
		body   string
		want   string
		retry  int // about
	}{
		"403":                 {403, nil, "Resource not accessible by integration", "GitHub does not allow PUT", 0},
		"404":                 {404, nil, "Not Found", "GitHub refused PUT /organizations/7/team/9/memberships/ada-l (404)", 0},
		"409":                 {409, nil, "Conflict", "(409)", 0},
		"422":                 {422, nil, "Validation Failed", "(422)", 0},
		"500":                 {500, nil, "", "(500)", 0},
		"the primary limit":   {403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": fmt.Sprint(time.Now().Add(40 * time.Second).Unix())}, "API rate limit exceeded", "takes no more calls", 40},
		"429":                 {429, map[string]string{"Retry-After": "30"}, "", "takes no more calls", 30},
		"the secondary limit": {403, map[string]string{"Retry-After": "50"}, "You have exceeded a secondary rate limit", "takes no more calls", 50},
		"secondary, no time":  {403, nil, "You have exceeded a secondary rate limit. Please wait a few minutes", "takes no more calls", 60},
	} {
		p := start(t)
		p.limit = 4 * time.Second
		p.hub.Before(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPut {
				return false
			}
			for k, v := range tc.header {
				w.Header().Set(k, v)
			}
			githubtest.Fail(w, tc.status, tc.body)
			return true
		})
		got := p.do(t, strategy.OperationGive, p.request(team))
		if !strings.Contains(got.Error, tc.want) || got.RetryAfterSeconds < tc.retry-2 || got.RetryAfterSeconds > tc.retry+3 {
			t.Errorf("%s: got %+v, want %s in %d s", name, got, tc.want, tc.retry)
		}
	}
}

func TestSlow(t *testing.T) {
	p := start(t)
	p.limit = 2 * time.Second
	p.hub.Before(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
	if got := p.do(t, strategy.OperationGive, p.request(team)); got.Error != "GitHub did not respond in time" {
		t.Errorf("got %+v", got)
	}
}

// A GitHub App signs its requests for tokens; one that was revoked is replaced. Installed
// for all repositories, it knows that one which it can't see was deleted.
func TestApp(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := start(t)
	var minted atomic.Int32
	p.hub.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/app/installations/77/access_tokens" {
			return false
		}
		signed, err := jwt.ParseSigned(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), []jose.SignatureAlgorithm{jose.RS256})
		var claims jwt.Claims
		if err != nil || signed.Claims(&private.PublicKey, &claims) != nil || claims.Issuer != "55" || claims.Expiry.Time().After(time.Now().Add(10*time.Minute)) || claims.IssuedAt.Time().After(time.Now()) {
			githubtest.Fail(w, http.StatusUnauthorized, "A JSON web token could not be decoded")
			return true
		}
		text := "ghs_" + strconv.Itoa(int(minted.Add(1)))
		p.hub.SetTokens(text)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"token": text, "expires_at": time.Now().Add(time.Hour), "repository_selection": "all"})
		return true
	})
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})
	text, err := json.Marshal(map[string]any{"app_id": 55, "installation_id": "77", "private_key": string(block)})
	if err != nil {
		t.Fatal(err)
	}
	p.secret.text, p.secret.next = string(text), string(text)
	output := p.give(t, push).Output
	p.hub.SetTokens() // GitHub revokes the token
	p.give(t, push)
	if minted.Load() != 2 {
		t.Errorf("%d tokens, want 2", minted.Load())
	}
	p.hub.With(func(h *githubtest.Hub) { h.GoneRepo = true; h.SetDirect(githubtest.Ada, "") })
	p.take(t, push, output)
}

func TestRotatedToken(t *testing.T) {
	p := start(t)
	p.give(t, team)
	p.hub.SetTokens("new")
	p.secret.next = "new"
	p.give(t, team)
	p.hub.SetTokens()
	if got := p.do(t, strategy.OperationHas, p.request(team)); got.Error != "GitHub rejected the credentials (401); check the secret" {
		t.Errorf("got %+v", got)
	}
}
