package identitycenter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"
)

// Assignments is what is called of IAM Identity Center.
type Assignments interface {
	CreateAccountAssignment(context.Context, *ssoadmin.CreateAccountAssignmentInput, ...func(*ssoadmin.Options)) (*ssoadmin.CreateAccountAssignmentOutput, error)
	DeleteAccountAssignment(context.Context, *ssoadmin.DeleteAccountAssignmentInput, ...func(*ssoadmin.Options)) (*ssoadmin.DeleteAccountAssignmentOutput, error)
	DescribeAccountAssignmentCreationStatus(context.Context, *ssoadmin.DescribeAccountAssignmentCreationStatusInput, ...func(*ssoadmin.Options)) (*ssoadmin.DescribeAccountAssignmentCreationStatusOutput, error)
	DescribeAccountAssignmentDeletionStatus(context.Context, *ssoadmin.DescribeAccountAssignmentDeletionStatusInput, ...func(*ssoadmin.Options)) (*ssoadmin.DescribeAccountAssignmentDeletionStatusOutput, error)
	DescribePermissionSet(context.Context, *ssoadmin.DescribePermissionSetInput, ...func(*ssoadmin.Options)) (*ssoadmin.DescribePermissionSetOutput, error)
	ssoadmin.ListAccountAssignmentCreationStatusAPIClient
	ssoadmin.ListAccountAssignmentDeletionStatusAPIClient
	ssoadmin.ListAccountAssignmentsAPIClient
}

// operations are the creations, or the deletions, of assignments.
type operations struct {
	// describe reads one. The error is a types.ResourceNotFoundException for one
	// that AWS has forgotten, which it does long after it was over.
	describe func(ctx context.Context, id string) (*types.AccountAssignmentOperationStatus, error)
	// running lists the ids of those that are under way, of anybody.
	running func(ctx context.Context) ([]string, error)
}

var underWay = &types.OperationStatusFilter{Status: types.StatusValuesInProgress}

func (s Strategy) creations(to assignment) operations {
	return operations{
		describe: func(ctx context.Context, id string) (*types.AccountAssignmentOperationStatus, error) {
			out, err := s.assignments.DescribeAccountAssignmentCreationStatus(ctx, &ssoadmin.DescribeAccountAssignmentCreationStatusInput{
				InstanceArn: &to.instance, AccountAssignmentCreationRequestId: &id,
			})
			if err != nil {
				return nil, err
			}
			return out.AccountAssignmentCreationStatus, nil
		},
		running: func(ctx context.Context) (ids []string, err error) {
			pages := ssoadmin.NewListAccountAssignmentCreationStatusPaginator(s.assignments,
				&ssoadmin.ListAccountAssignmentCreationStatusInput{InstanceArn: &to.instance, Filter: underWay})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				ids = append(ids, requestIDs(page.AccountAssignmentsCreationStatus)...)
			}
			return ids, nil
		},
	}
}

func (s Strategy) deletions(to assignment) operations {
	return operations{
		describe: func(ctx context.Context, id string) (*types.AccountAssignmentOperationStatus, error) {
			out, err := s.assignments.DescribeAccountAssignmentDeletionStatus(ctx, &ssoadmin.DescribeAccountAssignmentDeletionStatusInput{
				InstanceArn: &to.instance, AccountAssignmentDeletionRequestId: &id,
			})
			if err != nil {
				return nil, err
			}
			return out.AccountAssignmentDeletionStatus, nil
		},
		running: func(ctx context.Context) (ids []string, err error) {
			pages := ssoadmin.NewListAccountAssignmentDeletionStatusPaginator(s.assignments,
				&ssoadmin.ListAccountAssignmentDeletionStatusInput{InstanceArn: &to.instance, Filter: underWay})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				ids = append(ids, requestIDs(page.AccountAssignmentsDeletionStatus)...)
			}
			return ids, nil
		},
	}
}

func requestIDs(list []types.AccountAssignmentOperationStatusMetadata) []string {
	ids := make([]string, len(list))
	for i, one := range list {
		ids[i] = aws.ToString(one.RequestId)
	}
	return ids
}

// settle waits until the noted operations are over, and those under way about
// the same assignment of which no id was noted. How they ended is not asked.
func (s Strategy) settle(ctx context.Context, of operations, to assignment, noted []string) error {
	for _, id := range noted {
		if _, err := s.wait(ctx, of, id); err != nil {
			return err
		}
	}
	var running []string
	err := s.persist(ctx, func() (err error) { running, err = of.running(ctx); return err })
	if err != nil {
		return fmt.Errorf("list what IAM Identity Center is doing: %w", err)
	}
	for _, id := range running {
		if slices.Contains(noted, id) {
			continue
		}
		one, err := s.look(ctx, of, id)
		if err != nil {
			return err
		}
		about := assignment{instance: to.instance, account: aws.ToString(one.TargetId), permissionSet: aws.ToString(one.PermissionSetArn), user: aws.ToString(one.PrincipalId)}
		if about != to {
			continue
		}
		if _, err := s.wait(ctx, of, id); err != nil {
			return err
		}
	}
	return nil
}

// wait looks at an operation until it is over, or the time is up. failure
// says why it failed, "" if it did not.
func (s Strategy) wait(ctx context.Context, of operations, id string) (failure string, err error) {
	for pause := s.pause; ; pause = min(2*pause, 10*s.pause) {
		one, err := s.look(ctx, of, id)
		switch {
		case err != nil:
			return "", err
		case one.Status == types.StatusValuesSucceeded:
			return "", nil
		case one.Status == types.StatusValuesFailed:
			if reason := aws.ToString(one.FailureReason); reason != "" {
				return reason, nil
			}
			return "it states no reason", nil
		}
		if err := sleep(ctx, pause); err != nil {
			return "", err
		}
	}
}

// look reads an operation; one that is forgotten was over.
func (s Strategy) look(ctx context.Context, of operations, id string) (one *types.AccountAssignmentOperationStatus, err error) {
	err = s.persist(ctx, func() error { one, err = of.describe(ctx, id); return err })
	var none *types.ResourceNotFoundException
	switch {
	case errors.As(err, &none):
		return &types.AccountAssignmentOperationStatus{Status: types.StatusValuesSucceeded}, nil
	case err != nil:
		return nil, fmt.Errorf("look at request %s: %w", id, err)
	case one == nil:
		return nil, fmt.Errorf("look at request %s: IAM Identity Center says nothing about it", id)
	}
	return one, nil
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
		if late := sleep(ctx, pause/2+rand.N(pause)); late != nil { // #nosec G404 -- spreads tries, keeps nothing secret
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("IAM Identity Center is not done yet: %w", ctx.Err())
	case <-time.After(d):
		return nil
	}
}
