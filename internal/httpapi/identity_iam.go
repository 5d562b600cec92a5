package httpapi

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// RoleIDs lists the unique ids (AROA…) of the roles that IAM Identity Center
// made in the stack's account: those under /aws-reserved/sso.amazonaws.com/.
type RoleIDs func(ctx context.Context) ([]string, error)

// iamIdentifier tells people by the SigV4 identity that API Gateway verified.
type iamIdentifier struct {
	config    Config
	directory flow.Directory
	roles     *roleCache
}

// Compiled at the first call: a cold start in mode JWT needs neither.
var (
	assumedRole = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^arn:(aws[a-zA-Z-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]{1,64})/([\w+=,.@-]{2,64})$`)
	})
	ssoRole = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^AWSReservedSSO_.+_[0-9a-f]{16}$`) })
)

func (i *iamIdentifier) Identify(ctx context.Context, ev Event) (Identity, error) {
	auth := ev.RequestContext.Authorizer
	if auth == nil || auth.IAM == nil || auth.IAM.UserARN == "" {
		return Identity{}, ErrNoIdentity
	}
	arn := auth.IAM.UserARN
	role := assumedRole().FindStringSubmatch(arn)
	if role == nil { // an IAM user, or the account's root
		return i.mapped(arn), nil
	}
	partition, account, name, session := role[1], role[2], role[3], role[4]
	if ssoRole().MatchString(name) {
		person, err := i.isSso(ctx, account, auth.IAM.CallerID)
		if err != nil {
			return Identity{}, err
		}
		if person {
			return i.session(account, session), nil
		}
	}
	// The name of any other session is what its caller chose: only the role
	// itself is proven.
	return i.mapped(fmt.Sprintf("arn:%s:iam::%s:role/%s", partition, account, name)), nil
}

// isSso tells whether a role session is one of Identity Center's. The ARN of a
// session has lost its role's path, and anybody who may make roles can make one
// of such a name; so in the stack's own account the role's unique id must be one
// of those under the reserved path. In another account that can't be looked up:
// listing it in SsoAccounts says that those who make roles there are trusted.
func (i *iamIdentifier) isSso(ctx context.Context, account, callerID string) (bool, error) {
	if account != i.config.AccountID {
		return slices.Contains(i.config.SsoAccounts, account), nil
	}
	id, _, _ := strings.Cut(callerID, ":")
	return i.roles.has(ctx, id)
}

// session is the person whom an Identity Center session names.
func (i *iamIdentifier) session(account, session string) Identity {
	id := Identity{Principal: "sso|" + account + "|" + session}
	if p, ok := known(i.directory, session, id.Principal); ok {
		id.Person = p
		return id
	}
	id.Person = run.Person{ID: "sso|" + session, Name: session}
	if isEmail(session) {
		email := strings.ToLower(session)
		id.Person = run.Person{ID: email, Email: email}
	}
	id.Groups = i.directory.GroupsOf(id.Email)
	return id
}

// mapped is whom flows.yaml maps an ARN to; one that maps to nobody is a
// machine.
func (i *iamIdentifier) mapped(arn string) Identity {
	id := Identity{Principal: arn}
	if p, ok := known(i.directory, arn); ok {
		id.Person = p
		return id
	}
	id.Person = run.Person{ID: arn, Machine: true}
	return id
}

// roleCache keeps the ids of Identity Center's roles. An id it does not know
// makes it look again, at most once a minute.
type roleCache struct {
	list RoleIDs

	mu     sync.Mutex
	ids    map[string]bool
	looked time.Time
}

func (c *roleCache) has(ctx context.Context, id string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ids[id] {
		return true, nil
	}
	if !c.looked.IsZero() && time.Since(c.looked) < time.Minute {
		return false, nil
	}
	ids, err := c.list(ctx)
	if err != nil {
		return false, fmt.Errorf("list the roles of Identity Center: %w", err)
	}
	c.looked = time.Now()
	c.ids = make(map[string]bool, len(ids))
	for _, known := range ids {
		c.ids[known] = true
	}
	return c.ids[id], nil
}
