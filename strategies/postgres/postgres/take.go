package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Take ends the access: the role can't log in any more, its sessions are terminated,
// what it owns gets another owner, then the role is dropped and its secret deleted.
// Each step finds what the one before left, so a call that was cut off is repeated.
func (s *Strategy) Take(ctx context.Context, r *strategy.Request) error {
	a, err := s.access(r)
	if err != nil {
		return err
	}
	return a.do(ctx, func(c *conn) error {
		var role *role
		if err := a.locked(ctx, c, func(tx pgx.Tx) error {
			if role, err = a.close(ctx, tx); err != nil || role != nil {
				return err
			}
			return a.deleteSecret(ctx) // a call was cut off before, or after, the role existed
		}); err != nil || role == nil {
			return err
		}
		if err := a.terminate(ctx, c, role.oid); err != nil {
			return err
		}
		if err := a.handOverElsewhere(ctx, c, role.oid); err != nil {
			return err
		}
		return a.locked(ctx, c, func(tx pgx.Tx) error { return a.drop(ctx, c, tx) })
	})
}

// close has the role log in no more. It returns nil if no role of ours exists.
func (a access) close(ctx context.Context, tx pgx.Tx) (*role, error) {
	found, err := read(ctx, tx, a.role)
	if err != nil || found == nil || !a.ours(found) {
		return nil, err
	}
	if err := run(ctx, tx, "ALTER ROLE %I NOLOGIN PASSWORD NULL", a.role); err != nil {
		return nil, sqlError("close the role", err)
	}
	return found, a.join(ctx, tx)
}

// join makes the function's login a member of the role: by that it may end the role's
// sessions, change its objects, and revoke what the role granted to others.
func (a access) join(ctx context.Context, tx pgx.Tx) error {
	return sqlError("become a member of the role", run(ctx, tx, "GRANT %I TO CURRENT_USER", a.role))
}

const (
	terminateSessions = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usesysid = $1 AND pid <> pg_backend_pid()`
	// sessionsEnd is how long sessions may take to end, looked at every sessionsPoll.
	sessionsEnd  = 10 * time.Second
	sessionsPoll = 50 * time.Millisecond
)

// terminate ends the sessions of the role, and waits until none is left.
func (a access) terminate(ctx context.Context, c *conn, oid uint32) error {
	for end := time.Now().Add(sessionsEnd); ; {
		var left int
		if err := c.QueryRow(ctx, terminateSessions, oid).Scan(&left); err != nil {
			return sqlError("terminate the sessions of the role", err)
		}
		if left == 0 {
			return nil
		}
		if time.Now().After(end) {
			return strategy.Later(busy, "%d sessions of the role %s are ending", left, a.role)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(sessionsPoll):
		}
	}
}

// drop hands over what the role owns in this database, drops the role and deletes its
// secret. If the secret can't be deleted, the role stays and a retry finds both.
func (a access) drop(ctx context.Context, c *conn, tx pgx.Tx) error {
	found, err := read(ctx, tx, a.role)
	if err != nil {
		return err
	}
	if found != nil && a.ours(found) {
		if err := a.handOver(ctx, c, tx, found.oid); err != nil {
			return err
		}
		if err := run(ctx, tx, "DROP ROLE %I", a.role); err != nil {
			return sqlError("drop the role", err)
		}
	}
	if _, err := tx.Exec(ctx, forgetFences); err != nil {
		return sqlError("forget old fences", err)
	}
	return a.deleteSecret(ctx)
}

// Has reports whether the role exists, was made here, can log in and has the roles of
// the target. A role that can't log in counts while a session of it is open.
func (s *Strategy) Has(ctx context.Context, r *strategy.Request) (has bool, err error) {
	a, err := s.access(r)
	if err != nil {
		return false, err
	}
	err = a.do(ctx, func(c *conn) error {
		found, err := read(ctx, c, a.role)
		if err != nil || found == nil || !a.ours(found) {
			return err
		}
		if has = a.whole(found); has {
			return nil
		}
		return sqlError("read sessions", c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usesysid = $1)`, found.oid).Scan(&has))
	})
	return has, err
}
