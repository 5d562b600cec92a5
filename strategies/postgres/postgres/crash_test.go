package postgres_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/strategies/postgres/postgrestest"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// through has requests take the way of the proxy.
func through(p *postgrestest.Proxy) func(*strategy.Request) {
	return func(r *strategy.Request) {
		r.Target.Settings = json.RawMessage(fmt.Sprintf(`{"connection": "db/login", "port": %d, "roles": ["app_read", "app_write"], "owner": "fasttrack_objects"}`, p.Port))
	}
}

// mends fails unless a retry of op, after one that was cut off, ends as if nothing had
// happened; and a take alone leaves nothing.
func (w *world) mends(t *testing.T, op strategy.Operation, direct bool) {
	t.Helper()
	var g given
	if op == strategy.OperationGive && !direct {
		g = w.give(t, w.request())
		w.mustHave(t, true)
		w.login(t, g)
	}
	w.take(t, w.request())
	w.mustHave(t, false)
	if n := w.server.Value(t, `SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ft\_%'`); n != "0" {
		t.Errorf("%s roles are left", n)
	}
	for _, name := range w.secrets.Names() {
		if strings.HasPrefix(name, "fasttrack/") {
			t.Errorf("the secret %s is left", name)
		}
	}
}

// cut is one way in which a connection ends: at which message of a call to op, before it
// reaches the server or after. Then comes a retry, or a take at once.
type cut struct {
	op            strategy.Operation
	at            int
	after, direct bool
}

func (c cut) String() string {
	return fmt.Sprintf("%s, message %d (after: %v, no retry: %v)", c.op, c.at, c.after, c.direct)
}

// The connection to the server is cut at each message of give and of take: a retry mends
// it, and so does a take alone.
func cuts(t *testing.T, w *world) {
	p := w.server.NewProxy(t)
	var all []cut
	for _, op := range []strategy.Operation{strategy.OperationGive, strategy.OperationTake} {
		p.Cut(0, false)
		if _, failure := w.try(t, w.Strategy, op, w.request(through(p))); failure != "" {
			t.Fatal(failure)
		}
		for at := range p.Sent() {
			for _, after := range []bool{false, true} {
				all = append(all, cut{op, at + 1, after, false})
				if op == strategy.OperationGive {
					all = append(all, cut{op, at + 1, after, true})
				}
			}
		}
	}
	every, failed, ran := tally.Of(11, 5), 0, 0
	for i, c := range all {
		if i%every != 0 {
			continue
		}
		ran++
		if c.op == strategy.OperationTake {
			w.give(t, w.request())
		}
		p.Cut(c.at, c.after)
		if _, failure := w.try(t, w.Strategy, c.op, w.request(through(p))); failure != "" {
			failed++
		}
		p.Cut(0, false)
		if w.mends(t, c.op, c.direct); t.Failed() {
			t.Fatal(c)
		}
	}
	// A connection that ends once all is done is no failure.
	if len(all) < 80 || failed < ran*3/4 {
		t.Errorf("of %d cuts %d ran, and only %d failed", len(all), ran, failed)
	}
	tally.Report(t, "postgres: %d of %d cut connections, %d failed a call", ran, len(all), failed)
}

// Each call to Secrets Manager fails, before it has an effect and after.
func failingSecrets(t *testing.T, w *world) {
	failure := &smithy.GenericAPIError{Code: "InternalServiceError", Message: "it did not work"}
	tried := 0
	for _, op := range []strategy.Operation{strategy.OperationGive, strategy.OperationTake} {
		for _, direct := range []bool{false, true} {
			for _, after := range []bool{false, true} {
				for n, failed := tally.Of(2, 1), true; failed; n += tally.Of(2, 1) {
					w.Strategy = w.at(t, time.Now)
					if op == strategy.OperationTake {
						w.give(t, w.request())
						w.Strategy = w.at(t, time.Now)
					}
					calls := 0
					failed = false
					fail := func(string) error {
						if calls++; calls == n {
							failed = true
							tried++
							return failure
						}
						return nil
					}
					if after {
						w.secrets.After = fail
					} else {
						w.secrets.Before = fail
					}
					_, why := w.try(t, w.Strategy, op, w.request())
					w.secrets.Before, w.secrets.After = nil, nil
					if failed == (why == "") {
						t.Errorf("%s, call %d: got %q", op, n, why)
					}
					w.mends(t, op, direct)
				}
			}
		}
	}
	if tried < 8 {
		t.Errorf("only %d failures were tried", tried)
	}
}

// A rate limit of Secrets Manager is retried soon.
func throttled(t *testing.T, w *world) {
	w.give(t, w.request())
	w.secrets.Before = func(operation string) error {
		if operation == "DescribeSecret" {
			return &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}
		}
		return nil
	}
	for _, call := range []func() error{
		func() error { _, err := w.Give(t.Context(), w.request()); return err },
		func() error { return w.Take(t.Context(), w.request()) },
	} {
		err := call()
		if later, is := errors.AsType[*strategy.LaterError](err); !is || later.After != 5*time.Second {
			t.Errorf("got %v", err)
		}
	}
	w.secrets.Before = nil
	w.take(t, w.request())
}

// No password is in the server's log, a response, an error or a comment.
func inTheClear(t *testing.T, w *world) {
	var passwords []string
	for range 2 {
		g := w.give(t, w.request())
		passwords = append(passwords, w.password(t, g))
		again := w.give(t, w.request())
		raw, err := json.Marshal([]given{g, again})
		if err != nil {
			t.Fatal(err)
		}
		comment := w.server.Value(t, `SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = $1`, g.User)
		if strings.Contains(string(raw)+comment, passwords[len(passwords)-1]) {
			t.Errorf("a response or comment holds the password: %s %s", raw, comment)
		}
		w.take(t, w.request())
	}
	log := w.server.Log()
	if !strings.Contains(log, "CREATE ROLE ft_ada") {
		t.Fatal("the log holds no statement, so this test shows nothing")
	}
	for _, password := range passwords {
		if len(password) < 20 || strings.Contains(log, password) {
			t.Errorf("the log holds a password of %d characters", len(password))
		}
	}
	if len(passwords) == 2 && passwords[0] == passwords[1] {
		t.Error("a role that is made anew has the password of the one before")
	}
}
