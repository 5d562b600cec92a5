// Package iamgroup is the strategy of type iam-group: membership of an IAM group
// of the stack's own account is given and taken.
//
// A user is known by the unique id from when the membership is made: the name may
// change, and somebody else may get it.
//
// Calls can't be put in order at IAM: a late one has its effect. The lease
// (internal/lease) waits for what was given up on.
package iamgroup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/poll"
)

// API is what is called of IAM.
type API interface {
	AddUserToGroup(context.Context, *iam.AddUserToGroupInput, ...func(*iam.Options)) (*iam.AddUserToGroupOutput, error)
	RemoveUserFromGroup(context.Context, *iam.RemoveUserFromGroupInput, ...func(*iam.Options)) (*iam.RemoveUserFromGroupOutput, error)
	GetUser(context.Context, *iam.GetUserInput, ...func(*iam.Options)) (*iam.GetUserOutput, error)
	GetGroup(context.Context, *iam.GetGroupInput, ...func(*iam.Options)) (*iam.GetGroupOutput, error)
}

// Strategy puts users into groups.
type Strategy struct{ client API }

// New returns the strategy. The client's own retries come before those here.
func New(client API) Strategy { return Strategy{client} }

// Give puts the user into the group, and returns once IAM shows it: what was
// changed is visible only after a while
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency).
func (s Strategy) Give(ctx context.Context, a strategy.Access, l strategy.Ledger) (strategy.Given, error) {
	created, err := s.give(ctx, a, l)
	return strategy.Given{Created: created}, err
}

func (s Strategy) give(ctx context.Context, a strategy.Access, l strategy.Ledger) (created bool, err error) {
	m, err := membershipOf(a)
	if err != nil {
		return false, err
	}
	if m.from == "name" && !a.Person.Vouched {
		return false, strategy.Refuse("nothing vouches for the requester's name %q: name the person in flows.yaml under directory.people", a.Person.Name)
	}
	id, err := s.idOf(ctx, m.user)
	if err != nil {
		return false, m.refusedGive(err)
	}
	members, err := s.members(ctx, m.group)
	if err != nil {
		return false, m.refusedGive(err)
	}
	if slices.ContainsFunc(members, is(id)) {
		return false, nil
	}
	if err := l.Creating(ctx, noteUser+id); err != nil {
		return false, err
	}
	if _, err = s.client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &m.user, GroupName: &m.group}); err != nil {
		return false, m.refusedGive(err)
	}
	return true, poll.Until(ctx, m.String(), func(ctx context.Context) (bool, error) {
		members, err := s.members(ctx, m.group)
		if err != nil {
			return false, err
		}
		for _, u := range members {
			// Somebody else got the name meanwhile, and so the membership.
			if other := aws.ToString(u.UserId); other != id && m.names(u) {
				if err := l.Creating(ctx, noteUser+other); err != nil {
					return false, err
				}
				return false, fmt.Errorf("the name of user %s went to another user meanwhile", m.user)
			}
		}
		return slices.ContainsFunc(members, is(id)), nil
	})
}

// Take takes whoever was put into the group out of it, by the name that the user
// has now, and returns once IAM doesn't show it any more. A user or group that does
// not exist has no membership.
func (s Strategy) Take(ctx context.Context, a strategy.Access, _ strategy.Ledger) (strategy.Gone, error) {
	m, err := membershipOf(a)
	if err != nil {
		return strategy.Gone{}, err
	}
	ours := m.ours(a)
	return strategy.Gone{}, poll.Until(ctx, "end of "+m.String(), func(ctx context.Context) (bool, error) {
		members, err := s.members(ctx, m.group)
		if code(err) == "NoSuchEntity" {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		done := true
		for _, u := range members {
			if !ours(u) {
				continue
			}
			done = false
			if err := s.remove(ctx, u, m.group); err != nil {
				return false, err
			}
		}
		return done, nil
	})
}

// remove takes a member out of the group, unless somebody else has the name by
// now: then IAM will soon show the member's present name.
func (s Strategy) remove(ctx context.Context, u types.User, group string) error {
	id, err := s.idOf(ctx, aws.ToString(u.UserName))
	if code(err) == "NoSuchEntity" || err == nil && id != aws.ToString(u.UserId) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up user %s: %w", aws.ToString(u.UserName), err)
	}
	_, err = s.client.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: u.UserName, GroupName: &group})
	if err != nil && code(err) != "NoSuchEntity" {
		return fmt.Errorf("take user %s out of group %s: %w", aws.ToString(u.UserName), group, err)
	}
	return nil
}

// Has reports whether whoever was put into the group is in it; the user of the
// person's name, where nobody was.
func (s Strategy) Has(ctx context.Context, a strategy.Access) (bool, error) {
	m, err := membershipOf(a)
	if err != nil {
		return false, err
	}
	members, err := s.members(ctx, m.group)
	if code(err) == "NoSuchEntity" {
		return false, nil
	}
	return slices.ContainsFunc(members, m.ours(a)), err
}

// idOf reads a user's unique id.
func (s Strategy) idOf(ctx context.Context, name string) (string, error) {
	out, err := s.client.GetUser(ctx, &iam.GetUserInput{UserName: &name})
	if err != nil {
		return "", err
	}
	if out.User == nil || aws.ToString(out.User.UserId) == "" {
		return "", fmt.Errorf("IAM does not say which user %s is", name)
	}
	return aws.ToString(out.User.UserId), nil
}

// members reads who is in the group, page by page.
func (s Strategy) members(ctx context.Context, group string) ([]types.User, error) {
	var users []types.User
	pages := iam.NewGetGroupPaginator(s.client, &iam.GetGroupInput{GroupName: &group})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the members of group %s: %w", group, err)
		}
		users = append(users, page.Users...)
	}
	return users, nil
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
