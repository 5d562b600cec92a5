// Package iamgroup is the strategy of type iam-group: membership of an IAM group
// of the stack's own account is given and taken.
//
// Calls can't be put in order at IAM: a late one has its effect. The lease
// (internal/lease) waits for what was given up on.
package iamgroup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/poll"
)

// API is what is called of IAM.
type API interface {
	AddUserToGroup(context.Context, *iam.AddUserToGroupInput, ...func(*iam.Options)) (*iam.AddUserToGroupOutput, error)
	RemoveUserFromGroup(context.Context, *iam.RemoveUserFromGroupInput, ...func(*iam.Options)) (*iam.RemoveUserFromGroupOutput, error)
	ListGroupsForUser(context.Context, *iam.ListGroupsForUserInput, ...func(*iam.Options)) (*iam.ListGroupsForUserOutput, error)
}

// Strategy puts users into groups.
type Strategy struct{ client API }

// New gives the strategy. The client's own retries come before those here.
func New(client API) Strategy { return Strategy{client} }

// Give puts the user into the group, and returns once IAM shows it: what was
// changed is visible only after a while
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency).
func (s Strategy) Give(ctx context.Context, a strategy.Access, _ strategy.Note) error {
	m, err := membershipOf(a)
	if err != nil {
		return err
	}
	_, err = s.client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &m.user, GroupName: &m.group})
	if err != nil {
		return m.refusedGive(err)
	}
	return poll.Until(ctx, m.String(), func(ctx context.Context) (bool, error) { return s.member(ctx, m) })
}

// Take takes the user out of the group, and returns once IAM doesn't show it any
// more. A user or group that is not there has no membership.
func (s Strategy) Take(ctx context.Context, a strategy.Access, _ strategy.Note) error {
	m, err := membershipOf(a)
	if err != nil {
		return err
	}
	_, err = s.client.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: &m.user, GroupName: &m.group})
	if err != nil && code(err) != "NoSuchEntity" {
		return fmt.Errorf("take %s: %w", m, err)
	}
	return poll.Until(ctx, "end of "+m.String(), func(ctx context.Context) (bool, error) {
		in, err := s.member(ctx, m)
		return !in, err
	})
}

// Has reads whether the user is in the group. One that is not there is in none.
func (s Strategy) Has(ctx context.Context, a strategy.Access) (bool, error) {
	m, err := membershipOf(a)
	if err != nil {
		return false, err
	}
	return s.member(ctx, m)
}

// member reads the user's groups, page by page.
func (s Strategy) member(ctx context.Context, m membership) (bool, error) {
	pages := iam.NewListGroupsForUserPaginator(s.client, &iam.ListGroupsForUserInput{UserName: &m.user})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if code(err) == "NoSuchEntity" {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read %s: %w", m, err)
		}
		for _, g := range page.Groups {
			// Names of groups differ in more than case
			// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html).
			if strings.EqualFold(aws.ToString(g.GroupName), m.group) {
				return true, nil
			}
		}
	}
	return false, nil
}

// refusedGive makes of an error of AddUserToGroup what no second try can help a
// [strategy.Refused].
func (m membership) refusedGive(err error) error {
	switch code(err) {
	case "NoSuchEntity":
		said := strings.ToLower(message(err))
		switch {
		case strings.Contains(said, "user") && !strings.Contains(said, "group"):
			return strategy.Refuse("IAM has no user %q, which is the requester's %s", m.user, m.from)
		case strings.Contains(said, "group") && !strings.Contains(said, "user"):
			return strategy.Refuse("IAM has no group %q, which the target's settings name", m.group)
		}
		return strategy.Refuse("IAM has no user %q, which is the requester's %s, or no group %q: %s", m.user, m.from, m.group, message(err))
	case "LimitExceeded":
		return strategy.Refuse("IAM user %q can't be in one more group: %s", m.user, message(err))
	case "ValidationError", "InvalidInput":
		return strategy.Refuse("IAM does not take user %q and group %q: %s", m.user, m.group, message(err))
	}
	return fmt.Errorf("give %s: %w", m, err)
}

// code is what AWS calls the error; "" if it did not come from AWS.
func code(err error) string {
	var at smithy.APIError
	if !errors.As(err, &at) {
		return ""
	}
	return strings.TrimSuffix(at.ErrorCode(), "Exception")
}

func message(err error) string {
	var at smithy.APIError
	if !errors.As(err, &at) {
		return err.Error()
	}
	return at.ErrorMessage()
}
