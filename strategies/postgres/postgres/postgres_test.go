package postgres_test

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fasttrack-dev/fasttrack/strategies/postgres/postgres"
	"github.com/fasttrack-dev/fasttrack/strategies/postgres/postgrestest"
	"github.com/fasttrack-dev/fasttrack/strategy"
	"github.com/fasttrack-dev/fasttrack/strategy/strategytest"
)

// world is a server, the secrets, and the strategy that works on them.
type world struct {
	server  *postgrestest.Server
	secrets *postgrestest.Manager
	*postgres.Strategy
	deployment string
	fence      int64
}

func newWorld(t *testing.T, server *postgrestest.Server) *world {
	t.Helper()
	w := &world{server: server, secrets: postgrestest.NewManager(map[string]string{"db/login": server.Connection(), "db/ca": server.CA}), fence: time.Now().Unix()}
	w.deployment = strings.ReplaceAll(t.Name(), "/", "-")
	w.Strategy = w.at(t, time.Now)
	return w
}

// at returns a strategy of the world with a clock, which keeps no secret yet.
func (w *world) at(t *testing.T, now func() time.Time) *postgres.Strategy {
	t.Helper()
	s, err := postgres.New(postgres.Options{
		Deployment: w.deployment, RolePrefix: "ft_", SecretPrefix: "fasttrack/", CA: "db/ca", Manager: w.secrets, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const target = `{"connection": "db/login", "roles": ["app_read", "app_write"], "owner": "fasttrack_objects"}`

// request is the next call about ada's access.
func (w *world) request(edit ...func(*strategy.Request)) *strategy.Request {
	w.fence++
	r := &strategy.Request{
		Version: "2", Fence: w.fence,
		Run:    strategy.Run{ID: "R1", DurationSeconds: 3600, EndsAt: time.Now().Add(time.Hour)},
		Person: strategy.Person{ID: "ada@example.com", Email: "ada@example.com"},
		Target: strategy.Target{ID: "app-rw", Settings: json.RawMessage(target)},
		Held:   strategy.Held{CreatedByUs: true},
	}
	for _, e := range edit {
		e(r)
	}
	return r
}

// given is the response to a give, as the engine reads it.
type given struct {
	User, Host, Database string
	Port                 int
	Secret               string
	Created              bool
}

// give calls give through the SDK, as the engine does.
func (w *world) give(t *testing.T, r *strategy.Request) given {
	t.Helper()
	g, err := w.try(t, w.Strategy, strategy.OperationGive, r)
	if err != "" {
		t.Fatal(err)
	}
	return g
}

// try calls an operation. It returns why it failed, "" if it did not.
func (w *world) try(t *testing.T, s *postgres.Strategy, op strategy.Operation, r *strategy.Request) (g given, failure string) {
	t.Helper()
	r.Operation = op
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	document, err := s.Functions().Respond(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	response, err := strategy.ReadResponse(op, document)
	if err != nil {
		t.Fatalf("%v: %s", err, document)
	}
	if failure := cmp.Or(response.Error, response.Refused); failure != "" {
		return g, failure
	}
	var secret struct {
		Name string `json:"secret_name"`
	}
	if op == strategy.OperationGive {
		if err := json.Unmarshal(response.Output, &g); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(response.Sensitive, &secret); err != nil {
			t.Fatal(err)
		}
		g.Created = *response.Created
	}
	g.Secret = secret.Name
	return g, ""
}

func (w *world) take(t *testing.T, r *strategy.Request) {
	t.Helper()
	if _, err := w.try(t, w.Strategy, strategy.OperationTake, r); err != "" {
		t.Fatal(err)
	}
}

func (w *world) mustHave(t *testing.T, want bool) {
	t.Helper()
	if has, err := w.Has(t.Context(), w.request()); err != nil || has != want {
		t.Errorf("has: got %v (%v), want %v", has, err, want)
	}
}

// password is what the secret of the access holds.
func (w *world) password(t *testing.T, g given) string {
	t.Helper()
	var kept struct{ Username, Password string }
	if err := json.Unmarshal([]byte(w.secrets.Text(g.Secret)), &kept); err != nil || kept.Username != g.User {
		t.Fatalf("secret %s holds the user %q (%v)", g.Secret, kept.Username, err)
	}
	return kept.Password
}

// login logs in as the temporary role.
func (w *world) login(t *testing.T, g given) *pgx.Conn {
	t.Helper()
	c, err := w.server.Connect(t, "app", g.User, w.password(t, g))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// gone fails unless nothing of the access is left.
func (w *world) gone(t *testing.T, g given) {
	t.Helper()
	if n := w.server.Value(t, `SELECT count(*) FROM pg_roles WHERE rolname = $1`, g.User); n != "0" {
		t.Errorf("the role %s is left", g.User)
	}
	if slices.Contains(w.secrets.Names(), g.Secret) {
		t.Errorf("the secret %s is left", g.Secret)
	}
}

// TestPostgres plays on one server, in which each test is a deployment of its own.
func TestPostgres(t *testing.T) {
	server := postgrestest.Start(t)
	server.SetUp(t)
	for name, test := range map[string]func(*testing.T, *world){
		"contract": contract, "life": life, "lock-out": lockOut,
		"overlap": overlap, "no-end": noEnd, "late-calls": lateCalls, "races": races, "left-behind": leftBehind, "old-fences": oldFences,
		"others-role": othersRole, "others-secret": othersSecret, "by-hand": byHand, "hostile": hostile,
		"objects": objects, "definers": definers, "grants": grants, "sessions": sessions, "owner-gone": ownerGone,
		"cuts": cuts, "failing-secrets": failingSecrets, "in-the-clear": inTheClear, "rotation": rotation, "settings": settings,
		"no-tls": noTLS, "throttled": throttled, "crashes": crashes, "extension": extension,
	} {
		t.Run(name, func(t *testing.T) { test(t, newWorld(t, server)) })
	}
}

// The strategy keeps the contract.
func contract(t *testing.T, w *world) {
	strategytest.Run(t, w.Functions(), strategytest.Options{
		Target: strategy.Target{ID: "app", Settings: json.RawMessage(target)}, Limit: 30 * time.Second,
	})
	if names := w.secrets.Names(); !slices.Equal(names, []string{"db/ca", "db/login"}) {
		t.Errorf("secrets are left: %q", names)
	}
}

// A person logs in with the role's rights, and no more once the access ends.
func life(t *testing.T, w *world) {
	w.mustHave(t, false)
	g := w.give(t, w.request())
	w.mustHave(t, true)
	c := w.login(t, g)
	var n int
	if err := c.QueryRow(t.Context(), `SELECT count(*) FROM account`).Scan(&n); err != nil || n == 0 {
		t.Errorf("got %d rows (%v)", n, err)
	}
	w.take(t, w.request())
	w.mustHave(t, false)
	w.gone(t, g)
	if err := c.Ping(context.Background()); err == nil {
		t.Error("the session goes on")
	}
}
