package httpapi

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"
)

// Roles says which roles IAM Identity Center made.
type Roles struct {
	// Lookup reads the role of a name.
	Lookup func(ctx context.Context, name string) (Role, error)
	// Known keeps what Lookup found, for cold starts to come.
	Known KnownRoles
}

// Role is a role of the stack's account.
type Role struct {
	// ID is its unique id (AROA…), which no other role ever gets.
	ID string
	// Path cannot be changed. Only AWS makes roles under [reservedPath].
	Path string
}

// KnownRoles stores the unique ids of roles that Identity Center made. What is
// stored stays true: neither the id nor the path of a role changes.
type KnownRoles interface {
	// KnowsRole reports whether the id is stored.
	KnowsRole(ctx context.Context, id string, now time.Time) (bool, error)
	NoteRole(ctx context.Context, id string, now time.Time) error
}

// reservedPath is where Identity Center makes its roles
// (https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html).
const reservedPath = "/aws-reserved/sso.amazonaws.com/"

// NewRoles looks roles up by iam:GetRole, which the functions may call for roles
// under [reservedPath] alone: any other is an error. The client is made at the
// first call: mode JWT never needs one.
func NewRoles(cfg aws.Config, known KnownRoles) Roles {
	client := sync.OnceValue(func() *iam.Client {
		return iam.NewFromConfig(cfg, func(o *iam.Options) { o.RetryMaxAttempts = 2 })
	})
	return Roles{Known: known, Lookup: func(ctx context.Context, name string) (Role, error) {
		out, err := client().GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		if err != nil {
			return Role{}, err
		}
		return Role{ID: aws.ToString(out.Role.RoleId), Path: aws.ToString(out.Role.Path)}, nil
	}}
}

// The bounds of a lookup: IAM answers from one region, so a call from another
// continent takes some tenths of a second.
const (
	lookupTime = 2 * time.Second
	// lookAgain is how long a lookup that failed is not repeated, and absentFor how
	// long a role stays that of others: IAM may show a new role late.
	lookAgain, absentFor = 10 * time.Second, time.Minute
	// rolesKept limits what one environment remembers.
	rolesKept = 1000
)

// verdict is what is known of a role.
type verdict int

const (
	roleOfOthers verdict = iota
	roleOfIdentityCenter
	roleUnknown // IAM did not respond, or did not let the role be read
)

// roleCache remembers verdicts by the role's unique id.
type roleCache struct {
	roles Roles
	now   func() time.Time

	mu   sync.Mutex
	seen map[string]remembered
}

type remembered struct {
	verdict
	until time.Time // zero for ever
	why   string    // of roleUnknown: IAM's error code, or that IAM did not respond
}

// of returns the verdict on the role of a name and a unique id. It asks the
// table first, then IAM: never longer than lookupTime.
func (c *roleCache) of(ctx context.Context, name, id string) remembered {
	c.mu.Lock()
	r, there := c.seen[id]
	c.mu.Unlock()
	if there && (r.until.IsZero() || c.now().Before(r.until)) {
		return r
	}
	r = c.look(ctx, name, id)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil || len(c.seen) >= rolesKept {
		c.seen = map[string]remembered{}
	}
	c.seen[id] = r
	return r
}

func (c *roleCache) look(ctx context.Context, name, id string) remembered {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	// A table that does not answer leaves IAM to ask.
	if known, err := c.roles.Known.KnowsRole(ctx, id, c.now()); err == nil && known {
		return remembered{verdict: roleOfIdentityCenter}
	}
	role, err := c.roles.Lookup(ctx, name)
	switch {
	case err != nil:
		return remembered{roleUnknown, c.now().Add(lookAgain), codeOf(err)}
	case role.ID != id || !strings.HasPrefix(role.Path, reservedPath):
		return remembered{verdict: roleOfOthers, until: c.now().Add(absentFor)}
	}
	// What cannot be stored is looked up again after the next cold start.
	_ = c.roles.Known.NoteRole(ctx, id, c.now())
	return remembered{verdict: roleOfIdentityCenter}
}

// codeOf is the code of an AWS error, such as AccessDenied; nothing else of it is
// for callers and logs.
func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return "no answer"
}
