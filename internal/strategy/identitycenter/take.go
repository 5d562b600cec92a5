package identitycenter

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"github.com/fasttrack-dev/fasttrack/internal/strategy"
)

// Take waits for what is still being created or deleted, deletes the assignment,
// and waits until AWS has done so. Of a user who no longer exists nothing is
// left, whatever AWS still lists.
func (s Strategy) Take(ctx context.Context, a strategy.Access, _ strategy.Ledger) (strategy.Gone, error) {
	to, store, err := read(a)
	if err != nil {
		return strategy.Gone{}, err
	}
	users, requests, err := s.holders(ctx, a, store)
	if err != nil {
		return strategy.Gone{}, err
	}
	gone := strategy.Gone{How: "The assignment is gone."}
	for _, user := range users {
		to := to.of(user)
		if err := s.settle(ctx, s.creations(to), to, requests); err != nil {
			return strategy.Gone{}, err
		}
		if err := s.settle(ctx, s.deletions(to), to, nil); err != nil {
			return strategy.Gone{}, err
		}
		requests = nil
		if err := s.delete(ctx, to); err != nil {
			there, lookup := s.exists(ctx, store, user)
			if lookup != nil || there {
				return strategy.Gone{}, errors.Join(err, lookup)
			}
			gone.How = "The user no longer exists in Identity Center; nothing of the assignment is left."
		}
	}
	gone.SessionsOf = strings.Join(users, " ")
	gone.Sessions, err = s.sessions(ctx, to)
	return gone, err
}

func (s Strategy) delete(ctx context.Context, to assignment) error {
	if is, err := s.listed(ctx, to); err != nil || !is {
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
