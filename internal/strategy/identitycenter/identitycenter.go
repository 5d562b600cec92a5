// Package identitycenter is the strategy of type identity-center: access is an
// assignment of a person to a permission set in an AWS account, by IAM Identity
// Center.
//
// Both giving and taking go on at AWS after the call has answered. So the user's
// id is noted before anything is asked for, and each call waits first for what
// is under way about the same assignment, whoever began it: the answer with its
// id may have been lost.
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
}

// Strategy assigns people to permission sets.
type Strategy struct {
	assignments Assignments
	users       Users
	pause       time.Duration
}

// New gives the strategy. What AWS does asynchronously is looked at every pause
// at first, then less often; 0 is half a second.
func New(assignments Assignments, users Users, pause time.Duration) Strategy {
	if pause <= 0 {
		pause = 500 * time.Millisecond
	}
	return Strategy{assignments, users, pause}
}

// noteUser is before a user's id among the notes: who got the access stays known
// when the person's e-mail changes meanwhile.
const noteUser = "user:"

// assignment is what access is here.
type assignment struct{ instance, account, permissionSet, user string }

// find reads from the strategy's settings and the target's what is assigned, and
// to whom: the user whom the person's e-mail names now, first, if there is one,
// then those who were noted. It is empty where there is no such user.
func (s Strategy) find(ctx context.Context, a strategy.Access) ([]assignment, error) {
	var config struct {
		Instance string `json:"instance_arn"`
		Store    string `json:"identity_store_id"`
	}
	var settings struct {
		Account       string `json:"account"`
		PermissionSet string `json:"permission_set"`
	}
	if json.Unmarshal(a.Config, &config) != nil || config.Instance == "" || config.Store == "" {
		return nil, strategy.Refuse("the strategy names no instance_arn and identity_store_id")
	}
	if json.Unmarshal(a.Target.Settings, &settings) != nil || settings.Account == "" || settings.PermissionSet == "" {
		return nil, strategy.Refuse("target %s names no account and permission_set in its settings", a.Target.ID)
	}
	if a.Person.Email == "" {
		return nil, strategy.Refuse("the requester has no e-mail to find the user of IAM Identity Center by")
	}
	var ids []string
	now, err := s.user(ctx, config.Store, a.Person.Email)
	if err != nil {
		return nil, err
	}
	if now != "" {
		ids = append(ids, now)
	}
	for _, noted := range a.Requests {
		if id, is := strings.CutPrefix(noted, noteUser); is && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	to := make([]assignment, len(ids))
	for i, id := range ids {
		to[i] = assignment{instance: config.Instance, account: settings.Account, permissionSet: settings.PermissionSet, user: id}
	}
	return to, nil
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

// Give assigns the person, and waits until AWS has done so.
func (s Strategy) Give(ctx context.Context, a strategy.Access, note strategy.Note) error {
	found, err := s.find(ctx, a)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return strategy.Refuse("IAM Identity Center has no user %s", a.Person.Email)
	}
	to := found[0]
	if user := noteUser + to.user; !slices.Contains(a.Requests, user) {
		if err := note(ctx, user); err != nil {
			return err
		}
	}
	// An assignment that is just being deleted is still listed.
	if err := s.settle(ctx, s.deletions(to), to, nil); err != nil {
		return err
	}
	if has, err := s.has(ctx, to); err != nil || has {
		return err
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
		return strategy.Refuse("IAM Identity Center refuses the assignment: %v", err)
	}
	if err != nil {
		return fmt.Errorf("create the assignment: %w", err)
	}
	if err := note(ctx, id); err != nil {
		return err
	}
	// What failed may work the next time: AWS gives its reasons as free text, so
	// no failure is taken for one that lasts.
	failure, err := s.wait(ctx, s.creations(to), id)
	if err == nil && failure != "" {
		err = fmt.Errorf("IAM Identity Center could not create the assignment: %s", failure)
	}
	return err
}

// Take waits for what is still being created, deletes the assignment, and waits
// until AWS has done so.
func (s Strategy) Take(ctx context.Context, a strategy.Access, _ strategy.Note) error {
	found, err := s.find(ctx, a)
	if err != nil {
		return err
	}
	var noted []string
	for _, id := range a.Requests {
		if !strings.HasPrefix(id, noteUser) {
			noted = append(noted, id)
		}
	}
	for _, to := range found {
		if err := s.settle(ctx, s.creations(to), to, noted); err != nil {
			return err
		}
		noted = nil
		if err := s.delete(ctx, to); err != nil {
			return err
		}
	}
	return nil
}

func (s Strategy) delete(ctx context.Context, to assignment) error {
	if has, err := s.has(ctx, to); err != nil || !has {
		return err
	}
	var id string
	err := s.persist(ctx, func() error {
		out, err := s.assignments.DeleteAccountAssignment(ctx, &ssoadmin.DeleteAccountAssignmentInput{
			InstanceArn: &to.instance, PermissionSetArn: &to.permissionSet, PrincipalId: &to.user, PrincipalType: types.PrincipalTypeUser,
			TargetId: &to.account, TargetType: types.TargetTypeAwsAccount,
		})
		if err == nil {
			id = aws.ToString(out.AccountAssignmentDeletionStatus.RequestId)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete the assignment: %w", err)
	}
	failure, err := s.wait(ctx, s.deletions(to), id)
	if err == nil && failure != "" {
		err = fmt.Errorf("IAM Identity Center could not delete the assignment: %s", failure)
	}
	return err
}

// Has reads whether the person is assigned.
func (s Strategy) Has(ctx context.Context, a strategy.Access) (bool, error) {
	found, err := s.find(ctx, a)
	if err != nil {
		return false, err
	}
	for _, to := range found {
		if has, err := s.has(ctx, to); err != nil || has {
			return has, err
		}
	}
	return false, nil
}

// has reads whether the user is assigned. To a permission set that is not there
// nobody is: AWS refuses to delete one with assignments.
func (s Strategy) has(ctx context.Context, to assignment) (bool, error) {
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
