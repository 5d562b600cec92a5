package eks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// API is the part of EKS that is called.
type API interface {
	DescribeAccessEntry(context.Context, *eks.DescribeAccessEntryInput, ...func(*eks.Options)) (*eks.DescribeAccessEntryOutput, error)
	CreateAccessEntry(context.Context, *eks.CreateAccessEntryInput, ...func(*eks.Options)) (*eks.CreateAccessEntryOutput, error)
	DeleteAccessEntry(context.Context, *eks.DeleteAccessEntryInput, ...func(*eks.Options)) (*eks.DeleteAccessEntryOutput, error)
	ListAssociatedAccessPolicies(context.Context, *eks.ListAssociatedAccessPoliciesInput, ...func(*eks.Options)) (*eks.ListAssociatedAccessPoliciesOutput, error)
	AssociateAccessPolicy(context.Context, *eks.AssociateAccessPolicyInput, ...func(*eks.Options)) (*eks.AssociateAccessPolicyOutput, error)
	DisassociateAccessPolicy(context.Context, *eks.DisassociateAccessPolicyInput, ...func(*eks.Options)) (*eks.DisassociateAccessPolicyOutput, error)
}

// tagDeployment marks an access entry that a deployment of this function made.
const tagDeployment = "fasttrack:deployment"

// entry is what EKS says about a principal.
type entry struct {
	// exists reports that an access entry exists; ours, that this deployment made it.
	exists, ours bool
	kind         string
	groups       int
	// policies are the associated ones, by their ARNs.
	policies map[string]scopes
}

// read reads the access entry and its policies.
func (a access) read(ctx context.Context) (e entry, err error) {
	out, err := a.eks.DescribeAccessEntry(ctx, &eks.DescribeAccessEntryInput{ClusterName: &a.Cluster, PrincipalArn: &a.principal})
	if missing(err) {
		return e, nil // or the cluster is: nobody has access then
	}
	if err != nil {
		return e, problem("read the access entry", err)
	}
	if out.AccessEntry == nil {
		return e, errors.New("read the access entry: the response is empty")
	}
	e = entry{
		exists: true, ours: out.AccessEntry.Tags[tagDeployment] == a.deployment, kind: aws.ToString(out.AccessEntry.Type),
		groups: len(out.AccessEntry.KubernetesGroups), policies: map[string]scopes{},
	}
	pages := eks.NewListAssociatedAccessPoliciesPaginator(a.eks, &eks.ListAssociatedAccessPoliciesInput{ClusterName: &a.Cluster, PrincipalArn: &a.principal})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if missing(err) {
			return entry{}, nil // somebody has just deleted it
		}
		if err != nil {
			return e, problem("read the associated policies", err)
		}
		for _, p := range page.AssociatedAccessPolicies {
			e.policies[aws.ToString(p.PolicyArn)] = scopesOf(p.AccessScope)
		}
	}
	return e, nil
}

// create makes the access entry. Another call may have made it just now.
func (a access) create(ctx context.Context) error {
	_, err := a.eks.CreateAccessEntry(ctx, &eks.CreateAccessEntryInput{
		ClusterName: &a.Cluster, PrincipalArn: &a.principal, Type: aws.String(standard), Tags: map[string]string{tagDeployment: a.deployment},
	})
	if _, exists := errors.AsType[*types.ResourceInUseException](err); exists {
		return nil
	}
	return problem("create the access entry", err)
}

// delete deletes the access entry. Another call may have deleted it.
func (a access) delete(ctx context.Context) error {
	_, err := a.eks.DeleteAccessEntry(ctx, &eks.DeleteAccessEntryInput{ClusterName: &a.Cluster, PrincipalArn: &a.principal})
	if missing(err) {
		return nil
	}
	return problem("delete the access entry", err)
}

var errNotVisible = errors.New("EKS does not show the access entry yet")

// associate sets the scopes of the policy, in place of those that it has.
func (a access) associate(ctx context.Context, s scopes) error {
	_, err := a.eks.AssociateAccessPolicy(ctx, &eks.AssociateAccessPolicyInput{
		ClusterName: &a.Cluster, PrincipalArn: &a.principal, PolicyArn: &a.policy, AccessScope: s.access(),
	})
	if none, is := errors.AsType[*types.ResourceNotFoundException](err); is && strings.Contains(none.ErrorMessage(), "principalArn") {
		// The entry was made a moment ago, and is not visible everywhere.
		return errNotVisible
	}
	return problem("associate the policy", err)
}

func (a access) disassociate(ctx context.Context) error {
	_, err := a.eks.DisassociateAccessPolicy(ctx, &eks.DisassociateAccessPolicyInput{ClusterName: &a.Cluster, PrincipalArn: &a.principal, PolicyArn: &a.policy})
	if missing(err) {
		return nil
	}
	return problem("disassociate the policy", err)
}

func missing(err error) bool {
	_, is := errors.AsType[*types.ResourceNotFoundException](err)
	return is
}

// soon is when to retry what EKS has not finished, or throttles.
const soon = 5 * time.Second

// problem turns an error of EKS into one of the contract: what a person must change is
// refused, what passes is retried.
func problem(what string, err error) error {
	if err == nil {
		return nil
	}
	api, is := errors.AsType[smithy.APIError](err)
	if !is {
		return fmt.Errorf("%s: %w", what, err)
	}
	switch api.ErrorCode() {
	case "InvalidParameterException", "InvalidRequestException", "ResourceNotFoundException", "AccessDeniedException":
		return strategy.Refused("%s: %s", what, api.ErrorMessage())
	case "ThrottlingException", "TooManyRequestsException", "ResourceInUseException", "ServerException", "ServiceUnavailableException":
		return strategy.Later(soon, "%s: %s", what, api.ErrorCode())
	}
	return fmt.Errorf("%s: %s: %s", what, api.ErrorCode(), api.ErrorMessage())
}
