package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// elsewhere lists the other databases in which something belongs to the role, or was
// granted to it.
const elsewhere = `SELECT DISTINCT d.datname::text FROM pg_shdepend s JOIN pg_database d ON d.oid = s.dbid
WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = $1 AND d.datname <> current_database() ORDER BY 1`

// handOverElsewhere hands over what the role owns in other databases.
func (a access) handOverElsewhere(ctx context.Context, c *conn, oid uint32) error {
	rows, err := c.Query(ctx, elsewhere, oid)
	if err != nil {
		return sqlError("look for what the role owns", err)
	}
	databases, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return sqlError("look for what the role owns", err)
	}
	for _, name := range databases {
		if err := a.handOverIn(ctx, name, oid); err != nil {
			return fmt.Errorf("database %s: %w", name, err)
		}
	}
	return nil
}

func (a access) handOverIn(ctx context.Context, database string, oid uint32) error {
	c, err := a.connect(ctx, database)
	if err != nil {
		return err
	}
	defer c.close()
	tx, err := c.Begin(ctx)
	if err != nil {
		return sqlError("begin", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	if err := a.handOver(ctx, c, tx, oid); err != nil {
		return err
	}
	return sqlError("commit", tx.Commit(ctx))
}

// A function that runs with its owner's rights, or a view that reads with them, would
// have those of the new owner: both lose that. %s of a regprocedure or a regclass is
// quoted.
const (
	definers = `SELECT format('ALTER %s %s SECURITY INVOKER', CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, oid::regprocedure)
FROM pg_proc WHERE proowner = $1 AND prosecdef`
	views = `SELECT format('ALTER VIEW %s SET (security_invoker = true)', oid::regclass) FROM pg_class WHERE relowner = $1 AND relkind = 'v'
AND current_setting('server_version_num')::int >= 150000`
)

// handOver changes the owner of what the role owns in the connection's database to the
// one that the target names, and removes what was granted to the role. It destroys
// nothing.
func (a access) handOver(ctx context.Context, c *conn, tx pgx.Tx, oid uint32) error {
	if err := a.checkOwner(ctx, tx, c.user); err != nil {
		return err
	}
	for _, query := range []string{definers, views} {
		rows, err := tx.Query(ctx, query, oid)
		if err != nil {
			return sqlError("look for what the role owns", err)
		}
		statements, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return sqlError("look for what the role owns", err)
		}
		for _, statement := range statements {
			if _, err := tx.Exec(ctx, statement, pgx.QueryExecModeSimpleProtocol); err != nil {
				return sqlError("take rights from what the role made", err)
			}
		}
	}
	if err := run(ctx, tx, "REASSIGN OWNED BY %I TO %I", a.role, a.Owner); err != nil {
		return sqlError("hand over what the role owns to "+a.Owner, err)
	}
	// What it owned is gone from it: this removes privileges alone.
	if err := run(ctx, tx, "DROP OWNED BY %I", a.role); err != nil {
		return sqlError("remove what was granted to the role", err)
	}
	return nil
}
