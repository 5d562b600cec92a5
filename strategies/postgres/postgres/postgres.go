// Package postgres is a strategy that grants people a temporary role in PostgreSQL. The
// role logs in with a password of its own, has the roles that the target lists, and is
// valid until the access ends. Then its sessions are terminated, what it owns gets
// another owner, and the role is dropped. docs/strategies/postgres.md describes it.
//
// Whatever changes the role happens in one transaction, which first locks the row of
// this access in the table fasttrack.access and compares the fence: a late call changes
// nothing, and a crash leaves all of a step or none of it.
package postgres

import (
	"context"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/secret"
	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Options configure a [Strategy].
type Options struct {
	// Deployment names this deployment of the function among others that use the same
	// database. It must not change while access is active.
	Deployment string
	// RolePrefix begins the names of temporary roles, SecretPrefix those of their
	// secrets.
	RolePrefix, SecretPrefix string
	// SecretKey is the KMS key that encrypts the secrets; "" for Secrets Manager's own.
	SecretKey string
	// CA is a secret with the certificates, in PEM, that servers are verified by; ""
	// for those of the system.
	CA string
	// Manager is Secrets Manager.
	Manager Manager
	// Now is the time.
	Now func() time.Time
}

// Strategy grants temporary roles.
type Strategy struct {
	deployment, rolePrefix string
	secretPrefix           string
	secretKey              string
	manager                Manager
	now                    func() time.Time
	ca                     *secret.Secret

	mu          sync.Mutex
	connections map[string]*secret.Secret
}

var (
	validDeployment = regexp.MustCompile(`^[A-Za-z0-9-]{1,128}$`)
	validRolePrefix = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)
	validSecret     = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]{1,300}$`)
)

// New returns the strategy.
func New(o Options) (*Strategy, error) {
	switch {
	case !validDeployment.MatchString(o.Deployment):
		return nil, fmt.Errorf("DEPLOYMENT must be 1 to 128 letters, digits and -, got %q", o.Deployment)
	case !validRolePrefix.MatchString(o.RolePrefix) || len(o.RolePrefix) > maxPrefix || o.RolePrefix[:min(3, len(o.RolePrefix))] == "pg_":
		return nil, fmt.Errorf("ROLE_PREFIX must be 1 to %d of a-z, 0-9 and _, not begin with a digit or pg_, got %q", maxPrefix, o.RolePrefix)
	case !validSecret.MatchString(o.SecretPrefix):
		return nil, fmt.Errorf("SECRET_PREFIX must be 1 to 300 letters, digits and /_+=.@-, got %q", o.SecretPrefix)
	}
	s := &Strategy{
		deployment: o.Deployment, rolePrefix: o.RolePrefix, secretPrefix: o.SecretPrefix, secretKey: o.SecretKey,
		manager: o.Manager, now: o.Now, connections: map[string]*secret.Secret{},
	}
	if o.CA != "" {
		s.ca = secret.New(o.Manager, o.CA, o.Now)
	}
	return s, nil
}

// NewFromConfig returns the strategy that the environment of a Lambda function
// describes.
func NewFromConfig(cfg aws.Config, env func(string) string) (*Strategy, error) {
	return New(Options{
		Deployment: env("DEPLOYMENT"), RolePrefix: env("ROLE_PREFIX"), SecretPrefix: env("SECRET_PREFIX"), SecretKey: env("SECRET_KEY"),
		CA: env("CA_SECRET"), Manager: secretsmanager.NewFromConfig(cfg), Now: time.Now,
	})
}

// Functions returns the three functions of the contract.
func (s *Strategy) Functions() strategy.Functions {
	return strategy.Functions{Give: s.Give, Take: s.Take, Has: s.Has}
}

// access is one call about one access.
type access struct {
	*Strategy
	Settings
	request *strategy.Request
	// role is the name of the temporary role.
	role string
}

func (s *Strategy) access(r *strategy.Request) (access, error) {
	settings, err := settingsOf(r)
	return access{s, settings, r, s.roleName(r)}, err
}

// do calls f with a connection to the target's database.
func (a access) do(ctx context.Context, f func(*conn) error) error {
	c, err := a.connect(ctx, a.Database)
	if err != nil {
		return err
	}
	defer c.close()
	return f(c)
}
