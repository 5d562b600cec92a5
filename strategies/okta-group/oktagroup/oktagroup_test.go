package oktagroup_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/book/booktest"
	"github.com/fasttrack-dev/fasttrack/strategies/okta-group/oktagroup"
	"github.com/fasttrack-dev/fasttrack/strategies/okta-group/oktatest"
	"github.com/fasttrack-dev/fasttrack/strategy"
	"github.com/fasttrack-dev/fasttrack/strategy/strategytest"
)

// fixed is a secret that may be rotated.
type fixed struct{ text, next string }

func (f *fixed) Get(context.Context) (string, error) { return f.text, nil }

func (f *fixed) Rejected(_ context.Context, used string) (bool, error) {
	f.text = f.next
	return used != f.next, nil
}

// play is one organization and one deployed strategy.
type play struct {
	org    *oktatest.Org
	book   *booktest.Book
	secret *fixed
	f      strategy.Functions
	fence  int64
	// limit is how long a call may take.
	limit time.Duration
}

func start(t *testing.T) *play {
	t.Helper()
	org, server := oktatest.New()
	t.Cleanup(server.Close)
	p := &play{org: org, book: &booktest.Book{}, secret: &fixed{oktatest.Token, oktatest.Token}, fence: 100, limit: 20 * time.Second}
	p.f = oktagroup.New(oktagroup.Options{URL: org.URL + "/", Secret: p.secret, Book: p.book})
	return p
}

var target = strategy.Target{ID: "readers", Settings: json.RawMessage(`{"group":"` + oktatest.Group + `"}`)}

// request is a request of ada for the group.
func (p *play) request(edit ...func(*strategy.Request)) *strategy.Request {
	p.fence++
	r := &strategy.Request{
		Version: strategy.Version, Fence: p.fence, Person: strategy.Person{ID: "ada@example.com", Email: "ada@example.com"}, Target: target,
		Run: strategy.Run{ID: "r1", Flow: strategy.Flow{Name: "okta"}},
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
	if strings.Contains(string(out), oktatest.Token) {
		t.Errorf("the response holds the token: %s", out)
	}
	return got
}

// given grants ada the membership.
func (p *play) given(t *testing.T) strategy.Response {
	t.Helper()
	got := p.do(t, strategy.OperationGive, p.request())
	if got.HasAccess == nil || !slices.Contains(p.org.Members(), "00uada") {
		t.Fatalf("got %+v, members %q", got, p.org.Members())
	}
	return got
}

// ours is a request about access that fasttrack made.
func ours(output json.RawMessage) func(*strategy.Request) {
	return func(r *strategy.Request) { r.Held = strategy.Held{CreatedByUs: true, Output: output} }
}

func TestContract(t *testing.T) {
	p := start(t)
	p.org.Add(oktatest.User{ID: "00ub", Login: "b@example.com", Status: "ACTIVE"}, oktatest.User{ID: "00uc", Login: "c@example.com", Status: "ACTIVE"}, oktatest.User{ID: "00ud", Login: "d@example.com", Status: "ACTIVE"})
	p.org.SetMembers("00ub", "00uc", "00ud") // ada is on the second page
	strategytest.Run(t, p.f, strategytest.Options{Target: target})
	if got := p.org.Members(); !slices.Equal(got, []string{"00ub", "00uc", "00ud"}) {
		t.Errorf("members %q", got)
	}
}

// The way from give to take, with what people see.
func TestOutput(t *testing.T) {
	p := start(t)
	got := p.given(t)
	want := `{"account_id":"00uada","group":"` + oktatest.Group + `","url":"` + p.org.URL + `","user":"ada@example.com"}`
	if !*got.Created || string(got.Output) != want || got.Sensitive != nil {
		t.Errorf("got %s", got.Output)
	}
}

// Who is gone gets nothing, by a refusal that says why; what can't be read is retried.
func TestWhoGetsAccess(t *testing.T) {
	for name, tc := range map[string]struct {
		change  func(*play, *strategy.Request)
		refused string // part of the refusal, "" for none
		err     string
	}{
		"active":       {func(*play, *strategy.Request) {}, "", ""},
		"another case": {func(_ *play, r *strategy.Request) { r.Person.Email = "Ada@Example.com" }, "", ""},
		"locked out":   {status("LOCKED_OUT"), "", ""},
		"staged":       {status("STAGED"), "", ""},
		"suspended":    {status("SUSPENDED"), "is SUSPENDED", ""},
		"deactivated":  {status("DEPROVISIONED"), "is DEPROVISIONED", ""},
		"unknown":      {status("TOMORROW"), `unknown status "TOMORROW"`, ""},
		"deleted":      {func(p *play, _ *strategy.Request) { p.org.Delete("00uada") }, "no account ada@example.com", ""},
		"renamed": {func(p *play, _ *strategy.Request) {
			p.org.Change("00uada", func(u *oktatest.User) { u.Login = "ada.l@example.com" })
		}, "no account ada@example.com", ""},
		"no address":   {func(_ *play, r *strategy.Request) { r.Person.Email = "" }, "no e-mail address", ""},
		"an id":        {func(_ *play, r *strategy.Request) { r.Person.Email = "00uada" }, "no account 00uada", ""},
		"a short name": {func(_ *play, r *strategy.Request) { r.Person.Email = "ada" }, "no account ada", ""},
		"a path":       {func(_ *play, r *strategy.Request) { r.Person.Email = "../groups" }, "no account ../groups", ""},
		"by address":   {email, "", ""},
		"two addresses": {func(p *play, r *strategy.Request) {
			email(p, r)
			p.org.Add(oktatest.User{ID: "00ux", Login: "x@example.com", Email: "ada@example.com", Status: "ACTIVE"})
		}, "2 accounts with the address", ""},
		"no such address": {func(p *play, r *strategy.Request) { email(p, r); r.Person.Email = `a"b@example.com` }, "no account", ""},
		"no group":        {func(p *play, _ *strategy.Request) { p.org.DeleteGroup(oktatest.Group) }, "Okta has no group", ""},
		"a group of AD":   {settings(`{"group":"` + oktatest.Imported + `"}`), "of type APP_GROUP", ""},
		"a group's name":  {settings(`{"group":"Readers"}`), "target readers: settings.group must be the id of a group", ""},
		"no settings":     {settings(``), "settings.group must be", ""},
		"other settings":  {settings(`{"group":"` + oktatest.Group + `","role":"admin"}`), "target readers: settings must be {group: ID} alone", ""},
		"another user":    {func(_ *play, r *strategy.Request) { r.Config = json.RawMessage(`{"user":"name"}`) }, `user in the flow's strategy block must be login or email, got "name"`, ""},
		"another key":     {func(_ *play, r *strategy.Request) { r.Config = json.RawMessage(`{"org":"x"}`) }, "may have user, and no other key", ""},
		"no rights":       {respond(403, "E0000006"), "", "Okta does not allow GET"},
		"bad request":     {respond(400, "E0000001"), "", "Okta refused GET"},
		"conflict":        {respond(409, "E0000001"), "", "(409)"},
		"unprocessable":   {respond(422, "E0000001"), "", "(422)"},
		"a redirect":      {respond(302, "E0000001"), "", "redirects"},
		"no JSON": {func(p *play, _ *strategy.Request) {
			p.org.Before(func(w http.ResponseWriter, _ *http.Request) bool { _, _ = w.Write([]byte("<html>")); return true })
		}, "", "invalid response"},
		"down": {respond(503, "E0000009"), "", "(503)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			r := p.request()
			tc.change(p, r)
			got := p.do(t, strategy.OperationGive, r)
			if tc.refused == "" != (got.Refused == "") || !strings.Contains(got.Refused, tc.refused) || tc.err == "" != (got.Error == "") || !strings.Contains(got.Error, tc.err) {
				t.Errorf("got %+v", got)
			}
			if in := slices.Contains(func() []string { p.org.Before(nil); return membersOf(p) }(), "00uada"); in != (tc.refused+tc.err == "") {
				t.Errorf("ada is a member: %v", in)
			}
		})
	}
}

func membersOf(p *play) (m []string) {
	defer func() { _ = recover() }() // the group is deleted
	return p.org.Members()
}

func status(s string) func(*play, *strategy.Request) {
	return func(p *play, _ *strategy.Request) { p.org.Change("00uada", func(u *oktatest.User) { u.Status = s }) }
}

func email(p *play, r *strategy.Request) {
	r.Config = json.RawMessage(`{"user":"email"}`)
	p.org.Change("00uada", func(u *oktatest.User) { u.Login = "al" })
}

func settings(s string) func(*play, *strategy.Request) {
	return func(_ *play, r *strategy.Request) { r.Target.Settings = json.RawMessage(s) }
}

func respond(status int, code string) func(*play, *strategy.Request) {
	return func(p *play, _ *strategy.Request) {
		p.limit = 3 * time.Second
		p.org.Before(func(w http.ResponseWriter, _ *http.Request) bool { oktatest.Fail(w, status, code); return true })
	}
}

// What people do by hand between give and take.
func TestOutsideChanges(t *testing.T) {
	for name, tc := range map[string]struct {
		before, between func(*play)
		created         bool
		left            []string
	}{
		"nothing":            {nil, nil, true, nil},
		"a member before":    {func(p *play) { p.org.SetMembers("00uada") }, nil, false, []string{"00uada"}},
		"removed by hand":    {nil, func(p *play) { p.org.SetMembers() }, true, nil},
		"others come and go": {nil, func(p *play) { p.org.SetMembers("00ux", "00uada") }, true, []string{"00ux"}},
		"suspended":          {nil, func(p *play) { p.org.Change("00uada", func(u *oktatest.User) { u.Status = "SUSPENDED" }) }, true, nil},
		"deleted":            {nil, func(p *play) { p.org.Delete("00uada") }, true, nil},
		"renamed": {nil, func(p *play) {
			p.org.Change("00uada", func(u *oktatest.User) { u.Login, u.Email = "al@example.com", "al@example.com" })
		}, true, nil},
		"the address passes on": {nil, func(p *play) {
			p.org.Change("00uada", func(u *oktatest.User) { u.Login = "al@example.com" })
			p.org.Add(oktatest.User{ID: "00unew", Login: "ada@example.com", Status: "ACTIVE"})
			p.org.SetMembers("00uada", "00unew") // the new one is a member by right
		}, true, []string{"00unew"}},
		"the record is lost": {nil, func(p *play) { p.book.Lose() }, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			p.org.Add(oktatest.User{ID: "00ux", Login: "x@example.com", Status: "ACTIVE"})
			if tc.before != nil {
				tc.before(p)
			}
			got := p.given(t)
			if *got.Created != tc.created {
				t.Errorf("created is %v", *got.Created)
			}
			if tc.between != nil {
				tc.between(p)
			}
			if tc.created { // the engine takes only what a give made
				r := p.request(ours(got.Output))
				if got := p.do(t, strategy.OperationTake, r); got.Error+got.Refused != "" {
					t.Fatalf("take: %+v", got)
				}
				if got := p.do(t, strategy.OperationHas, r); got.HasAccess == nil || *got.HasAccess {
					t.Errorf("has, after take: %+v", got)
				}
			}
			if got := p.org.Members(); !slices.Equal(got, tc.left) {
				t.Errorf("members %q, want %q", got, tc.left)
			}
		})
	}
}

// A membership that nobody can use is none: the account is suspended or deleted.
func TestHas(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*play)
		want   bool
	}{
		"a member":  {func(*play) {}, true},
		"suspended": {func(p *play) { status("SUSPENDED")(p, nil) }, false},
		"deleted":   {func(p *play) { p.org.Delete("00uada") }, false},
		"removed":   {func(p *play) { p.org.SetMembers() }, false},
		"no group":  {func(p *play) { p.org.DeleteGroup(oktatest.Group) }, false},
		"renamed":   {func(p *play) { p.org.Change("00uada", func(u *oktatest.User) { u.Login = "al@example.com" }) }, true},
	} {
		p := start(t)
		output := p.given(t).Output
		tc.change(p)
		if got := p.do(t, strategy.OperationHas, p.request(ours(output))); got.HasAccess == nil || *got.HasAccess != tc.want {
			t.Errorf("%s: got %+v, want %v", name, got, tc.want)
		}
	}
}

// A rate limit is waited for while the function has time, and left to the engine else.
func TestRateLimit(t *testing.T) {
	p := start(t)
	var n atomic.Int32
	limit := func(d time.Duration) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPut || n.Add(1) > 1 {
				return false
			}
			oktatest.TooMany(w, time.Now().Add(d))
			return true
		}
	}
	p.org.Before(limit(0))
	p.given(t)
	if n.Load() != 2 {
		t.Errorf("%d calls", n.Load())
	}
	p = start(t)
	n.Store(0)
	p.org.Before(limit(50 * time.Second))
	got := p.do(t, strategy.OperationGive, p.request())
	if got.Error != "Okta takes no more calls for now (429)" || got.RetryAfterSeconds < 45 || got.RetryAfterSeconds > 55 {
		t.Errorf("got %+v", got)
	}
	if n.Load() != 1 {
		t.Errorf("%d calls", n.Load())
	}
}

// A slow Okta costs the call, and the function still says why.
func TestSlow(t *testing.T) {
	p := start(t)
	p.limit = 2 * time.Second
	p.org.Before(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
	if got := p.do(t, strategy.OperationGive, p.request()); got.Error != "Okta did not respond in time" {
		t.Errorf("got %+v", got)
	}
}

// A change whose response is lost is found, and is fasttrack's.
func TestLostResponses(t *testing.T) {
	p := start(t)
	var lost atomic.Bool
	p.org.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || lost.Swap(true) {
			return false
		}
		p.org.SetMembers("00uada")
		panic(http.ErrAbortHandler)
	})
	if got := p.given(t); !*got.Created {
		t.Errorf("got %+v", got)
	}
	// Lambda's client repeats an invocation whose response was lost.
	r := p.request()
	p = start(t)
	first, second := p.do(t, strategy.OperationGive, r), p.do(t, strategy.OperationGive, r)
	if !*first.Created || !*second.Created {
		t.Errorf("created is %v and %v for one call", *first.Created, *second.Created)
	}
}

// A rotated token is read again after a 401.
func TestRotatedToken(t *testing.T) {
	p := start(t)
	p.given(t)
	p.org.SetTokens("SSWS new")
	p.secret.next = "new"
	if got := p.do(t, strategy.OperationHas, p.request()); got.HasAccess == nil || !*got.HasAccess {
		t.Errorf("got %+v", got)
	}
	p.org.SetTokens()
	if got := p.do(t, strategy.OperationHas, p.request()); got.Error != "Okta rejected the credentials (401); check the secret" {
		t.Errorf("got %+v", got)
	}
}

// A service app signs its requests for tokens, and a token that was withdrawn is replaced.
func TestServiceApp(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for kind, block := range map[string]*pem.Block{
		"PKCS #1": {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)},
		"PKCS #8": {Type: "PRIVATE KEY", Bytes: pkcs8},
	} {
		p := start(t)
		p.org.SetApp(oktatest.App{ClientID: "0oaapp", KeyID: "k1", Key: &key.PublicKey})
		text, err := json.Marshal(map[string]string{"client_id": "0oaapp", "key_id": "k1", "private_key": string(pem.EncodeToMemory(block))})
		if err != nil {
			t.Fatal(err)
		}
		p.secret.text, p.secret.next = string(text), string(text)
		p.given(t)
		p.org.SetTokens() // Okta withdraws the token
		p.given(t)
		if n := count(p.org.Calls(), "POST /oauth2/v1/token"); n != 2 {
			t.Errorf("%s: %d tokens, want 2", kind, n)
		}
	}
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

// A secret of another form says what it must be, and is in no error.
func TestSecrets(t *testing.T) {
	for text, want := range map[string]string{
		"a token with spaces":                              "the secret must hold an API token of Okta",
		`{"client_id": "x"}`:                               "client_id, private_key and key_id",
		`{"client_id": "canary", "private_key": "canary"}`: "must be a PEM or a JSON web key of RSA",
	} {
		p := start(t)
		p.secret.text = text
		got := p.do(t, strategy.OperationGive, p.request())
		if !strings.Contains(got.Error, want) || strings.Contains(got.Error, "canary") {
			t.Errorf("%s: got %+v", text, got)
		}
	}
	p := start(t)
	p.f = oktagroup.New(oktagroup.Options{URL: p.org.URL, Secret: broken{}, Book: p.book})
	if got := p.do(t, strategy.OperationGive, p.request()); got.Error != "no secret" {
		t.Errorf("got %+v", got)
	}
}

type broken struct{}

func (broken) Get(context.Context) (string, error)            { return "", errors.New("no secret") }
func (broken) Rejected(context.Context, string) (bool, error) { return false, nil }

// Two targets of one group share the membership: it goes with the last of them.
func TestTwoTargets(t *testing.T) {
	p := start(t)
	second := func(r *strategy.Request) { r.Target.ID = "writers" }
	first := p.given(t)
	got := p.do(t, strategy.OperationGive, p.request(second))
	if !*got.Created {
		t.Error("the second target's access goes with the first's")
	}
	p.do(t, strategy.OperationTake, p.request(ours(first.Output)))
	if !slices.Contains(p.org.Members(), "00uada") {
		t.Error("the first take ended the access of the second target")
	}
	p.do(t, strategy.OperationTake, p.request(second, ours(got.Output)))
	if p.org.Members() != nil && len(p.org.Members()) > 0 {
		t.Error("access is left")
	}
}
