package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// querier is a connection or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// role is what the catalogs say about a role.
type role struct {
	oid   uint32
	login bool
	// until is when its password ends; zero for never.
	until   time.Time
	comment string
	// power reports that it may do more than its grants say.
	power bool
	// member lists the roles that it is a direct member of.
	member []string
}

// 'infinity' reads as never here, as NULL does.
const selectRole = `SELECT r.oid, r.rolcanlogin, CASE WHEN isfinite(r.rolvaliduntil) THEN r.rolvaliduntil END,
coalesce(shobj_description(r.oid, 'pg_authid'), ''),
r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls,
ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1)
FROM pg_roles r WHERE r.rolname = $1`

// read returns the role of that name, nil if none exists.
func read(ctx context.Context, q querier, name string) (*role, error) {
	var r role
	var until *time.Time
	err := q.QueryRow(ctx, selectRole, name).Scan(&r.oid, &r.login, &until, &r.comment, &r.power, &r.member)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, sqlError("read the role", err)
	}
	if until != nil {
		r.until = *until
	}
	return &r, nil
}

// ours reports whether this deployment made the role.
func (a access) ours(r *role) bool { return strings.HasPrefix(r.comment, a.markPrefix()) }

// whole reports whether the role can log in and has the roles of the target.
func (a access) whole(r *role) bool {
	if !r.login || !r.until.IsZero() && !r.until.After(a.now()) {
		return false
	}
	return !slices.ContainsFunc(a.Roles, func(name string) bool { return !slices.Contains(r.member, name) })
}

// checkTarget refuses roles that must not be granted, and an owner that would make
// what people leave more powerful than it was.
func (a access) checkTarget(ctx context.Context, q querier, admin string) error {
	for _, name := range a.Roles {
		r, err := read(ctx, q, name)
		switch {
		case err != nil:
			return err
		case r == nil:
			return strategy.Refused("roles: no such role %q", name)
		case name == admin || a.ours(r):
			return strategy.Refused("roles: %q is a role of fasttrack's own", name)
		case r.power:
			return strategy.Refused("roles: %q has attributes such as SUPERUSER or CREATEROLE; grant a role with privileges alone", name)
		}
	}
	if err := a.checkOwner(ctx, q, admin); err != nil {
		return err
	}
	return a.checkSchemas(ctx, q)
}

// Whoever gets a function needs CREATE in its schema, or it can't be handed over.
const schemasOfRoles = `SELECT n.nspname::text FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND NOT has_schema_privilege($1::name, n.oid, 'CREATE')
AND EXISTS (SELECT FROM unnest($2::name[]) r WHERE has_schema_privilege(r, n.oid, 'CREATE')) ORDER BY 1 LIMIT 1`

// checkSchemas refuses an owner that can't get all that people may make.
func (a access) checkSchemas(ctx context.Context, q querier) error {
	var schema string
	err := q.QueryRow(ctx, schemasOfRoles, a.Owner, a.Roles).Scan(&schema)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return sqlError("read schemas", err)
	}
	return strategy.Refused("owner: %q must have CREATE on schema %q, in which people may make objects that it gets", a.Owner, schema)
}

func (a access) checkOwner(ctx context.Context, q querier, admin string) error {
	r, err := read(ctx, q, a.Owner)
	switch {
	case err != nil:
		return err
	case r == nil:
		return strategy.Refused("owner: no such role %q", a.Owner)
	case a.Owner == admin || r.power || r.login || len(r.member) > 0:
		return strategy.Refused("owner: %q must be a role that can't log in, has no attributes and is a member of no role: what people leave would have its rights", a.Owner)
	}
	return nil
}
