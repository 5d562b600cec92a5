package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// createTable makes the table of fences. The schema fasttrack, which the set-up makes,
// is the function's own.
const createTable = `CREATE TABLE IF NOT EXISTS fasttrack.access (role text PRIMARY KEY, fence bigint NOT NULL)`

// takeFence locks the row of the access until the transaction ends, and keeps the fence
// in it.
const takeFence = `INSERT INTO fasttrack.access AS a (role, fence) VALUES ($1, $2)
ON CONFLICT (role) DO UPDATE SET fence = excluded.fence WHERE a.fence <= excluded.fence
RETURNING a.fence`

// forgetFences removes the rows of accesses that ended more than 30 days ago. A fence is
// a time in seconds, and no call comes that late.
const forgetFences = `DELETE FROM fasttrack.access a WHERE a.fence < extract(epoch FROM now()) - 30 * 86400
AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = a.role)`

// locked calls f in a transaction that holds the access: no other call changes the role
// meanwhile. Nothing of it remains if f fails, or the fence is lower than an earlier
// call's.
func (a access) locked(ctx context.Context, c *conn, f func(pgx.Tx) error) error {
	again := false
	for {
		err := a.inTransaction(ctx, c, f)
		if p, is := errors.AsType[*pgconn.PgError](err); is && p.Code == "42P01" && !again { // no such table
			again = true
			if _, err := c.Exec(ctx, createTable); err != nil && !exists(err) {
				return sqlError("create the table fasttrack.access", err)
			}
			continue
		}
		return err
	}
}

func (a access) inTransaction(ctx context.Context, c *conn, f func(pgx.Tx) error) (err error) {
	tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted, AccessMode: pgx.ReadWrite})
	if err != nil {
		return sqlError("begin", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	var fence int64
	err = tx.QueryRow(ctx, takeFence, a.role, a.request.Fence).Scan(&fence)
	if errors.Is(err, pgx.ErrNoRows) {
		return strategy.ErrStale
	}
	if err != nil {
		return sqlError("lock the access", err)
	}
	if err := f(tx); err != nil {
		return err
	}
	return sqlError("commit", tx.Commit(ctx))
}

// exists reports whether another call has made the table just now.
func exists(err error) bool {
	p, is := errors.AsType[*pgconn.PgError](err)
	return is && (p.Code == "42P07" || p.Code == "23505")
}

// sqlError says what failed. It holds no statement.
func sqlError(what string, err error) error {
	if err == nil {
		return nil
	}
	return wrapped{problem(fmt.Errorf("%s: %w", what, err)), err}
}

// run executes a statement whose names and texts the server itself quotes: a format of
// its function format, and its arguments.
func run(ctx context.Context, tx pgx.Tx, format string, args ...string) error {
	var statement string
	if err := tx.QueryRow(ctx, "SELECT format($1, VARIADIC $2::text[])", format, args).Scan(&statement); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol)
	return err
}
