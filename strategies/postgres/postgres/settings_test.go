package postgres_test

import (
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/postgres/postgres"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Wrong settings are refused, by name; nothing is made.
func settings(t *testing.T, w *world) {
	w.server.Exec(t, `CREATE ROLE can_login LOGIN`, `CREATE ROLE powerful CREATEDB`, `CREATE ROLE a_member IN ROLE app_read`, `CREATE ROLE not_mine`)
	w.secrets.Set("db/empty", `{}`)
	w.secrets.Set("db/text", `postgres://user:hunter2@host/db`)
	const good = `"connection": "db/login", "owner": "fasttrack_objects"`
	for name, tc := range map[string]struct {
		settings, want string
		later          bool // it is not refused, but retried
	}{
		"nothing":               {`{}`, "connection is missing", false},
		"no roles":              {`{` + good + `}`, "roles is missing", false},
		"no owner":              {`{"connection": "db/login", "roles": ["app_read"]}`, "owner is missing", false},
		"an unknown setting":    {`{` + good + `, "role": "app_read"}`, `target.settings: unknown setting "role"; known: connection`, false},
		"roles of another type": {`{` + good + `, "roles": "app_read"}`, "target.settings: roles must be a []string, got a string", false},
		"a port":                {`{` + good + `, "roles": ["app_read"], "port": 70000}`, "port must be 1 to 65535, got 70000", false},
		"connections":           {`{` + good + `, "roles": ["app_read"], "connections": -1}`, "connections must be 1 to 1000, got -1", false},
		"a role twice":          {`{` + good + `, "roles": ["app_read", "app_read"]}`, `roles lists "app_read" twice`, false},
		"an empty role":         {`{` + good + `, "roles": [""]}`, "roles[0] is empty", false},
		"a long role":           {`{` + good + `, "roles": ["` + strings.Repeat("a", 64) + `"]}`, "must have at most 63 bytes, got 64", false},
		"a control character":   {`{` + good + `, "roles": ["a\u0000b"]}`, "must have no control character", false},
		"an unknown role":       {`{` + good + `, "roles": ["nobody"]}`, `roles: no such role "nobody"`, false},
		"a superuser":           {`{` + good + `, "roles": ["postgres"]}`, `roles: "postgres" has attributes such as SUPERUSER`, false},
		"its own login":         {`{` + good + `, "roles": ["fasttrack"]}`, `roles: "fasttrack" is a role of fasttrack's own`, false},
		"an unknown owner":      {`{"connection": "db/login", "roles": ["app_read"], "owner": "nobody"}`, `owner: no such role "nobody"`, false},
		"an owner that logs in": {`{"connection": "db/login", "roles": ["app_read"], "owner": "can_login"}`, `owner: "can_login" must be a role that can't log in`, false},
		"a powerful owner":      {`{"connection": "db/login", "roles": ["app_read"], "owner": "powerful"}`, `owner: "powerful" must be`, false},
		"an owner with rights":  {`{"connection": "db/login", "roles": ["app_read"], "owner": "a_member"}`, `owner: "a_member" must be`, false},
		"its login as owner":    {`{"connection": "db/login", "roles": ["app_read"], "owner": "fasttrack"}`, `owner: "fasttrack" must be`, false},
		"an unknown database":   {`{` + good + `, "roles": ["app_read"], "database": "nowhere"}`, `database "nowhere" does not exist`, false},
		"an unknown secret":     {`{"connection": "db/nowhere", "roles": ["app_read"], "owner": "fasttrack_objects"}`, "connection: secret db/nowhere can't be read: ResourceNotFoundException", true},
		"an empty secret":       {`{"connection": "db/empty", "roles": ["app_read"], "owner": "fasttrack_objects"}`, "secret db/empty: ", true},
		"a secret of text":      {`{"connection": "db/text", "roles": ["app_read"], "owner": "fasttrack_objects"}`, "secret db/text must be a JSON object", true},
		"nobody at the port":    {`{` + good + `, "roles": ["app_read"], "port": 1}`, "connect to localhost: ", true},
		"another host's name":   {`{` + good + `, "roles": ["app_read"], "host": "127.0.0.1"}`, "connect to 127.0.0.1: ", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.request(func(r *strategy.Request) { r.Target.Settings = json.RawMessage(tc.settings) })
			_, err := w.Give(t.Context(), r)
			_, refused := err.(*strategy.RefusedError)
			if err == nil || !strings.Contains(err.Error(), tc.want) || refused == tc.later || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v (refused: %v), want %s", err, refused, tc.want)
			}
		})
	}
	if n := w.server.Value(t, `SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ft\_%'`); n != "0" {
		t.Errorf("%s roles were made", n)
	}
	// The strategy block holds for all targets, a target's own go first.
	r := w.request(func(r *strategy.Request) {
		r.Config = json.RawMessage(`{"connection": "db/nowhere", "owner": "fasttrack_objects", "connections": 2}`)
		r.Target.Settings = json.RawMessage(`{"connection": "db/login", "roles": ["app_read"]}`)
	})
	g := w.give(t, r)
	if n := w.server.Value(t, `SELECT rolconnlimit FROM pg_roles WHERE rolname = $1`, g.User); n != "2" {
		t.Errorf("it may have %s connections", n)
	}
	w.take(t, r)
	w.gone(t, g)
}

// A server without TLS, and one with another certificate, get no password.
func noTLS(t *testing.T, w *world) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	got := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		request := make([]byte, 8) // the client asks for TLS
		_, _ = io.ReadFull(c, request)
		_, _ = c.Write([]byte("N")) // and gets none
		rest, _ := io.ReadAll(c)
		got <- string(rest)
	}()
	plain := func(r *strategy.Request) {
		raw, _ := json.Marshal(map[string]any{"connection": "db/login", "owner": "fasttrack_objects", "roles": []string{"app_read"}, "port": l.Addr().(*net.TCPAddr).Port})
		r.Target.Settings = raw
	}
	if _, failure := w.try(t, w.Strategy, strategy.OperationGive, w.request(plain)); !strings.Contains(failure, "server refused TLS") {
		t.Errorf("got %q", failure)
	}
	if rest := <-got; rest != "" {
		t.Errorf("it sent %q without TLS", rest)
	}
	w.secrets.Set("db/ca", "nothing")
	w.Strategy = w.at(t, time.Now)
	if _, failure := w.try(t, w.Strategy, strategy.OperationGive, w.request()); !strings.Contains(failure, "holds no certificate") {
		t.Errorf("got %q", failure)
	}
	without, err := postgres.New(postgres.Options{Deployment: "a", RolePrefix: "ft_", SecretPrefix: "fasttrack/", Manager: w.secrets, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, failure := w.try(t, without, strategy.OperationGive, w.request()); !strings.Contains(failure, "certificate signed by unknown authority") {
		t.Errorf("got %q", failure)
	}
}

// The environment of the function is checked when it starts.
func TestEnvironment(t *testing.T) {
	good := postgres.Options{Deployment: "a", RolePrefix: "ft_", SecretPrefix: "fasttrack/"}
	for want, edit := range map[string]func(*postgres.Options){
		"DEPLOYMENT must be":    func(o *postgres.Options) { o.Deployment = "a: b" },
		"ROLE_PREFIX must be":   func(o *postgres.Options) { o.RolePrefix = "pg_temporary_" },
		"ROLE_PREFIX must be 1": func(o *postgres.Options) { o.RolePrefix = strings.Repeat("a", 21) },
		"SECRET_PREFIX must be": func(o *postgres.Options) { o.SecretPrefix = "" },
	} {
		o := good
		edit(&o)
		if _, err := postgres.New(o); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := postgres.New(good); err != nil {
		t.Error(err)
	}
}
