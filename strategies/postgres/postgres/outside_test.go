package postgres_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// quoted is a name as SQL takes it.
func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// A role of that name that somebody else made is never touched: not one without a
// mark, not one of another deployment.
func othersRole(t *testing.T, w *world) {
	g := w.give(t, w.request())
	w.take(t, w.request())
	for _, comment := range []string{"NULL", "'a role of the billing team'", "'fasttrack another-deployment: temporary role of ada'", "'fasttrack'"} {
		w.server.Exec(t, "CREATE ROLE "+g.User+" LOGIN PASSWORD 'theirs'", "COMMENT ON ROLE "+g.User+" IS "+comment, "GRANT app_read TO "+g.User)
		if _, failure := w.try(t, w.Strategy, strategy.OperationGive, w.request()); !strings.Contains(failure, "exists, and fasttrack did not make it") {
			t.Errorf("%s: got %q", comment, failure)
		}
		w.mustHave(t, false)
		w.take(t, w.request())
		if _, err := w.server.Connect(t, "app", g.User, "theirs"); err != nil {
			t.Errorf("%s: the role was changed: %v", comment, err)
		}
		if slices.Contains(w.secrets.Names(), g.Secret) {
			t.Errorf("%s: a secret was made", comment)
		}
		w.server.Exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"+g.User+"'", "DROP ROLE "+g.User)
	}
}

// A secret of that name that somebody else made is neither read, changed nor deleted.
func othersSecret(t *testing.T, w *world) {
	g := w.give(t, w.request())
	w.take(t, w.request())
	w.secrets.Set(g.Secret, "theirs")
	if _, failure := w.try(t, w.Strategy, strategy.OperationGive, w.request()); !strings.Contains(failure, "exists, and fasttrack did not make it") {
		t.Errorf("got %q", failure)
	}
	w.take(t, w.request())
	if got := w.secrets.Text(g.Secret); got != "theirs" {
		t.Errorf("the secret holds %q", got)
	}
	if n := w.server.Value(t, `SELECT count(*) FROM pg_roles WHERE rolname = $1`, g.User); n != "0" {
		t.Error("a role was made")
	}
}

// What people change by hand is brought back by the next give, and in no case left by
// take.
func byHand(t *testing.T, w *world) {
	for name, change := range map[string]struct {
		do   func(g given)
		has  bool
		made bool
	}{
		"a role is revoked":            {func(g given) { w.server.Exec(t, "SET ROLE fasttrack; REVOKE app_write FROM "+g.User) }, false, false},
		"a role is granted":            {func(g given) { w.server.Exec(t, "GRANT pg_read_all_settings TO "+g.User) }, true, false},
		"it can't log in":              {func(g given) { w.server.Exec(t, "ALTER ROLE "+g.User+" NOLOGIN") }, false, false},
		"its password ended":           {func(g given) { w.server.Exec(t, "ALTER ROLE "+g.User+" VALID UNTIL '2020-01-01'") }, false, false},
		"its password is another":      {func(g given) { w.server.Exec(t, "ALTER ROLE "+g.User+" PASSWORD 'another'") }, true, false},
		"it is dropped":                {func(g given) { w.server.Exec(t, "DROP ROLE "+g.User) }, false, true},
		"the secret is deleted":        {func(g given) { w.secrets.Remove(g.Secret) }, true, false},
		"the secret will be deleted":   {func(g given) { w.secrets.MarkDeleted(g.Secret) }, true, false},
		"the secret holds no password": {func(g given) { w.secrets.Set(g.Secret, "?") }, true, false},
		"the secret is of another":     {func(g given) { w.secrets.Set(g.Secret, `{"username":"app_read","password":"x"}`) }, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := w.give(t, w.request())
			change.do(g)
			w.mustHave(t, change.has)
			again := w.give(t, w.request())
			if again.Created != change.made {
				t.Errorf("created is %v, want %v", again.Created, change.made)
			}
			w.mustHave(t, true)
			if _, err := w.login(t, again).Exec(t.Context(), `INSERT INTO account VALUES (2, 'two')`); err != nil {
				t.Error(err)
			}
			change.do(g)
			w.take(t, w.request())
			w.mustHave(t, false)
			if name != "the secret is deleted" {
				w.gone(t, g)
			}
		})
	}
}

// Persons and targets may be called anything: names stay valid, are of one access
// each, and nothing of them is executed.
func hostile(t *testing.T, w *world) {
	valid := regexp.MustCompile(`^ft_[a-z0-9_]{1,60}$`)
	strange := `we"ird; DROP ROLE app_read; -- ' $$ \ Ünï`
	w.server.Exec(t, "CREATE ROLE "+quoted(strange), "GRANT "+quoted(strange)+" TO fasttrack WITH ADMIN OPTION")
	w.server.Exec(t, "CREATE ROLE "+quoted("Owner "+strange), "GRANT "+quoted("Owner "+strange)+" TO fasttrack")
	settings, err := json.Marshal(map[string]any{"connection": "db/login", "roles": []string{strange, "app_read"}, "owner": "Owner " + strange})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for i, id := range []string{
		`"; DROP ROLE app_read; --`, `' OR 1=1 --`, `%I%L%s$1`, "a\x00b", "new\nline", strings.Repeat("long", 200), "@", "日本語@example.com", `\'; SELECT 1`,
		"arn:aws:iam::123456789012:user/path/Ada", "ada@example.com", "ADA@example.com", "ada.@example.com", "ada_@example.com", "$$", "pg_signal_backend", "ft_ada",
	} {
		for _, targetID := range []string{"a", `b"; --`}[:1+max(0, 2-i)/2] {
			who := fmt.Sprintf("%q %q", id, targetID)
			ask := func() *strategy.Request {
				return w.request(func(r *strategy.Request) {
					r.Person = strategy.Person{ID: id, Email: id}
					r.Target = strategy.Target{ID: targetID, Settings: settings}
				})
			}
			g := w.give(t, ask())
			if !valid.MatchString(g.User) || len(g.User) > 63 {
				t.Errorf("%s: the role is %q", who, g.User)
			}
			if other, twice := seen[g.User]; twice {
				t.Errorf("%s and %s have one role", who, other)
			}
			seen[g.User] = who
			c := w.login(t, g)
			var member bool
			if err := c.QueryRow(t.Context(), `SELECT pg_has_role(current_user, $1, 'member')`, strange).Scan(&member); err != nil || !member {
				t.Errorf("%s: it is no member of %s (%v)", who, strange, err)
			}
			tag := w.secrets.Tags(g.Secret)["fasttrack:person"]
			if strings.ContainsAny(tag, `"'\%$`) || len(tag) > 256 {
				t.Errorf("%s: tagged %q", who, tag)
			}
			w.take(t, ask())
			w.gone(t, g)
		}
	}
	if n := w.server.Value(t, `SELECT count(*) FROM pg_roles WHERE rolname = 'app_read'`); n != "1" {
		t.Error("app_read is gone")
	}
}

// A function logs in again once its own password was rotated.
func rotation(t *testing.T, w *world) {
	w.server.Exec(t, `CREATE ROLE rotated LOGIN CREATEROLE PASSWORD 'first'`, `GRANT fasttrack_objects TO rotated`, `GRANT fasttrack TO rotated`,
		`GRANT app_read, app_write TO rotated WITH ADMIN OPTION`)
	set := func(password string) {
		text := strings.NewReplacer(`"fasttrack"`, `"rotated"`, "the-login-of-fasttrack", password).Replace(w.server.Connection())
		w.secrets.Set("db/login", text)
	}
	set("first")
	now := time.Now()
	w.Strategy = w.at(t, func() time.Time { return now })
	g := w.give(t, w.request())
	w.server.Exec(t, `ALTER ROLE rotated PASSWORD 'second'`)
	set("second")
	now = now.Add(time.Minute)
	w.take(t, w.request())
	w.gone(t, g)
	w.server.Exec(t, `ALTER ROLE rotated PASSWORD 'third'`)
	now = now.Add(time.Minute)
	if _, failure := w.try(t, w.Strategy, strategy.OperationGive, w.request()); !strings.Contains(failure, "password authentication failed") || strings.Contains(failure, "second") {
		t.Errorf("got %q", failure)
	}
}
