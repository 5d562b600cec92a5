package googlegroup_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/fasttrack-dev/fasttrack/strategies/google-group/googlegroup"
	"github.com/fasttrack-dev/fasttrack/strategies/google-group/googletest"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/book/booktest"
	"github.com/fasttrack-dev/fasttrack/strategy"
	"github.com/fasttrack-dev/fasttrack/strategy/strategytest"
)

const account = "fasttrack@acme.iam.gserviceaccount.com"

type fixed string

func (f fixed) Get(context.Context) (string, error)            { return string(f), nil }
func (f fixed) Rejected(context.Context, string) (bool, error) { return false, nil }

// play is Google and one deployed strategy.
type play struct {
	google *googletest.Google
	book   *booktest.Book
	f      strategy.Functions
	fence  int64
	limit  time.Duration
	minted atomic.Int32
	key    *rsa.PrivateKey
}

var private = func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}()

func secret() fixed {
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		panic(err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": account, "private_key_id": "k1", "token_uri": "https://evil.example/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})),
	})
	if err != nil {
		panic(err)
	}
	return fixed(text)
}

func start(t *testing.T, change ...func(*googlegroup.Options)) *play {
	t.Helper()
	google, server := googletest.New()
	t.Cleanup(server.Close)
	p := &play{google: google, book: &booktest.Book{}, fence: 100, limit: 20 * time.Second, key: private}
	o := googlegroup.Options{
		Secret: secret(), Admin: "admin@example.com", Book: p.book,
		URLs: googlegroup.URLs{Directory: google.URL, OAuth: google.URL + "/oauth2", STS: google.URL + "/sts", IAM: google.URL + "/iam"},
	}
	for _, c := range change {
		c(&o)
	}
	p.f = googlegroup.New(o)
	p.before(nil)
	return p
}

// before has the token service respond, and then, or else, another.
func (p *play) before(then func(http.ResponseWriter, *http.Request) bool) {
	p.google.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/oauth2/token" {
			p.token(w, r)
			return true
		}
		return then != nil && then(w, r)
	})
}

// token responds to an assertion.
func (p *play) token(w http.ResponseWriter, r *http.Request) {
	signed, err := jwt.ParseSigned(r.PostFormValue("assertion"), []jose.SignatureAlgorithm{jose.RS256})
	var claims struct {
		jwt.Claims
		Scope string `json:"scope"`
	}
	if err == nil {
		err = signed.Claims(&p.key.PublicKey, &claims)
	}
	expected := jwt.Expected{Issuer: account, Subject: "admin@example.com", AnyAudience: jwt.Audience{"https://oauth2.googleapis.com/token"}, Time: time.Now()}
	if err != nil || claims.Validate(expected) != nil || !strings.Contains(claims.Scope, "admin.directory.group.member") || r.PostFormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		w.WriteHeader(http.StatusBadRequest)
		googletest.Write(w, map[string]string{"error": "invalid_grant"})
		return
	}
	text := fmt.Sprint("ya29.", p.minted.Add(1))
	p.google.SetTokens(text)
	googletest.Write(w, map[string]any{"access_token": text, "expires_in": 3599, "token_type": "Bearer"})
}

func target(role string) strategy.Target {
	settings := `{"group": "` + googletest.GroupAddress + `"}`
	if role != "" {
		settings = `{"group": "` + googletest.GroupAddress + `", "role": "` + role + `"}`
	}
	return strategy.Target{ID: "readers" + role, Settings: json.RawMessage(settings)}
}

func (p *play) request(t strategy.Target, edit ...func(*strategy.Request)) *strategy.Request {
	p.fence++
	r := &strategy.Request{
		Version: strategy.Version, Fence: p.fence, Person: strategy.Person{ID: "ada@example.com", Email: "ada@example.com"}, Target: t,
		Run: strategy.Run{ID: "r1", Flow: strategy.Flow{Name: "google"}},
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
	if strings.Contains(string(out), "ya29") || strings.Contains(string(out), "PRIVATE") {
		t.Errorf("the response holds a secret: %s", out)
	}
	return got
}

func (p *play) give(t *testing.T, to strategy.Target) strategy.Response {
	t.Helper()
	got := p.do(t, strategy.OperationGive, p.request(to))
	if got.HasAccess == nil {
		t.Fatalf("give: %+v", got)
	}
	return got
}

func (p *play) take(t *testing.T, of strategy.Target, output json.RawMessage) {
	t.Helper()
	r := p.request(of, func(r *strategy.Request) { r.Held = strategy.Held{CreatedByUs: true, Output: output} })
	if got := p.do(t, strategy.OperationTake, r); got.Error+got.Refused != "" {
		t.Fatalf("take: %+v", got)
	}
	if got := p.do(t, strategy.OperationHas, r); got.HasAccess == nil || *got.HasAccess {
		t.Fatalf("has, after take: %+v", got)
	}
}

func TestContract(t *testing.T) {
	for _, role := range []string{"", "manager", "owner"} {
		p := start(t)
		strategytest.Run(t, p.f, strategytest.Options{Target: target(role)})
		if got := p.google.Role(googletest.Ada); got != "" {
			t.Errorf("%q is left", got)
		}
	}
}

func TestOutput(t *testing.T) {
	got := start(t).give(t, target(""))
	want := `{"account_id":"` + googletest.Ada + `","group":"prod-readers@example.com","group_id":"01abcdef23456","role":"member","user":"ada@example.com"}`
	if !*got.Created || string(got.Output) != want {
		t.Errorf("got %s", got.Output)
	}
}

func TestRefusals(t *testing.T) {
	settings := func(s string) func(*play, *strategy.Request) {
		return func(_ *play, r *strategy.Request) { r.Target.Settings = json.RawMessage(s) }
	}
	person := func(address string) func(*play, *strategy.Request) {
		return func(_ *play, r *strategy.Request) { r.Person.Email = address }
	}
	ada := func(change func(*googletest.User)) func(*play, *strategy.Request) {
		return func(p *play, _ *strategy.Request) { p.google.With(func(g *googletest.Google) { change(g.User()) }) }
	}
	for name, tc := range map[string]struct {
		change func(*play, *strategy.Request)
		want   string
	}{
		"no settings":       {settings(``), `settings.group must be the address or the id of a group, got ""`},
		"a path":            {settings(`{"group":"../users"}`), "settings.group must be"},
		"another member":    {settings(`{"group":"a@example.com","x":1}`), "settings may have group and role"},
		"another role":      {settings(`{"group":"a@example.com","role":"admin"}`), "settings.role must be one of member, manager, owner"},
		"a key of the flow": {func(_ *play, r *strategy.Request) { r.Config = json.RawMessage(`{"user":"x"}`) }, "must have no key of its own"},
		"no address":        {person(""), "no e-mail address"},
		"an id":             {person(googletest.Ada), "no e-mail address"},
		"unknown":           {person("nobody@example.com"), "Google has no account nobody@example.com"},
		"of elsewhere":      {person("ada@other.example"), "Google has no account ada@other.example"},
		"suspended":         {ada(func(u *googletest.User) { u.Suspended = true }), "is suspended or archived"},
		"archived":          {ada(func(u *googletest.User) { u.Archived = true }), "is suspended or archived"},
		"no group":          {func(p *play, _ *strategy.Request) { p.google.With(func(g *googletest.Google) { g.Group.ID = "" }) }, "Google has no group prod-readers@example.com"},
	} {
		p := start(t)
		r := p.request(target(""))
		tc.change(p, r)
		if got := p.do(t, strategy.OperationGive, r); !strings.Contains(got.Refused, tc.want) {
			t.Errorf("%s: got %+v, want %s", name, got, tc.want)
		}
		if got := p.google.Role(googletest.Ada); got != "" {
			t.Errorf("%s: ada is a %s", name, got)
		}
	}
	// An alias is ada too.
	p := start(t)
	r := p.request(target(""))
	r.Person.Email = "lovelace@example.com"
	if got := p.do(t, strategy.OperationGive, r); got.HasAccess == nil || p.google.Role(googletest.Ada) != "MEMBER" {
		t.Errorf("got %+v", got)
	}
}

// What people had before, and what they do by hand between give and take.
func TestOutsideChanges(t *testing.T) {
	with := func(change func(*googletest.Google)) func(*play) { return func(p *play) { p.google.With(change) } }
	for name, tc := range map[string]struct {
		role            string
		before, between func(*play)
		created         bool
		left            string
	}{
		"a member before":               {"", with(func(g *googletest.Google) { g.Set(googletest.Ada, "MEMBER") }), nil, false, "MEMBER"},
		"an owner before":               {"", with(func(g *googletest.Google) { g.Set(googletest.Ada, "OWNER") }), nil, false, "OWNER"},
		"raised":                        {"manager", with(func(g *googletest.Google) { g.Set(googletest.Ada, "MEMBER") }), nil, true, "MEMBER"},
		"removed by hand":               {"", nil, with(func(g *googletest.Google) { g.Set(googletest.Ada, "") }), true, ""},
		"raised by hand":                {"", nil, with(func(g *googletest.Google) { g.Set(googletest.Ada, "OWNER") }), true, ""},
		"suspended":                     {"", nil, with(func(g *googletest.Google) { g.User().Suspended = true }), true, ""},
		"deleted":                       {"", nil, with(func(g *googletest.Google) { g.Delete(googletest.Ada) }), true, ""},
		"renamed":                       {"", nil, with(func(g *googletest.Google) { g.User().Address, g.User().Aliases = "al@example.com", nil }), true, ""},
		"the group has another address": {"", nil, with(func(g *googletest.Google) { g.Group.Address = "x@example.com" }), true, ""},
		"the group is deleted":          {"", nil, with(func(g *googletest.Google) { g.Group.ID = ""; g.Set(googletest.Ada, "") }), true, ""},
		"the record is lost":            {"", nil, func(p *play) { p.book.Lose() }, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t)
			if tc.before != nil {
				tc.before(p)
			}
			got := p.give(t, target(tc.role))
			if *got.Created != tc.created {
				t.Errorf("created is %v", *got.Created)
			}
			if tc.between != nil {
				tc.between(p)
			}
			if tc.created {
				p.take(t, target(tc.role), got.Output)
			}
			if got := p.google.Role(googletest.Ada); got != tc.left {
				t.Errorf("ada is %q, want %q", got, tc.left)
			}
		})
	}
}

// Somebody who took ada's address meanwhile keeps what they have.
func TestAddressPassesOn(t *testing.T) {
	p := start(t)
	output := p.give(t, target("")).Output
	p.google.With(func(g *googletest.Google) {
		g.User().Address = "al@example.com"
		g.Add(googletest.User{ID: "2", Address: "ada@example.com"})
		g.Set("2", "MEMBER")
	})
	p.take(t, target(""), output)
	if p.google.Role("2") != "MEMBER" || p.google.Role(googletest.Ada) != "" {
		t.Errorf("the new account is %q, ada %q", p.google.Role("2"), p.google.Role(googletest.Ada))
	}
}

func TestHas(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*googletest.Google)
		want   bool
	}{
		"a member":  {func(*googletest.Google) {}, true},
		"suspended": {func(g *googletest.Google) { g.User().Suspended = true }, false},
		"deleted":   {func(g *googletest.Google) { g.Delete(googletest.Ada) }, false},
		"lowered":   {func(g *googletest.Google) { g.Set(googletest.Ada, "MEMBER") }, false},
	} {
		p := start(t)
		output := p.give(t, target("manager")).Output
		p.google.With(tc.change)
		r := p.request(target("manager"), func(r *strategy.Request) { r.Held = strategy.Held{CreatedByUs: true, Output: output} })
		if got := p.do(t, strategy.OperationHas, r); got.HasAccess == nil || *got.HasAccess != tc.want {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// Statuses that Google documents: its limits are 403 and 429.
func TestStatuses(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		reason string
		after  string
		want   string
		retry  int
	}{
		"no rights":     {403, "forbidden", "", "Google does not allow POST", 0},
		"a user's rate": {403, "userRateLimitExceeded", "", "takes no more calls", 2},
		"the quota":     {403, "quotaExceeded", "", "takes no more calls", 2},
		"429":           {429, "rateLimitExceeded", "30", "takes no more calls", 30},
		"412":           {412, "conditionNotMet", "", "(412)", 0},
		"422":           {422, "invalid", "", "(422)", 0},
		"503":           {503, "backendError", "", "(503)", 0},
	} {
		p := start(t)
		p.limit = 3 * time.Second
		p.before(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPost {
				return false
			}
			if tc.after != "" {
				w.Header().Set("Retry-After", tc.after)
			}
			googletest.Fail(w, tc.status, tc.reason, "no")
			return true
		})
		got := p.do(t, strategy.OperationGive, p.request(target("")))
		if !strings.Contains(got.Error, tc.want) || got.RetryAfterSeconds != tc.retry {
			t.Errorf("%s: got %+v, want %s", name, got, tc.want)
		}
	}
}

// A membership whose making was answered by nothing is found as a member already (409).
func TestLostResponse(t *testing.T) {
	p := start(t)
	var lost atomic.Bool
	p.before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || lost.Swap(true) {
			return false
		}
		p.google.With(func(g *googletest.Google) { g.Set(googletest.Ada, "MEMBER") })
		panic(http.ErrAbortHandler)
	})
	if got := p.give(t, target("")); !*got.Created {
		t.Error("created is false")
	}
}

func TestSlow(t *testing.T) {
	p := start(t)
	p.limit = 2 * time.Second
	p.before(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
	if got := p.do(t, strategy.OperationGive, p.request(target(""))); got.Error != "Google did not respond in time" {
		t.Errorf("got %+v", got)
	}
}

// A token that was revoked is replaced, once.
func TestRevokedToken(t *testing.T) {
	p := start(t)
	p.give(t, target(""))
	p.google.SetTokens()
	p.give(t, target(""))
	if n := p.minted.Load(); n != 2 {
		t.Errorf("%d tokens, want 2", n)
	}
}

// Another key, delegation that is not set up and a secret of another form say what to
// check.
func TestCredentials(t *testing.T) {
	p := start(t)
	var err error
	if p.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	if got := p.do(t, strategy.OperationGive, p.request(target(""))); !strings.Contains(got.Error, "Google refuses the service account a token") {
		t.Errorf("got %+v", got)
	}
	for _, text := range []string{"x", `{"type": "external_account"}`, `{"type": "service_account", "client_email": "a", "private_key": "canary"}`} {
		p := start(t, func(o *googlegroup.Options) { o.Secret = fixed(text) })
		got := p.do(t, strategy.OperationGive, p.request(target("")))
		if !strings.Contains(got.Error, "in the secret must be") && !strings.Contains(got.Error, "the secret must hold the key of a service account") || strings.Contains(got.Error, "canary") {
			t.Errorf("%s: got %+v", text, got)
		}
	}
}

const provider = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/aws/providers/fasttrack"

// With workload identity, Google has the function's role prove itself at AWS, and signs
// for the service account.
func TestWorkload(t *testing.T) {
	p := start(t, func(o *googlegroup.Options) {
		o.Secret = nil
		o.Workload = &googlegroup.Workload{Provider: provider, ServiceAccount: account, Region: "eu-west-1", Credentials: awscredentials.NewStaticCredentialsProvider("AKID", "secret", "session")}
	})
	p.before(func(w http.ResponseWriter, r *http.Request) bool {
		var in map[string]string
		switch r.URL.Path {
		case "/sts/v1/token":
			if json.NewDecoder(r.Body).Decode(&in) != nil || in["audience"] != provider || r.Header.Get("Authorization") != "" || !proves(t, in["subjectToken"]) {
				googletest.Fail(w, http.StatusBadRequest, "invalid", "no")
				return true
			}
			googletest.Write(w, map[string]any{"access_token": "federated", "token_type": "Bearer", "expires_in": 3600})
		case "/iam/v1/projects/-/serviceAccounts/" + account + ":signJwt":
			if json.NewDecoder(r.Body).Decode(&in) != nil || r.Header.Get("Authorization") != "Bearer federated" {
				googletest.Fail(w, http.StatusForbidden, "forbidden", "no")
				return true
			}
			signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: private}, nil)
			if err != nil {
				t.Error(err)
				return true
			}
			signed, _ := signer.Sign([]byte(in["payload"]))
			text, _ := signed.CompactSerialize()
			googletest.Write(w, map[string]string{"keyId": "k", "signedJwt": text})
		default:
			return false
		}
		return true
	})
	if got := p.give(t, target("")); !*got.Created || p.google.Role(googletest.Ada) != "MEMBER" {
		t.Errorf("got %+v", got)
	}
	p.before(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/sts/") {
			return false
		}
		googletest.Fail(w, http.StatusForbidden, "forbidden", "no")
		return true
	})
	p.google.SetTokens()
	if got := p.do(t, strategy.OperationHas, p.request(target(""))); !strings.Contains(got.Error, "Google does not trust the function's role") {
		t.Errorf("got %+v", got)
	}
}

// proves reports whether a subject token is a signed request for the caller's identity.
func proves(t *testing.T, token string) bool {
	text, err := url.QueryUnescape(token)
	var in struct {
		URL, Method string
		Headers     []struct{ Key, Value string }
	}
	if err != nil || json.Unmarshal([]byte(text), &in) != nil {
		return false
	}
	headers := map[string]string{}
	for _, h := range in.Headers {
		headers[strings.ToLower(h.Key)] = h.Value
	}
	ok := in.URL == "https://sts.eu-west-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15" && in.Method == http.MethodPost &&
		headers["host"] == "sts.eu-west-1.amazonaws.com" && headers["x-goog-cloud-target-resource"] == provider && headers["x-amz-security-token"] == "session" &&
		strings.Contains(headers["authorization"], "/eu-west-1/sts/aws4_request") && strings.Contains(headers["authorization"], "x-goog-cloud-target-resource")
	if !ok || strings.Contains(text, `"secret"`) {
		t.Errorf("the subject token is %s", text)
	}
	return ok
}
