// Package identitycenter is the strategy of type identity-center: access is an
// assignment of a person to a permission set in an AWS account, by IAM Identity
// Center.
//
// Both giving and taking go on at AWS after the call has answered. So the user's
// id is noted before any change, and each call waits first for what
// is under way about the same assignment, whoever began it: the answer with its
// id may have been lost. Only whom the assignment was made for is taken from.
package identitycenter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	storedoc "github.com/aws/aws-sdk-go-v2/service/identitystore/document"
	storetypes "github.com/aws/aws-sdk-go-v2/service/identitystore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// Users is what is called of the identity store.
type Users interface {
	GetUserId(context.Context, *identitystore.GetUserIdInput, ...func(*identitystore.Options)) (*identitystore.GetUserIdOutput, error)
	DescribeUser(context.Context, *identitystore.DescribeUserInput, ...func(*identitystore.Options)) (*identitystore.DescribeUserOutput, error)
}

// Strategy assigns people to permission sets.
type Strategy struct {
	assignments Assignments
	users       Users
	pause       time.Duration
}

// New returns the strategy. What AWS does asynchronously is looked at every pause
// at first, then less often; 0 is half a second.
func New(assignments Assignments, users Users, pause time.Duration) Strategy {
	if pause <= 0 {
		pause = 500 * time.Millisecond
	}
	return Strategy{assignments, users, pause}
}

// NewFromConfig returns the strategy for the instance whose primary region is
// region, empty for the region of cfg. No other region assigns anything
// (https://docs.aws.amazon.com/singlesignon/latest/userguide/api-support-in-additional-regions.html).
func NewFromConfig(cfg aws.Config, region string) Strategy {
	if region != "" {
		cfg.Region = region
	}
	return New(ssoadmin.NewFromConfig(cfg), identitystore.NewFromConfig(cfg), 0)
}

// noteUser is before a user's id among the notes: who got the access stays known
// when the person's e-mail changes meanwhile.
const noteUser = "user:"

// assignment is what access is here; of nobody yet without a user.
type assignment struct{ instance, account, permissionSet, user string }

func (to assignment) of(user string) assignment { to.user = user; return to }

// read reads from the strategy's settings and the target's what is assigned, and
// in which store the users are.
func read(a strategy.Access) (to assignment, store string, err error) {
	var config struct {
		Instance string `json:"instance_arn"`
		Store    string `json:"identity_store_id"`
	}
	var settings struct {
		Account       string `json:"account"`
		PermissionSet string `json:"permission_set"`
	}
	if json.Unmarshal(a.Config, &config) != nil || config.Instance == "" || config.Store == "" {
		return to, "", strategy.Refuse("the strategy names no instance_arn and identity_store_id")
	}
	if json.Unmarshal(a.Target.Settings, &settings) != nil || settings.Account == "" || settings.PermissionSet == "" {
		return to, "", strategy.Refuse("target %s names no account and permission_set in its settings", a.Target.ID)
	}
	if a.Person.Email == "" {
		return to, "", strategy.Refuse("the requester has no e-mail to find the user of IAM Identity Center by")
	}
	return assignment{instance: config.Instance, account: settings.Account, permissionSet: settings.PermissionSet}, config.Store, nil
}

// holders are the users for whom the assignment was made: those who were noted,
// or where nobody was, as in leases of old releases, whom the person's e-mail
// names now. requests are the ids of AWS's operations.
func (s Strategy) holders(ctx context.Context, a strategy.Access, store string) (users, requests []string, err error) {
	for _, noted := range a.Requests {
		id, is := strings.CutPrefix(noted, noteUser)
		switch {
		case !is:
			requests = append(requests, noted)
		case !slices.Contains(users, id):
			users = append(users, id)
		}
	}
	if len(users) == 0 {
		now, err := s.user(ctx, store, a.Person.Email)
		if err != nil {
			return nil, nil, err
		}
		if now != "" {
			users = []string{now}
		}
	}
	return users, requests, nil
}

// user looks up who has the e-mail, "" for nobody.
func (s Strategy) user(ctx context.Context, store, email string) (string, error) {
	for _, attribute := range []string{"userName", "emails.value"} {
		out, err := s.users.GetUserId(ctx, &identitystore.GetUserIdInput{
			IdentityStoreId: &store,
			AlternateIdentifier: &storetypes.AlternateIdentifierMemberUniqueAttribute{Value: storetypes.UniqueAttribute{
				AttributePath: aws.String(attribute), AttributeValue: storedoc.NewLazyDocument(email),
			}},
		})
		var none *storetypes.ResourceNotFoundException
		switch {
		case err == nil:
			return aws.ToString(out.UserId), nil
		case !errors.As(err, &none):
			return "", fmt.Errorf("look up %s: %w", email, err)
		}
	}
	return "", nil
}

// exists reports whether the user is in the identity store. An assignment to one
// who was deleted stays listed, and can't be deleted, but grants nobody access.
func (s Strategy) exists(ctx context.Context, store, user string) (bool, error) {
	_, err := s.users.DescribeUser(ctx, &identitystore.DescribeUserInput{IdentityStoreId: &store, UserId: &user})
	var none *storetypes.ResourceNotFoundException
	switch {
	case errors.As(err, &none):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look up user %s: %w", user, err)
	}
	return true, nil
}

// Give assigns the person, and waits until AWS has done so.
func (s Strategy) Give(ctx context.Context, a strategy.Access, l strategy.Ledger) (strategy.Given, error) {
	created, err := s.give(ctx, a, l)
	return strategy.Given{Created: created}, err
}

func (s Strategy) give(ctx context.Context, a strategy.Access, l strategy.Ledger) (created bool, err error) {
	to, store, err := read(a)
	if err != nil {
		return false, err
	}
	user, err := s.user(ctx, store, a.Person.Email)
	if err != nil {
		return false, err
	}
	if user == "" {
		return false, strategy.Refuse("IAM Identity Center has no user %s", a.Person.Email)
	}
	to = to.of(user)
	// An assignment that is just being deleted is still listed, and one that is
	// being created is not yet.
	if err := s.settle(ctx, s.creations(to), to, nil); err != nil {
		return false, err
	}
	if err := s.settle(ctx, s.deletions(to), to, nil); err != nil {
		return false, err
	}
	if is, err := s.listed(ctx, to); err != nil || is {
		return false, err
	}
	if err := l.Creating(ctx, noteUser+user); err != nil {
		return false, err
	}
	var id string
	err = s.persist(ctx, func() error {
		out, err := s.assignments.CreateAccountAssignment(ctx, &ssoadmin.CreateAccountAssignmentInput{
			InstanceArn: &to.instance, PermissionSetArn: &to.permissionSet, PrincipalId: &to.user, PrincipalType: types.PrincipalTypeUser,
			TargetId: &to.account, TargetType: types.TargetTypeAwsAccount,
		})
		if err == nil {
			id = aws.ToString(out.AccountAssignmentCreationStatus.RequestId)
		}
		return err
	})
	var invalid *types.ValidationException
	var none *types.ResourceNotFoundException
	if errors.As(err, &invalid) || errors.As(err, &none) {
		return false, strategy.Refuse("IAM Identity Center refuses the assignment: %v", err)
	}
	if err != nil {
		return false, fmt.Errorf("create the assignment: %w", err)
	}
	if err := l.Note(ctx, id); err != nil {
		return false, err
	}
	// What failed may work the next time: AWS states its reasons as free text, so
	// no failure is taken for one that lasts.
	failure, err := s.wait(ctx, s.creations(to), id)
	if err == nil && failure != "" {
		err = fmt.Errorf("IAM Identity Center could not create the assignment: %s", failure)
	}
	return true, err
}

// Has reports whether one of those is assigned for whom the assignment was made,
// or whom the person's e-mail names now where nobody is noted.
func (s Strategy) Has(ctx context.Context, a strategy.Access) (bool, error) {
	to, store, err := read(a)
	if err != nil {
		return false, err
	}
	users, _, err := s.holders(ctx, a, store)
	if err != nil {
		return false, err
	}
	for _, user := range users {
		is, err := s.listed(ctx, to.of(user))
		if err == nil && is {
			is, err = s.exists(ctx, store, user)
		}
		if err != nil || is {
			return is, err
		}
	}
	return false, nil
}

// listed reports whether the user is listed as assigned. To a permission set that
// does not exist nobody is: AWS refuses to delete one with assignments.
func (s Strategy) listed(ctx context.Context, to assignment) (bool, error) {
	pages := ssoadmin.NewListAccountAssignmentsPaginator(s.assignments, &ssoadmin.ListAccountAssignmentsInput{
		InstanceArn: &to.instance, AccountId: &to.account, PermissionSetArn: &to.permissionSet,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		var none *types.ResourceNotFoundException
		if errors.As(err, &none) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("list assignments: %w", err)
		}
		for _, one := range page.AccountAssignments {
			if one.PrincipalType == types.PrincipalTypeUser && aws.ToString(one.PrincipalId) == to.user {
				return true, nil
			}
		}
	}
	return false, nil
}
