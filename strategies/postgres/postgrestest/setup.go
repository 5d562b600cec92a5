package postgrestest

import (
	"encoding/json"
	"errors"
	"testing"
)

// Login is the user that the strategy logs in as, with this password.
const (
	Login         = "fasttrack"
	LoginPassword = "the-login-of-fasttrack"
)

// SetUp prepares the server as docs/strategies/postgres.md says: a database app with a
// table, roles app_read and app_write, the login of the function and its schema, and the
// role that takes over what people leave.
func (s *Server) SetUp(t testing.TB) {
	t.Helper()
	if err := s.Prepare(); err != nil {
		t.Fatal(err)
	}
}

// Prepare is [Server.SetUp] without a test.
func (s *Server) Prepare() error {
	const handOver = `GRANT CREATE ON SCHEMA work TO fasttrack_objects`
	return errors.Join(
		s.exec("postgres",
			`CREATE ROLE app_read NOLOGIN`, `CREATE ROLE app_write NOLOGIN`,
			`CREATE ROLE fasttrack LOGIN CREATEROLE PASSWORD '`+LoginPassword+`'`,
			`GRANT app_read, app_write TO fasttrack WITH ADMIN OPTION`,
			`CREATE ROLE fasttrack_objects NOLOGIN`, `GRANT fasttrack_objects TO fasttrack`,
			`CREATE DATABASE app`, `CREATE DATABASE other`,
		),
		s.exec("app",
			`CREATE SCHEMA fasttrack AUTHORIZATION fasttrack`,
			`CREATE TABLE account (id int, name text)`, `INSERT INTO account VALUES (1, 'one')`,
			`GRANT SELECT ON account TO app_read`, `GRANT SELECT, INSERT ON account TO app_write`,
			`CREATE SCHEMA work`, `GRANT CREATE, USAGE ON SCHEMA work TO app_write`, handOver,
		),
		s.exec("other", `CREATE SCHEMA work`, `GRANT CREATE, USAGE ON SCHEMA work TO app_write`, handOver),
	)
}

// Connection returns the text of the function's secret.
func (s *Server) Connection() string {
	raw, _ := json.Marshal(map[string]any{"host": s.Host, "port": s.Port, "username": Login, "password": LoginPassword, "dbname": "app"}) // texts alone
	return string(raw)
}
