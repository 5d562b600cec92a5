package postgres

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/secret"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// How long things may take. All of a call fits into the function's minute.
const (
	connectTimeout = 5 * time.Second
	closeTimeout   = time.Second
)

// parameters are those of each session. The search path keeps functions and operators
// that people made out of the statements here. A session that was left behind ends its
// transaction soon, and with it its locks.
var parameters = map[string]string{
	"application_name":                    "fasttrack",
	"search_path":                         "pg_catalog, pg_temp",
	"statement_timeout":                   "20s",
	"lock_timeout":                        "10s",
	"idle_in_transaction_session_timeout": "30s",
	"tcp_keepalives_idle":                 "10",
	"tcp_keepalives_interval":             "5",
	"tcp_keepalives_count":                "3",
	"standard_conforming_strings":         "on",
	"timezone":                            "UTC",
	"row_security":                        "on",
}

// login is the text of a connection's secret, as RDS writes it.
type login struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Username string `json:"username"`
	Password string `json:"password"`
	Database string `json:"dbname"`
}

// conn is a connection and where it leads.
type conn struct {
	*pgx.Conn
	host, database, user string
	port                 int
}

func (c *conn) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = c.Close(ctx) // the server ends what is left of it
}

// connect logs in to a database, "" for that of the secret. A password that was
// rejected is read again, since it may have been rotated.
func (a access) connect(ctx context.Context, database string) (*conn, error) {
	kept := a.connection(a.Connection)
	for {
		text, err := kept.Get(ctx)
		if err != nil {
			return nil, fmt.Errorf("connection: %w", err)
		}
		c, err := a.connectWith(ctx, text, database)
		if rejected(err) {
			if changed, readErr := kept.Rejected(ctx, text); changed && readErr == nil {
				continue
			}
		}
		return c, err
	}
}

// connection returns the secret of that name, kept between calls.
func (s *Strategy) connection(name string) *secret.Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.connections[name] == nil {
		s.connections[name] = secret.New(s.manager, name, s.now)
	}
	return s.connections[name]
}

func (a access) connectWith(ctx context.Context, text, database string) (*conn, error) {
	var l login
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return nil, fmt.Errorf(`secret %s must be a JSON object such as {"host":"…","port":5432,"username":"…","password":"…","dbname":"…"}`, a.Connection)
	}
	l.Host, l.Port = cmp.Or(a.Host, l.Host), cmp.Or(a.Port, l.Port, 5432)
	l.Database = cmp.Or(database, l.Database)
	for member, value := range map[string]string{"host": l.Host, "username": l.Username, "password": l.Password, "dbname": l.Database} {
		if value == "" {
			return nil, fmt.Errorf("secret %s: %s is missing", a.Connection, member)
		}
	}
	// Nothing of the environment, and no way but TLS.
	config, err := pgx.ParseConfig("host=localhost sslmode=verify-full")
	if err != nil {
		return nil, fmt.Errorf("connection: %w", err)
	}
	config.Host, config.Port, config.User, config.Password, config.Database = l.Host, uint16(l.Port), l.Username, l.Password, l.Database // #nosec G115 -- settings and PostgreSQL have no greater port
	config.Fallbacks, config.ConnectTimeout, config.RuntimeParams = nil, connectTimeout, parameters
	config.TLSConfig = &tls.Config{ServerName: l.Host, MinVersion: tls.VersionTLS12}
	if config.TLSConfig.RootCAs, err = a.roots(ctx); err != nil {
		return nil, err
	}
	raw, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, connectError(l.Host, err)
	}
	return &conn{raw, l.Host, l.Database, l.Username, l.Port}, nil
}

// roots returns the certificates that a server is verified by, nil for the system's.
func (s *Strategy) roots(ctx context.Context) (*x509.CertPool, error) {
	if s.ca == nil {
		return nil, nil
	}
	text, err := s.ca.Get(ctx)
	if err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(text)) {
		return nil, errors.New("the secret of CaSecretArn holds no certificate in PEM")
	}
	return pool, nil
}

// rejected reports whether the server rejected the password or the user.
func rejected(err error) bool {
	p, is := errors.AsType[*pgconn.PgError](err)
	return is && (p.Code == "28P01" || p.Code == "28000")
}

// connectError is for a connection that can't be made. It names no password.
func connectError(host string, err error) error {
	why := err
	if c, is := errors.AsType[*pgconn.ConnectError](err); is {
		why = errors.Unwrap(c)
	}
	return wrapped{problem(fmt.Errorf("connect to %s: %w", host, why)), err}
}

// wrapped is an error that people read one way and code another.
type wrapped struct{ shown, cause error }

func (w wrapped) Error() string   { return w.shown.Error() }
func (w wrapped) Unwrap() []error { return []error{w.shown, w.cause} }

// busy is when to retry what another call, or the server, blocked.
const busy = 5 * time.Second

// problem turns an error of PostgreSQL into one of the contract: what passes is
// retried soon, what a person must change is said so.
func problem(err error) error {
	p, is := errors.AsType[*pgconn.PgError](err)
	if !is {
		return err
	}
	switch p.Code {
	case "2BP01": // objects depend on the role: the detail says which
		return fmt.Errorf("%w: %s; revoke what somebody else granted to the role itself", err, p.Detail)
	case "40001", "40P01", "55P03", "57014", // serialization, deadlock, lock timeout, statement timeout
		"53300", "53400", "55006", // too many connections, limits, in use
		"57P01", "57P02", "57P03", "25006", "25P03": // shuts down or starts, is a replica, was idle too long
		return strategy.Later(busy, "%s", err)
	}
	return err
}
