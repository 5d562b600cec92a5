// Package iamgroup is the strategy of type iam-group: access is membership of an
// IAM user in an IAM group, which the target's settings name.
package iamgroup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// API is what is called of IAM.
type API interface {
	AddUserToGroup(context.Context, *iam.AddUserToGroupInput, ...func(*iam.Options)) (*iam.AddUserToGroupOutput, error)
	RemoveUserFromGroup(context.Context, *iam.RemoveUserFromGroupInput, ...func(*iam.Options)) (*iam.RemoveUserFromGroupOutput, error)
	iam.ListGroupsForUserAPIClient
}

// Strategy puts users into groups.
type Strategy struct{ client API }

// New gives the strategy.
func New(client API) Strategy { return Strategy{client} }

// membership is what access is here.
type membership struct{ user, group string }

// of reads the user from the person (the flow's strategy says by which of
// "email", the default, "name" and "id"), and the group from the target.
func of(a strategy.Access) (membership, error) {
	var config struct {
		User string `json:"user"`
	}
	var settings struct {
		Group string `json:"group"`
	}
	if len(a.Config) > 0 && json.Unmarshal(a.Config, &config) != nil {
		return membership{}, strategy.Refuse("the strategy's settings can't be read")
	}
	if len(a.Target.Settings) == 0 || json.Unmarshal(a.Target.Settings, &settings) != nil || settings.Group == "" {
		return membership{}, strategy.Refuse("target %s names no IAM group in its settings", a.Target.ID)
	}
	m := membership{group: settings.Group}
	switch config.User {
	case "", "email":
		m.user = a.Person.Email
	case "name":
		m.user = a.Person.Name
	case "id": // perhaps the ARN of the user, whose last part is the name
		m.user = a.Person.ID[strings.LastIndexByte(a.Person.ID, '/')+1:]
	default:
		return membership{}, strategy.Refuse("the strategy's user is %q; email, name or id was expected", config.User)
	}
	if m.user == "" {
		return membership{}, strategy.Refuse("the requester has no %s to find the IAM user by", orEmail(config.User))
	}
	return m, nil
}

func orEmail(by string) string {
	if by == "" {
		return "email"
	}
	return by
}

// Give puts the user into the group.
func (s Strategy) Give(ctx context.Context, a strategy.Access, _ strategy.Note) error {
	m, err := of(a)
	if err != nil {
		return err
	}
	_, err = s.client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &m.user, GroupName: &m.group})
	if missing(err) {
		return strategy.Refuse("there is no IAM user %q or no IAM group %q", m.user, m.group)
	}
	if err != nil {
		return fmt.Errorf("add %s to %s: %w", m.user, m.group, err)
	}
	return s.await(ctx, m, true)
}

// Take removes the user from the group. A user or group that is not there has
// no access.
func (s Strategy) Take(ctx context.Context, a strategy.Access, _ strategy.Note) error {
	m, err := of(a)
	if err != nil {
		return err
	}
	_, err = s.client.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: &m.user, GroupName: &m.group})
	if err != nil && !missing(err) {
		return fmt.Errorf("remove %s from %s: %w", m.user, m.group, err)
	}
	return s.await(ctx, m, false)
}

// Has reads whether the user is in the group.
func (s Strategy) Has(ctx context.Context, a strategy.Access) (bool, error) {
	m, err := of(a)
	if err != nil {
		return false, err
	}
	return s.has(ctx, m)
}

func (s Strategy) has(ctx context.Context, m membership) (bool, error) {
	pages := iam.NewListGroupsForUserPaginator(s.client, &iam.ListGroupsForUserInput{UserName: &m.user})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if missing(err) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("list the groups of %s: %w", m.user, err)
		}
		for _, g := range page.Groups {
			if aws.ToString(g.GroupName) == m.group {
				return true, nil
			}
		}
	}
	return false, nil
}

// patience is how long a change is waited for to be read back: IAM is eventually
// consistent
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency).
const patience = 20 * time.Second

func (s Strategy) await(ctx context.Context, m membership, want bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		has, err := s.has(ctx, m)
		if err != nil || has == want {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.New("IAM took the change, but it can't be read back yet")
		case <-time.After(pause):
		}
	}
}

func missing(err error) bool {
	var none *types.NoSuchEntityException
	return errors.As(err, &none)
}
