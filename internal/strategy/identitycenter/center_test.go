package identitycenter_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	idtypes "github.com/aws/aws-sdk-go-v2/service/identitystore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"
	"github.com/aws/smithy-go"
)

// center plays IAM Identity Center as it is: what a call starts goes on after
// it has answered, and it is busy at times. All is about one account and
// permission set.
type center struct {
	assigned map[string]bool // by user
	user     string          // whom an e-mail names now, "" for nobody
	calls    []string
	conflict int      // how many writes meet a conflict first
	slow     int      // how many looks find an operation in progress
	fail     string   // why operations fail
	gone     bool     // the permission set was deleted
	deleted  []string // users who are in no directory any more
	session  string   // the session duration, "" for none set
	ops      map[string]*operation
}

type operation struct {
	create bool
	user   string
	looks  int
	status types.StatusValues
}

func newCenter() *center {
	return &center{assigned: map[string]bool{}, user: "u1", ops: map[string]*operation{}}
}

// begin starts an operation, as AWS does also where its answer is lost.
func (c *center) begin(create bool, user string) string {
	kind := "d"
	if create {
		kind = "c"
	}
	id := fmt.Sprintf("%s%d", kind, len(c.ops)+1)
	c.ops[id] = &operation{create: create, user: user, looks: c.slow, status: types.StatusValuesInProgress}
	return id
}

// went lets the operations go on by one look.
func (c *center) went() {
	for _, id := range slices.Sorted(maps.Keys(c.ops)) {
		op := c.ops[id]
		switch {
		case op.status != types.StatusValuesInProgress:
		case op.looks > 0:
			op.looks--
		case c.fail != "" || slices.Contains(c.deleted, op.user):
			op.status = types.StatusValuesFailed
		default:
			op.status = types.StatusValuesSucceeded
			c.assigned[op.user] = op.create
		}
	}
}

func (c *center) busy() error {
	if c.conflict > 0 {
		c.conflict--
		return &types.ConflictException{}
	}
	if c.gone {
		return &types.ResourceNotFoundException{}
	}
	return nil
}

func (c *center) describe(id string) (*types.AccountAssignmentOperationStatus, error) {
	op, there := c.ops[id]
	if !there {
		return nil, &types.ResourceNotFoundException{}
	}
	c.went()
	why := c.fail
	if slices.Contains(c.deleted, op.user) {
		// As in https://github.com/hashicorp/terraform-provider-aws/issues/19341.
		why = "Received a 404 status error: the USER assignee " + op.user + " was not found in directory d-1"
	}
	return &types.AccountAssignmentOperationStatus{
		RequestId: &id, Status: op.status, FailureReason: &why,
		PrincipalId: &op.user, PrincipalType: types.PrincipalTypeUser, TargetId: aws.String("123456789012"), PermissionSetArn: aws.String("arn:p"),
	}, nil
}

func (c *center) running(create bool) (list []types.AccountAssignmentOperationStatusMetadata) {
	for id, op := range c.ops {
		if op.create == create && op.status == types.StatusValuesInProgress {
			list = append(list, types.AccountAssignmentOperationStatusMetadata{RequestId: aws.String(id), Status: op.status})
		}
	}
	return list
}

func (c *center) CreateAccountAssignment(_ context.Context, in *ssoadmin.CreateAccountAssignmentInput, _ ...func(*ssoadmin.Options)) (*ssoadmin.CreateAccountAssignmentOutput, error) {
	c.calls = append(c.calls, "create")
	if err := c.busy(); err != nil {
		return nil, err
	}
	one, err := c.describe(c.begin(true, *in.PrincipalId))
	return &ssoadmin.CreateAccountAssignmentOutput{AccountAssignmentCreationStatus: one}, err
}

func (c *center) DeleteAccountAssignment(_ context.Context, in *ssoadmin.DeleteAccountAssignmentInput, _ ...func(*ssoadmin.Options)) (*ssoadmin.DeleteAccountAssignmentOutput, error) {
	c.calls = append(c.calls, "delete")
	if err := c.busy(); err != nil {
		return nil, err
	}
	one, err := c.describe(c.begin(false, *in.PrincipalId))
	return &ssoadmin.DeleteAccountAssignmentOutput{AccountAssignmentDeletionStatus: one}, err
}

func (c *center) DescribeAccountAssignmentCreationStatus(_ context.Context, in *ssoadmin.DescribeAccountAssignmentCreationStatusInput, _ ...func(*ssoadmin.Options)) (*ssoadmin.DescribeAccountAssignmentCreationStatusOutput, error) {
	one, err := c.describe(*in.AccountAssignmentCreationRequestId)
	return &ssoadmin.DescribeAccountAssignmentCreationStatusOutput{AccountAssignmentCreationStatus: one}, err
}

func (c *center) DescribeAccountAssignmentDeletionStatus(_ context.Context, in *ssoadmin.DescribeAccountAssignmentDeletionStatusInput, _ ...func(*ssoadmin.Options)) (*ssoadmin.DescribeAccountAssignmentDeletionStatusOutput, error) {
	one, err := c.describe(*in.AccountAssignmentDeletionRequestId)
	return &ssoadmin.DescribeAccountAssignmentDeletionStatusOutput{AccountAssignmentDeletionStatus: one}, err
}

func (c *center) ListAccountAssignmentCreationStatus(context.Context, *ssoadmin.ListAccountAssignmentCreationStatusInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListAccountAssignmentCreationStatusOutput, error) {
	return &ssoadmin.ListAccountAssignmentCreationStatusOutput{AccountAssignmentsCreationStatus: c.running(true)}, nil
}

func (c *center) ListAccountAssignmentDeletionStatus(context.Context, *ssoadmin.ListAccountAssignmentDeletionStatusInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListAccountAssignmentDeletionStatusOutput, error) {
	return &ssoadmin.ListAccountAssignmentDeletionStatusOutput{AccountAssignmentsDeletionStatus: c.running(false)}, nil
}

func (c *center) ListAccountAssignments(context.Context, *ssoadmin.ListAccountAssignmentsInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListAccountAssignmentsOutput, error) {
	if c.gone {
		return nil, &types.ResourceNotFoundException{}
	}
	out := &ssoadmin.ListAccountAssignmentsOutput{}
	for user, is := range c.assigned {
		if is {
			out.AccountAssignments = append(out.AccountAssignments, types.AccountAssignment{PrincipalType: types.PrincipalTypeUser, PrincipalId: &user})
		}
	}
	return out, nil
}

func (c *center) GetUserId(context.Context, *identitystore.GetUserIdInput, ...func(*identitystore.Options)) (*identitystore.GetUserIdOutput, error) {
	if c.user == "" {
		return nil, &idtypes.ResourceNotFoundException{}
	}
	return &identitystore.GetUserIdOutput{UserId: &c.user}, nil
}

func (c *center) DescribeUser(_ context.Context, in *identitystore.DescribeUserInput, _ ...func(*identitystore.Options)) (*identitystore.DescribeUserOutput, error) {
	if slices.Contains(c.deleted, *in.UserId) {
		return nil, &idtypes.ResourceNotFoundException{}
	}
	return &identitystore.DescribeUserOutput{UserId: in.UserId}, nil
}

func (c *center) DescribePermissionSet(context.Context, *ssoadmin.DescribePermissionSetInput, ...func(*ssoadmin.Options)) (*ssoadmin.DescribePermissionSetOutput, error) {
	switch {
	case c.gone:
		return nil, &types.ResourceNotFoundException{}
	case c.session == "forbidden":
		return nil, &smithy.GenericAPIError{Code: "AccessDeniedException"}
	}
	set := &types.PermissionSet{Name: aws.String("admin")}
	if c.session != "" {
		set.SessionDuration = &c.session
	}
	return &ssoadmin.DescribePermissionSetOutput{PermissionSet: set}, nil
}

// ledger keeps what calls leave on record.
type ledger struct {
	notes, made []string
	stale       bool
}

func (l *ledger) Note(_ context.Context, id string) error { l.notes = append(l.notes, id); return nil }

func (l *ledger) Creating(_ context.Context, note string) error {
	if l.stale {
		return errors.New("another attempt has taken the place of this one")
	}
	l.notes, l.made = append(l.notes, note), append(l.made, note)
	return nil
}
