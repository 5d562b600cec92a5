// Package identitycenter looks up people and groups in AWS IAM Identity Center, by
// the API of its identity store.
package identitycenter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	"github.com/aws/aws-sdk-go-v2/service/identitystore/document"
	"github.com/aws/aws-sdk-go-v2/service/identitystore/types"

	"github.com/fasttrack-dev/fasttrack/hook/internal/lambdaenv"
	"github.com/fasttrack-dev/fasttrack/hook/internal/limit"
)

// maxMembers is the size of a group whose members are listed; each is a call of its
// own.
const maxMembers = 500

// Client calls one identity store.
type Client struct {
	store  string
	client *identitystore.Client
}

// New returns a client of the identity store of that id, such as d-1234567890. It uses
// Lambda's own credentials. The region is IDENTITY_CENTER_REGION, which the stack sets
// from its parameter IdentityCenterRegion, or else Lambda's own. The function's role
// needs identitystore:GetUserId, GetGroupId, IsMemberInGroups, DescribeUser, and for
// [Client.UsersInGroup] ListGroupMemberships.
func New(identityStoreID string) *Client { return At("", identityStoreID) }

// At is [New] for the service at baseURL, such as a VPC endpoint or a test's server.
func At(baseURL, identityStoreID string) *Client {
	cfg := lambdaenv.At(baseURL)
	cfg.Region = cmp.Or(os.Getenv("IDENTITY_CENTER_REGION"), cfg.Region)
	return &Client{identityStoreID, identitystore.NewFromConfig(cfg)}
}

// User is a person in the identity store.
type User struct{ ID, UserName, Email string }

// InGroup reports whether the person of that e-mail is in the group of that name. A
// group or a person that the store doesn't have, and a disabled person, is an error, not
// false.
func (c *Client) InGroup(ctx context.Context, email, group string) (bool, error) {
	ctx, cancel := limit.Within(ctx)
	defer cancel()
	groupID, err := c.group(ctx, group)
	if err != nil {
		return false, err
	}
	user, err := c.client.GetUserId(ctx, &identitystore.GetUserIdInput{IdentityStoreId: &c.store, AlternateIdentifier: unique("emails.value", email)})
	if err != nil {
		return false, explain(err, "user "+email)
	}
	described, err := c.client.DescribeUser(ctx, &identitystore.DescribeUserInput{IdentityStoreId: &c.store, UserId: user.UserId})
	if err != nil {
		return false, explain(err, "user "+email)
	}
	if !active(described.UserStatus) {
		return false, fmt.Errorf("user %s is %s in IAM Identity Center, and can't sign in", email, described.UserStatus)
	}
	out, err := c.client.IsMemberInGroups(ctx, &identitystore.IsMemberInGroupsInput{
		IdentityStoreId: &c.store, GroupIds: []string{groupID}, MemberId: &types.MemberIdMemberUserId{Value: aws.ToString(user.UserId)},
	})
	if err != nil {
		return false, explain(err, "group "+group)
	}
	for _, r := range out.Results {
		if aws.ToString(r.GroupId) == groupID {
			return r.MembershipExists, nil
		}
	}
	return false, errors.New("IAM Identity Center did not respond for the group")
}

// active reports whether a person of that status can sign in. Stores that leave it out
// disable nobody.
func active(s types.UserStatus) bool { return s == "" || s == types.UserStatusEnabled }

// UsersInGroup returns the people in the group of that name who can sign in; a
// group of more than 500 is an error.
func (c *Client) UsersInGroup(ctx context.Context, group string) ([]User, error) {
	ctx, cancel := limit.Within(ctx)
	defer cancel()
	id, err := c.group(ctx, group)
	if err != nil {
		return nil, err
	}
	users, looked := []User{}, 0
	pages := identitystore.NewListGroupMembershipsPaginator(c.client, &identitystore.ListGroupMembershipsInput{IdentityStoreId: &c.store, GroupId: &id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "group "+group)
		}
		for _, m := range page.GroupMemberships {
			member, ok := m.MemberId.(*types.MemberIdMemberUserId)
			if !ok {
				continue
			}
			if looked++; looked > maxMembers {
				return nil, fmt.Errorf("group %s has more than %d members", group, maxMembers)
			}
			u, err := c.client.DescribeUser(ctx, &identitystore.DescribeUserInput{IdentityStoreId: &c.store, UserId: &member.Value})
			if err != nil {
				return nil, explain(err, "member of the group "+group)
			}
			if !active(u.UserStatus) {
				continue
			}
			users = append(users, User{member.Value, aws.ToString(u.UserName), email(u.Emails)})
		}
	}
	return users, nil
}

// email returns the primary address, or the first.
func email(all []types.Email) string {
	first := ""
	for _, e := range all {
		if e.Primary {
			return aws.ToString(e.Value)
		}
		if first == "" {
			first = aws.ToString(e.Value)
		}
	}
	return first
}

func (c *Client) group(ctx context.Context, name string) (string, error) {
	out, err := c.client.GetGroupId(ctx, &identitystore.GetGroupIdInput{IdentityStoreId: &c.store, AlternateIdentifier: unique("displayName", name)})
	if err != nil {
		return "", explain(err, "group "+name)
	}
	return aws.ToString(out.GroupId), nil
}

func unique(path, value string) types.AlternateIdentifier {
	return &types.AlternateIdentifierMemberUniqueAttribute{Value: types.UniqueAttribute{AttributePath: &path, AttributeValue: document.NewLazyDocument(value)}}
}

// explain returns the error of a call about what, in words for a reviewer.
func explain(err error, what string) error {
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return fmt.Errorf("IAM Identity Center has no %s", what)
	}
	return fmt.Errorf("IAM Identity Center did not respond: %w", lambdaenv.Short(err))
}
