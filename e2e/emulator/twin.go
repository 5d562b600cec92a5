package emulator

import (
	"context"
	"errors"
	"net/url"
	"path"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// twin makes a role with the rights of another, which the account's owner may
// assume: the state machine's own lets the service alone, and moto is none.
func (m *Emulator) twin(ctx context.Context, role string) (arn string, err error) {
	client := iam.NewFromConfig(m.services)
	of := path.Base(role)
	name := "moto-" + of
	name = name[:min(len(name), 64)]
	trust := ownAccount
	_, err = client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust})
	if there := new(types.EntityAlreadyExistsException); err != nil && !errors.As(err, &there) {
		return "", err
	}
	policies, err := client.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: &of})
	if err != nil {
		return "", err
	}
	for _, p := range policies.PolicyNames {
		got, err := client.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &of, PolicyName: &p})
		if err != nil {
			return "", err
		}
		document, err := url.PathUnescape(*got.PolicyDocument)
		if err != nil {
			return "", err
		}
		if _, err := client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: &p, PolicyDocument: &document}); err != nil {
			return "", err
		}
	}
	return "arn:aws:iam::" + AccountID + ":role/" + name, nil
}
