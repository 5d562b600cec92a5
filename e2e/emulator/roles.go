package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// ownAccount trusts the account's owner, who may assume the role.
var ownAccount = statement(`"Principal":{"AWS":"` + AccountID + `"},"Action":"sts:AssumeRole"`)

// Role makes a role of the account that the account may assume, and allows it actions on
// everything. It returns its ARN.
func (m *Emulator) Role(ctx context.Context, path, name string, actions ...string) (string, error) {
	trust := ownAccount
	made, err := iam.NewFromConfig(m.services).CreateRole(ctx, &iam.CreateRoleInput{Path: &path, RoleName: &name, AssumeRolePolicyDocument: &trust})
	if err != nil {
		return "", fmt.Errorf("make the role %s: %w", name, err)
	}
	return *made.Role.Arn, m.Allow(ctx, name, actions...)
}

// Allow allows a role of the account actions on everything, instead of those that an
// earlier call allowed it.
func (m *Emulator) Allow(ctx context.Context, role string, actions ...string) error {
	list, err := json.Marshal(actions)
	if err != nil {
		return err
	}
	policy, may := "may", statement(`"Action":`+string(list)+`,"Resource":"*"`)
	if _, err := iam.NewFromConfig(m.services).PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &role, PolicyName: &policy, PolicyDocument: &may}); err != nil {
		return fmt.Errorf("allow the role %s: %w", role, err)
	}
	return nil
}

// AllowLookup allows the functions of a stack to look up the roles that call its API. The
// template allows that on the path of the roles of IAM Identity Center; the emulator looks
// for the right on everything.
func (m *Emulator) AllowLookup(ctx context.Context, stack string) error {
	listed, err := iam.NewFromConfig(m.services).ListRoles(ctx, &iam.ListRolesInput{})
	if err != nil {
		return err
	}
	for _, role := range listed.Roles {
		if strings.HasPrefix(*role.RoleName, stack+"-RequestRole") || strings.HasPrefix(*role.RoleName, stack+"-ApproveRole") {
			if err := m.Allow(ctx, *role.RoleName, "iam:GetRole"); err != nil {
				return err
			}
		}
	}
	return nil
}

// Session assumes a role by the name of a session.
func (m *Emulator) Session(ctx context.Context, role, name string) (aws.Credentials, error) {
	got, err := sts.NewFromConfig(m.services).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: &name})
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("assume %s: %w", role, err)
	}
	c := got.Credentials
	return aws.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken}, nil
}

// statement is a policy with one statement that allows something.
func statement(allows string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + allows + `}]}`
}
