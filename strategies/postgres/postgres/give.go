package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// output is what the requester and viewers see.
type output struct {
	User         string `json:"user"`
	Host         string `json:"host"`
	Port         int    `json:"port"`
	Database     string `json:"database"`
	Instructions string `json:"instructions"`
}

// sensitive is what the requester alone sees.
type sensitive struct {
	SecretName string `json:"secret_name"`
}

// Give makes the temporary role and its secret, or brings them back to what the target
// promises.
func (s *Strategy) Give(ctx context.Context, r *strategy.Request) (given strategy.Given, err error) {
	a, err := s.access(r)
	if err != nil {
		return given, err
	}
	err = a.do(ctx, func(c *conn) error {
		made := false
		if err := a.locked(ctx, c, func(tx pgx.Tx) error {
			made, err = a.ensure(ctx, c, tx)
			return err
		}); err != nil {
			return err
		}
		given = strategy.Found()
		// A role of ours that the engine knows nothing of was left behind by a call
		// whose response was lost: fasttrack made it, and must remove it.
		if made || !r.Held.CreatedByUs {
			given = strategy.Created()
		}
		given = given.WithSensitive(sensitive{a.secretName(a.role)}).WithOutput(output{
			a.role, c.host, c.port, c.database,
			fmt.Sprintf("Read the password from the secret, then: psql \"host=%s port=%d dbname=%s user=%s sslmode=verify-full\"", c.host, c.port, c.database, a.role),
		})
		return nil
	})
	return given, forbidden(err)
}

// forbidden refuses what retrying does not help: a right that the function's login
// lacks, a database that does not exist.
func forbidden(err error) error {
	if p, is := errors.AsType[*pgconn.PgError](err); is && (p.Code == "42501" || p.Code == "3D000" || p.Code == "0LP01") {
		return strategy.Refused("%s", err)
	}
	return err
}

// ensure makes what is missing. It reports whether it made the role.
func (a access) ensure(ctx context.Context, c *conn, tx pgx.Tx) (made bool, err error) {
	found, err := read(ctx, tx, a.role)
	if err != nil {
		return false, err
	}
	if found != nil && !a.ours(found) {
		return false, strategy.Refused("the role %s exists, and fasttrack did not make it", a.role)
	}
	if err := a.checkTarget(ctx, tx, c.user); err != nil {
		return false, err
	}
	password, err := a.password(ctx, c, found != nil)
	if err != nil {
		return false, err
	}
	secret, err := verifier(password)
	if err != nil {
		return false, err
	}
	var member []string
	until := a.until(found)
	attributes := []string{a.role, strconv.Itoa(a.Connections), secret, until}
	if found == nil {
		if err := run(ctx, tx, "CREATE ROLE %I LOGIN CONNECTION LIMIT %s PASSWORD %L VALID UNTIL %L", attributes...); err != nil {
			return false, sqlError("create the role", err)
		}
		if err := run(ctx, tx, "COMMENT ON ROLE %I IS %L", a.role, a.mark(a.request)); err != nil {
			return false, sqlError("mark the role", err)
		}
		if err := a.join(ctx, tx); err != nil {
			return false, err
		}
	} else {
		member = found.member
		if err := run(ctx, tx, "ALTER ROLE %I LOGIN CONNECTION LIMIT %s PASSWORD %L VALID UNTIL %L", attributes...); err != nil {
			return false, sqlError("change the role", err)
		}
	}
	for _, name := range a.Roles {
		if slices.Contains(member, name) {
			continue
		}
		if err := run(ctx, tx, "GRANT %I TO %I", name, a.role); err != nil {
			return false, sqlError("grant "+name, err)
		}
	}
	now, err := read(ctx, tx, a.role)
	if err != nil {
		return false, err
	}
	if now == nil || !a.ours(now) || !a.whole(now) {
		return false, fmt.Errorf("the role %s was made, but can't be read back", a.role)
	}
	return found == nil, nil
}

// slack is what the password is valid for beyond the end: the end moves by what
// granting takes, and the removal is not instant.
const slack = 5 * time.Minute

// until is when the password ends: with the request that ends last. A request without
// an end has "infinity".
func (a access) until(found *role) string {
	ends := a.request.Run.EndsAt
	if d := time.Duration(a.request.Run.DurationSeconds) * time.Second; d > 0 {
		if from := a.now().Add(d); from.After(ends) {
			ends = from
		}
	}
	if ends.IsZero() || found != nil && found.login && found.until.IsZero() {
		return "infinity"
	}
	ends = ends.Add(slack)
	if found != nil && found.until.After(ends) {
		ends = found.until
	}
	return ends.UTC().Format(time.RFC3339)
}
