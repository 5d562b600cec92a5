// Package identitycenter is the strategy of type identity-center: access is an
// assignment of a person to a permission set in an AWS account, by IAM Identity
// Center.
package identitycenter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	storedoc "github.com/aws/aws-sdk-go-v2/service/identitystore/document"
	storetypes "github.com/aws/aws-sdk-go-v2/service/identitystore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// Assignments is what is called of IAM Identity Center.
type Assignments interface {
	CreateAccountAssignment(context.Context, *ssoadmin.CreateAccountAssignmentInput, ...func(*ssoadmin.Options)) (*ssoadmin.CreateAccountAssignmentOutput, error)
	DeleteAccountAssignment(context.Context, *ssoadmin.DeleteAccountAssignmentInput, ...func(*ssoadmin.Options)) (*ssoadmin.DeleteAccountAssignmentOutput, error)
	DescribeAccountAssignmentCreationStatus(context.Context, *ssoadmin.DescribeAccountAssignmentCreationStatusInput, ...func(*ssoadmin.Options)) (*ssoadmin.DescribeAccountAssignmentCreationStatusOutput, error)
	DescribeAccountAssignmentDeletionStatus(context.Context, *ssoadmin.DescribeAccountAssignmentDeletionStatusInput, ...func(*ssoadmin.Options)) (*ssoadmin.DescribeAccountAssignmentDeletionStatusOutput, error)
	ssoadmin.ListAccountAssignmentsAPIClient
}

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

// assignment is what access is here.
type assignment struct{ instance, account, permissionSet, user string }

// find reads the assignment from the strategy's settings and the target's, and
// looks the person up. there is false for a person that the identity store
// doesn't know.
func (s Strategy) find(ctx context.Context, a strategy.Access) (to assignment, there bool, err error) {
	var config struct {
		Instance string `json:"instance_arn"`
		Store    string `json:"identity_store_id"`
	}
	var settings struct {
		Account       string `json:"account"`
		PermissionSet string `json:"permission_set"`
	}
	if json.Unmarshal(a.Config, &config) != nil || config.Instance == "" || config.Store == "" {
		return to, false, strategy.Refuse("the strategy names no instance_arn and identity_store_id")
	}
	if json.Unmarshal(a.Target.Settings, &settings) != nil || settings.Account == "" || settings.PermissionSet == "" {
		return to, false, strategy.Refuse("target %s names no account and permission_set in its settings", a.Target.ID)
	}
	to = assignment{instance: config.Instance, account: settings.Account, permissionSet: settings.PermissionSet}
	if a.Person.Email == "" {
		return to, false, strategy.Refuse("the requester has no e-mail to find the user of IAM Identity Center by")
	}
	for _, attribute := range []string{"userName", "emails.value"} {
		out, err := s.users.GetUserId(ctx, &identitystore.GetUserIdInput{
			IdentityStoreId: &config.Store,
			AlternateIdentifier: &storetypes.AlternateIdentifierMemberUniqueAttribute{Value: storetypes.UniqueAttribute{
				AttributePath: aws.String(attribute), AttributeValue: storedoc.NewLazyDocument(a.Person.Email),
			}},
		})
		var none *storetypes.ResourceNotFoundException
		switch {
		case err == nil:
			to.user = aws.ToString(out.UserId)
			return to, true, nil
		case !errors.As(err, &none):
			return to, false, fmt.Errorf("look up %s: %w", a.Person.Email, err)
		}
	}
	return to, false, nil
}

// Give assigns the person, and waits until AWS has done so.
func (s Strategy) Give(ctx context.Context, a strategy.Access, note strategy.Note) error {
	to, there, err := s.find(ctx, a)
	if err != nil {
		return err
	}
	if !there {
		return strategy.Refuse("IAM Identity Center has no user %s", a.Person.Email)
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
	if failure, err := s.created(ctx, to.instance, id); err != nil || failure != "" {
		if err == nil {
			err = fmt.Errorf("IAM Identity Center could not create the assignment: %s", failure)
		}
		return err
	}
	return nil
}

// Take waits for what is still being created, deletes the assignment, and waits
// until AWS has done so.
func (s Strategy) Take(ctx context.Context, a strategy.Access, note strategy.Note) error {
	to, there, err := s.find(ctx, a)
	if err != nil || !there {
		return err
	}
	for _, id := range a.Requests {
		// Whether it was created or failed: it is over. An id of a deletion is
		// not known as one of a creation.
		if _, err := s.created(ctx, to.instance, id); err != nil {
			return err
		}
	}
	if has, err := s.has(ctx, to); err != nil || !has {
		return err
	}
	var id string
	err = s.persist(ctx, func() error {
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
	return s.poll(ctx, func() (types.StatusValues, string, error) {
		out, err := s.assignments.DescribeAccountAssignmentDeletionStatus(ctx, &ssoadmin.DescribeAccountAssignmentDeletionStatusInput{
			InstanceArn: &to.instance, AccountAssignmentDeletionRequestId: &id,
		})
		if err != nil {
			return "", "", err
		}
		st := out.AccountAssignmentDeletionStatus
		return st.Status, aws.ToString(st.FailureReason), nil
	}, func(reason string) error {
		return fmt.Errorf("IAM Identity Center could not delete the assignment: %s", reason)
	})
}

// Has reads whether the person is assigned.
func (s Strategy) Has(ctx context.Context, a strategy.Access) (bool, error) {
	to, there, err := s.find(ctx, a)
	if err != nil || !there {
		return false, err
	}
	return s.has(ctx, to)
}

func (s Strategy) has(ctx context.Context, to assignment) (bool, error) {
	pages := ssoadmin.NewListAccountAssignmentsPaginator(s.assignments, &ssoadmin.ListAccountAssignmentsInput{
		InstanceArn: &to.instance, AccountId: &to.account, PermissionSetArn: &to.permissionSet,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
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

// created waits until a creation is over. failure says why it failed, "" if it
// did not.
func (s Strategy) created(ctx context.Context, instance, id string) (failure string, err error) {
	err = s.poll(ctx, func() (types.StatusValues, string, error) {
		out, err := s.assignments.DescribeAccountAssignmentCreationStatus(ctx, &ssoadmin.DescribeAccountAssignmentCreationStatusInput{
			InstanceArn: &instance, AccountAssignmentCreationRequestId: &id,
		})
		var none *types.ResourceNotFoundException
		if errors.As(err, &none) {
			return types.StatusValuesSucceeded, "", nil // over so long ago that it is forgotten
		}
		if err != nil {
			return "", "", err
		}
		st := out.AccountAssignmentCreationStatus
		return st.Status, aws.ToString(st.FailureReason), nil
	}, func(reason string) error { failure = reason; return nil })
	return failure, err
}

// poll looks at what AWS does until that is over, or there is no time left.
func (s Strategy) poll(ctx context.Context, look func() (types.StatusValues, string, error), failed func(reason string) error) error {
	for pause := s.pause; ; pause = min(2*pause, 10*s.pause) {
		var status types.StatusValues
		var reason string
		err := s.persist(ctx, func() (err error) { status, reason, err = look(); return err })
		switch {
		case err != nil:
			return err
		case status == types.StatusValuesSucceeded:
			return nil
		case status == types.StatusValuesFailed:
			return failed(reason)
		}
		if err := s.wait(ctx, pause); err != nil {
			return err
		}
	}
}

// persist does a call again while AWS is at something else: an instance takes
// about 20 calls a second and 10 to 15 outstanding writes
// (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html).
func (s Strategy) persist(ctx context.Context, call func() error) error {
	for pause := s.pause; ; pause = min(2*pause, 10*s.pause) {
		err := call()
		var conflict *types.ConflictException
		var throttled *types.ThrottlingException
		if !errors.As(err, &conflict) && !errors.As(err, &throttled) {
			return err
		}
		if late := s.wait(ctx, pause/2+rand.N(pause)); late != nil {
			return err
		}
	}
}

func (s Strategy) wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("IAM Identity Center is not done yet: %w", ctx.Err())
	case <-time.After(d):
		return nil
	}
}
