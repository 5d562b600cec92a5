package postgres_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// value is what a query of one value returns to the superuser in a database.
func (w *world) value(t *testing.T, database, query string, args ...any) string {
	t.Helper()
	c, err := w.server.Connect(t, database, "postgres", w.server.Password)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	var v string
	if err := c.QueryRow(t.Context(), "SELECT ("+query+")::text", args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// At the end nothing can log in: not by a new session, and no old one goes on.
func lockOut(t *testing.T, w *world) {
	g := w.give(t, w.request())
	password := w.password(t, g)
	w.take(t, w.request())
	if _, err := w.server.Connect(t, "app", g.User, password); err == nil {
		t.Error("the password is still good")
	}
}

// All sessions end, wherever they are and whatever they do.
func sessions(t *testing.T, w *world) {
	g := w.give(t, w.request())
	idle := w.login(t, g)
	other, err := w.server.Connect(t, "other", g.User, w.password(t, g))
	if err != nil {
		t.Fatal(err)
	}
	open := w.login(t, g)
	for _, statement := range []string{`BEGIN`, `CREATE TABLE work.half (id int)`, `LOCK TABLE work.half`} {
		if _, err := open.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := idle.Exec(t.Context(), `CREATE TEMP TABLE mine (id int)`); err != nil {
		t.Fatal(err)
	}
	busy := w.login(t, g)
	ended := make(chan error, 1)
	go func() {
		_, err := busy.Exec(context.Background(), `SELECT pg_sleep(60)`)
		ended <- err
	}()
	w.take(t, w.request())
	w.gone(t, g)
	if err := <-ended; err == nil {
		t.Error("the sleeping session ended on its own")
	}
	for name, err := range map[string]error{"idle": idle.Ping(context.Background()), "other": other.Ping(context.Background()), "open": open.Ping(context.Background())} {
		if err == nil {
			t.Errorf("the session %s goes on", name)
		}
	}
	if n := w.server.Value(t, `SELECT count(*) FROM pg_stat_activity WHERE usename = $1`, g.User); n != "0" {
		t.Errorf("%s sessions are left", n)
	}
}

// What a person made stays, with another owner, in each database.
func objects(t *testing.T, w *world) {
	g := w.give(t, w.request())
	for _, database := range []string{"app", "other"} {
		c, err := w.server.Connect(t, database, g.User, w.password(t, g))
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			`CREATE TABLE work.made (id serial PRIMARY KEY, name text)`, `INSERT INTO work.made (name) VALUES ('kept')`,
			`CREATE TYPE work.kind AS ENUM ('a')`, `CREATE FUNCTION work.one() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
			`CREATE VIEW work.seen AS SELECT * FROM work.made`, `GRANT SELECT ON work.made TO PUBLIC`,
			`ALTER DEFAULT PRIVILEGES IN SCHEMA work GRANT SELECT ON TABLES TO app_read`,
			`SELECT lo_create(0)`,
		} {
			if _, err := c.Exec(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	w.take(t, w.request())
	w.gone(t, g)
	for _, database := range []string{"app", "other"} {
		if got := w.value(t, database, `SELECT string_agg(DISTINCT pg_get_userbyid(c.relowner), ' ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'work'`); got != "fasttrack_objects" {
			t.Errorf("%s: the owners are %q", database, got)
		}
		if got := w.value(t, database, `SELECT name FROM work.made`); got != "kept" {
			t.Errorf("%s: the row is %q", database, got)
		}
		w.server.ExecIn(t, database, `DROP VIEW work.seen`, `DROP TABLE work.made`, `DROP TYPE work.kind`, `DROP FUNCTION work.one`)
	}
}

// What another temporary role granted is revoked. What a superuser granted to the role
// itself only a superuser may revoke: the access is over, and the error says what to do.
func grants(t *testing.T, w *world) {
	bob := func(r *strategy.Request) { r.Person.ID = "bob@example.com" }
	g, other := w.give(t, w.request()), w.give(t, w.request(bob))
	c := w.login(t, other)
	for _, statement := range []string{`CREATE TABLE work.bobs (id int)`, `GRANT SELECT ON work.bobs TO ` + g.User + ` WITH GRANT OPTION`} {
		if _, err := c.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.login(t, g).Exec(t.Context(), `GRANT SELECT ON work.bobs TO app_read`); err != nil {
		t.Fatal(err)
	}
	w.take(t, w.request())
	w.gone(t, g)
	w.take(t, w.request(bob))
	w.gone(t, other)
	w.server.ExecIn(t, "app", `DROP TABLE work.bobs`)

	g = w.give(t, w.request())
	password := w.password(t, g)
	w.server.ExecIn(t, "other", `CREATE TABLE theirs (id int)`, `GRANT SELECT ON theirs TO `+g.User)
	_, failure := w.try(t, w.Strategy, strategy.OperationTake, w.request())
	if want := "1 object in database other; revoke what somebody else granted to the role itself"; !strings.HasSuffix(failure, want) {
		t.Errorf("got %q, want %q", failure, want)
	}
	if _, err := w.server.Connect(t, "app", g.User, password); err == nil {
		t.Error("it can log in")
	}
	w.mustHave(t, false)
	w.server.ExecIn(t, "other", `REVOKE SELECT ON theirs FROM `+g.User, `DROP TABLE theirs`)
	w.take(t, w.request())
	w.gone(t, g)
}

// A function that runs with its owner's rights, and a view that reads with them, do not
// get those of the new owner.
func definers(t *testing.T, w *world) {
	w.server.ExecIn(t, "app", `GRANT USAGE ON SCHEMA work TO fasttrack_objects`, `CREATE TABLE work.left_before (secret text)`, `ALTER TABLE work.left_before OWNER TO fasttrack_objects`, `INSERT INTO work.left_before VALUES ('s3')`)
	g := w.give(t, w.request())
	c := w.login(t, g)
	for _, statement := range []string{
		`CREATE FUNCTION work."trap; --"(int) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN QUERY EXECUTE ''SELECT secret FROM work.left_before''; END'`,
		`CREATE PROCEDURE work.trap2() LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE ''DELETE FROM work.left_before''; END'`,
		`CREATE VIEW work.peek AS SELECT * FROM work.left_before`, `GRANT SELECT ON work.peek TO PUBLIC`,
	} {
		if _, err := c.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	w.take(t, w.request())
	g = w.give(t, w.request(func(r *strategy.Request) { r.Person.ID = "mallory@example.com" }))
	c = w.login(t, g)
	for _, statement := range []string{`SELECT * FROM work."trap; --"(1)`, `CALL work.trap2()`, `SELECT * FROM work.peek`} {
		if _, err := c.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s works, with the rights of what others left", statement)
		}
	}
	w.take(t, w.request(func(r *strategy.Request) { r.Person.ID = "mallory@example.com" }))
	w.server.ExecIn(t, "app", `DROP VIEW work.peek`, `DROP TABLE work.left_before`, `DROP FUNCTION work."trap; --"`, `DROP PROCEDURE work.trap2`, `REVOKE USAGE ON SCHEMA work FROM fasttrack_objects`)
}

// An owner that is not fit for it is refused before anything is granted; one that is
// gone at the end is reported, while the access is over already.
func ownerGone(t *testing.T, w *world) {
	passing := func() {
		w.server.ExecIn(t, "app", `CREATE ROLE passing NOLOGIN`, `GRANT passing TO fasttrack`, `GRANT CREATE ON SCHEMA work TO passing`)
	}
	passing()
	with := func(r *strategy.Request) {
		r.Target.Settings = json.RawMessage(`{"connection": "db/login", "roles": ["app_read", "app_write"], "owner": "passing"}`)
	}
	g := w.give(t, w.request(with))
	c := w.login(t, g)
	if _, err := c.Exec(t.Context(), `CREATE TABLE work.orphan (id int)`); err != nil {
		t.Fatal(err)
	}
	password := w.password(t, g)
	w.server.ExecIn(t, "app", `DROP OWNED BY passing`, `DROP ROLE passing`)
	if _, failure := w.try(t, w.Strategy, strategy.OperationTake, w.request(with)); failure != `owner: no such role "passing"` {
		t.Errorf("got %q", failure)
	}
	if _, err := w.server.Connect(t, "app", g.User, password); err == nil {
		t.Error("it can log in")
	}
	if err := c.Ping(context.Background()); err == nil {
		t.Error("the session goes on")
	}
	passing()
	w.take(t, w.request(with))
	w.gone(t, g)
	w.server.ExecIn(t, "app", `DROP TABLE work.orphan`)
}
