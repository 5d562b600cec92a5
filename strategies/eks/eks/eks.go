// Package eks is a strategy that grants access to a cluster of Amazon EKS: it
// associates an access policy with the access entry of the person's IAM principal, for
// the whole cluster or for namespaces. docs/strategies/eks.md describes it.
//
// One principal has one access entry in a cluster, and one association with a policy,
// whose scope is replaced as a whole. So a table records what fasttrack added to it and
// for which access. What was there before stays, and what several accesses need stays
// until the last one ends.
package eks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eks"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Options configure a [Strategy].
type Options struct {
	// Deployment names this deployment of the function among others that use the same
	// clusters. It must not change while access is active.
	Deployment string
	// Table is the name of the table of records.
	Table    string
	EKS      API
	DynamoDB Table
	// Region is that of the clusters.
	Region string
	Now    func() time.Time
	// Wait waits, unless the context ends before.
	Wait func(context.Context, time.Duration) error
}

// Strategy grants access to clusters.
type Strategy struct {
	deployment, tableName, region string
	eks                           API
	table                         Table
	now                           func() time.Time
	wait                          func(context.Context, time.Duration) error
}

var validDeployment = regexp.MustCompile(`^[A-Za-z0-9-]{1,128}$`)

// New returns the strategy.
func New(o Options) (*Strategy, error) {
	if !validDeployment.MatchString(o.Deployment) {
		return nil, fmt.Errorf("DEPLOYMENT must be 1 to 128 letters, digits and -, got %q", o.Deployment)
	}
	if o.Table == "" {
		return nil, fmt.Errorf("TABLE_NAME is missing")
	}
	return &Strategy{o.Deployment, o.Table, o.Region, o.EKS, o.DynamoDB, o.Now, o.Wait}, nil
}

// NewFromConfig returns the strategy that the environment of a Lambda function
// describes.
func NewFromConfig(cfg aws.Config, env func(string) string) (*Strategy, error) {
	return New(Options{
		Deployment: env("DEPLOYMENT"), Table: env("TABLE_NAME"), Region: cfg.Region,
		EKS: eks.NewFromConfig(cfg), DynamoDB: dynamodb.NewFromConfig(cfg), Now: time.Now, Wait: wait,
	})
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
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
	// id names the access among those of the principal, whose record has the key.
	id, key           string
	principal, policy string
	wants             scopes
}

func (s *Strategy) access(r *strategy.Request) (a access, err error) {
	a = access{Strategy: s, request: r}
	if a.Settings, err = settingsOf(r); err != nil {
		return a, err
	}
	if a.principal, err = a.Settings.principal(r); err != nil {
		return a, err
	}
	a.policy, a.wants = a.policyARN(a.principal), a.scopes()
	hash := sha256.Sum256([]byte(r.Person.ID + "\x00" + r.Target.ID))
	a.id, a.key = hex.EncodeToString(hash[:12]), a.Cluster+" "+a.principal
	return a, nil
}

// output is what the requester and viewers see.
type output struct {
	Cluster      string   `json:"cluster"`
	Principal    string   `json:"principal"`
	Policy       string   `json:"policy"`
	Namespaces   []string `json:"namespaces,omitempty"`
	Instructions string   `json:"instructions"`
}

func (a access) output() output {
	return output{
		a.Cluster, a.principal, a.policy, a.Namespaces,
		fmt.Sprintf("As %s: aws eks update-kubeconfig --name %s --region %s", a.principal, a.Cluster, a.region),
	}
}

const standard = "STANDARD"

// Give makes what the principal lacks of the access.
func (s *Strategy) Give(ctx context.Context, r *strategy.Request) (strategy.Given, error) {
	a, err := s.access(r)
	if err != nil {
		return strategy.Given{}, err
	}
	made, err := a.give(ctx)
	if err != nil {
		return strategy.Given{}, err
	}
	given := strategy.Found()
	if made {
		given = strategy.Created()
	}
	return given.WithOutput(a.output()), nil
}

// Take removes what fasttrack added for the access and no other access needs.
func (s *Strategy) Take(ctx context.Context, r *strategy.Request) error {
	a, err := s.access(r)
	if err != nil {
		return err
	}
	return a.take(ctx)
}

// Has reports whether the policy is associated with all that the target names. Of an
// access that was taken, it reports whether anything that fasttrack added for it is left:
// what others granted, or another access needs, is not its own.
func (s *Strategy) Has(ctx context.Context, r *strategy.Request) (bool, error) {
	a, err := s.access(r)
	if err != nil {
		return false, err
	}
	rec, err := a.load(ctx, a.key)
	if err != nil {
		return false, err
	}
	e, err := a.read(ctx)
	if err != nil || !e.exists || e.kind != standard {
		return false, err
	}
	now := e.policies[a.policy]
	if rec.Calls[a.id].Taken {
		added := rec.of(a.policy)
		left := newScopes(added.Added...).without(added.wanted())
		return len(left) > 0 && len(now) > len(now.without(left)), nil
	}
	return len(now) > 0 && now.covers(a.wants), nil
}
