// Package postgrestest runs a real PostgreSQL for tests: Debian's package postgresql, on
// a port of its own, which takes connections by TLS alone.
package postgrestest

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL that runs.
type Server struct {
	Host string
	Port int
	// CA is the certificate that its own is verified by, in PEM.
	CA string
	// Password is the superuser's, whose name is postgres.
	Password string

	folder string
	cmd    *exec.Cmd
}

// Start starts a server, or skips the test if PostgreSQL is not installed. Where the
// environment's FASTTRACK_POSTGRES is "required", that is a failure. It ends with the
// test.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := Open()
	if errors.Is(err, ErrMissing) && os.Getenv("FASTTRACK_POSTGRES") != "required" {
		t.Skipf("NOT TESTED AGAINST PostgreSQL: %v", err)
	}
	if err != nil {
		t.Fatalf("PostgreSQL is needed here: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

// ErrMissing means that PostgreSQL is not installed.
var ErrMissing = errors.New("no initdb found: Debian's package postgresql is not installed")

// Binaries returns the folder of the newest PostgreSQL on this machine, or that of
// FASTTRACK_POSTGRES_BIN.
func Binaries() (string, error) {
	if bin := os.Getenv("FASTTRACK_POSTGRES_BIN"); bin != "" {
		return bin, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		if path, err := exec.LookPath("initdb"); err == nil {
			return filepath.Dir(path), nil
		}
		return "", ErrMissing
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// Open starts a server, which ends by [Server.Close].
func Open() (s *Server, err error) {
	bin, err := Binaries()
	if err != nil {
		return nil, err
	}
	// The server does not run as root, and its folder must be its user's. A socket's
	// path is short.
	folder, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	s = &Server{Host: "localhost", Password: "superuser-of-this-test", folder: folder}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	who, err := s.user()
	if err != nil {
		return nil, err
	}
	if s.Port, err = freePort(); err != nil {
		return nil, err
	}
	if err := s.init(bin, who); err != nil {
		return nil, err
	}
	s.cmd = exec.Command(filepath.Join(bin, "postgres"), "-D", s.data(), "-p", strconv.Itoa(s.Port), "-k", folder)
	s.cmd.SysProcAttr, s.cmd.Dir = who, folder
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	return s, s.wait()
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// user returns the attributes of a process of the server's user: this one's, or
// nobody's for root.
func (s *Server) user() (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return nil, err
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, os.Chown(s.folder, uid, gid)
	}
	return nil, errors.New("no user but root to run it as")
}

const settings = `
listen_addresses = '127.0.0.1'
ssl = on
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 60
log_statement = all
log_line_prefix = ''
`

// Nobody connects without TLS and a password.
const access = `
hostssl all all 127.0.0.1/32 scram-sha-256
`

// init makes the server's data.
func (s *Server) init(bin string, who *syscall.SysProcAttr) error {
	write := func(name, text string) error {
		path := filepath.Join(s.folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
		if who == nil {
			return nil
		}
		return os.Chown(path, int(who.Credential.Uid), int(who.Credential.Gid))
	}
	if err := write("password", s.Password); err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(bin, "initdb"), "-D", s.data(), "-U", "postgres", "--pwfile", filepath.Join(s.folder, "password"),
		"-A", "scram-sha-256", "--no-locale", "-E", "UTF8", "--no-sync", "--no-instructions")
	cmd.SysProcAttr, cmd.Dir = who, s.folder
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	ca, certificate, key, err := certificates()
	if err != nil {
		return err
	}
	s.CA = ca
	for name, text := range map[string]string{"data/postgresql.auto.conf": settings, "data/pg_hba.conf": access, "data/server.crt": certificate, "data/server.key": key} {
		if err := write(name, text); err != nil {
			return err
		}
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// wait waits until the server takes connections.
func (s *Server) wait() error {
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		c, err := s.connect(context.Background(), "postgres", "postgres", s.Password)
		if err == nil {
			return c.Close(context.Background())
		}
		if time.Now().After(end) {
			return fmt.Errorf("it does not take connections: %w; its log: %s", err, s.Log())
		}
	}
}

// Close ends the server and removes all that it wrote.
func (s *Server) Close() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Signal(syscall.SIGQUIT) // at once: its data is of no use
		_ = s.cmd.Wait()
	}
	_ = os.RemoveAll(s.folder)
}

// Log returns what the server logged: each statement that it got.
func (s *Server) Log() string {
	raw, _ := os.ReadFile(filepath.Join(s.folder, "log"))
	return string(raw)
}

func (s *Server) connect(ctx context.Context, database, name, password string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig("host=localhost sslmode=verify-full")
	if err != nil {
		return nil, err
	}
	config.Host, config.Port, config.Database, config.User, config.Password = s.Host, uint16(s.Port), database, name, password
	config.TLSConfig.RootCAs = x509.NewCertPool()
	config.TLSConfig.RootCAs.AppendCertsFromPEM([]byte(s.CA))
	return pgx.ConnectConfig(ctx, config)
}

// Connect logs in as somebody until the test ends.
func (s *Server) Connect(t testing.TB, database, name, password string) (*pgx.Conn, error) {
	t.Helper()
	c, err := s.connect(t.Context(), database, name, password)
	if err == nil {
		t.Cleanup(func() { _ = c.Close(context.Background()) })
	}
	return c, err
}

// Exec executes statements as the superuser, in the database postgres.
func (s *Server) Exec(t testing.TB, statements ...string) {
	t.Helper()
	s.ExecIn(t, "postgres", statements...)
}

// ExecIn executes statements as the superuser in a database.
func (s *Server) ExecIn(t testing.TB, database string, statements ...string) {
	t.Helper()
	if err := s.exec(database, statements...); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) exec(database string, statements ...string) error {
	c, err := s.connect(context.Background(), database, "postgres", s.Password)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.Background()) }()
	for _, statement := range statements {
		if _, err := c.Exec(context.Background(), statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSpace(statement), err)
		}
	}
	return nil
}

// Value returns what a query of one value returns, as text, to the superuser.
func (s *Server) Value(t testing.TB, query string, args ...any) string {
	t.Helper()
	c, err := s.connect(context.Background(), "postgres", "postgres", s.Password)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	var value *string
	if err := c.QueryRow(context.Background(), "SELECT ("+query+")::text", args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if value == nil {
		return ""
	}
	return *value
}
