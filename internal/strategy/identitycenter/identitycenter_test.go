package identitycenter_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	idtypes "github.com/aws/aws-sdk-go-v2/service/identitystore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/identitycenter"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/mototest"
)

func access(email, instance, store, permissionSet string) strategy.Access {
	settings, _ := json.Marshal(map[string]string{"account": "123456789012", "permission_set": permissionSet})
	config, _ := json.Marshal(map[string]string{"instance_arn": instance, "identity_store_id": store})
	return strategy.Access{
		RunID: "r", Person: run.Person{ID: email, Email: email}, Target: strategy.Target{ID: "t", Settings: settings}, Config: config,
	}
}

func noted(ids *[]string) strategy.Note {
	return func(_ context.Context, id string) error { *ids = append(*ids, id); return nil }
}

func TestAgainstMoto(t *testing.T) {
	url := mototest.Endpoint(t)
	ctx := t.Context()
	keys := credentials.NewStaticCredentialsProvider("x", "x", "")
	sso := ssoadmin.New(ssoadmin.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: keys})
	users := identitystore.New(identitystore.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: keys})
	instances, err := sso.ListInstances(ctx, &ssoadmin.ListInstancesInput{})
	if err != nil || len(instances.Instances) == 0 {
		t.Fatalf("%v %v", instances, err)
	}
	instance, store := *instances.Instances[0].InstanceArn, *instances.Instances[0].IdentityStoreId
	for _, name := range []string{"ada@example.com", "grace@example.com"} {
		if _, err := users.CreateUser(ctx, &identitystore.CreateUserInput{IdentityStoreId: &store, UserName: aws.String(name), DisplayName: aws.String(name), Name: &idtypes.Name{GivenName: aws.String("A"), FamilyName: aws.String("B")}}); err != nil {
			t.Fatal(err)
		}
	}
	set, err := sso.CreatePermissionSet(ctx, &ssoadmin.CreatePermissionSetInput{InstanceArn: &instance, Name: aws.String("admin"), SessionDuration: aws.String("PT1H")})
	if err != nil {
		t.Fatal(err)
	}
	s := identitycenter.New(sso, users, time.Millisecond)
	a := access("ada@example.com", instance, store, *set.PermissionSet.PermissionSetArn)
	has := func(want bool) {
		t.Helper()
		if got, err := s.Has(ctx, a); err != nil || got != want {
			t.Errorf("has is %v %v, want %v", got, err, want)
		}
	}
	if err := s.Take(ctx, a, nil); err != nil {
		t.Errorf("take before give: %v", err)
	}
	for range 2 {
		var ids []string
		if err := s.Give(ctx, a, noted(&ids)); err != nil {
			t.Fatal(err)
		}
		has(true)
		a.Requests = append(a.Requests, ids...)
	}
	other := a
	other.Person = run.Person{Email: "grace@example.com"}
	if got, err := s.Has(ctx, other); err != nil || got {
		t.Errorf("somebody else has it: %v %v", got, err)
	}
	for range 2 {
		if err := s.Take(ctx, a, nil); err != nil {
			t.Fatal(err)
		}
		has(false)
	}
}

// center plays IAM Identity Center as it is: slow, and busy at times.
type center struct {
	has      bool
	calls    []string
	conflict int // how many writes meet a conflict first
	slow     int // how many looks find it in progress
	fail     string
	creating bool
	unknown  bool
}

func (c *center) did(call string) { c.calls = append(c.calls, call) }

func (c *center) busy() error {
	if c.conflict > 0 {
		c.conflict--
		return &types.ConflictException{}
	}
	return nil
}

func (c *center) CreateAccountAssignment(context.Context, *ssoadmin.CreateAccountAssignmentInput, ...func(*ssoadmin.Options)) (*ssoadmin.CreateAccountAssignmentOutput, error) {
	c.did("create")
	if err := c.busy(); err != nil {
		return nil, err
	}
	c.creating = true
	return &ssoadmin.CreateAccountAssignmentOutput{AccountAssignmentCreationStatus: &types.AccountAssignmentOperationStatus{RequestId: aws.String("c1"), Status: types.StatusValuesInProgress}}, nil
}

func (c *center) DeleteAccountAssignment(context.Context, *ssoadmin.DeleteAccountAssignmentInput, ...func(*ssoadmin.Options)) (*ssoadmin.DeleteAccountAssignmentOutput, error) {
	c.did("delete")
	if err := c.busy(); err != nil {
		return nil, err
	}
	return &ssoadmin.DeleteAccountAssignmentOutput{AccountAssignmentDeletionStatus: &types.AccountAssignmentOperationStatus{RequestId: aws.String("d1"), Status: types.StatusValuesInProgress}}, nil
}

func (c *center) status(done bool) *types.AccountAssignmentOperationStatus {
	if c.slow > 0 {
		c.slow--
		return &types.AccountAssignmentOperationStatus{Status: types.StatusValuesInProgress}
	}
	if c.fail != "" {
		return &types.AccountAssignmentOperationStatus{Status: types.StatusValuesFailed, FailureReason: &c.fail}
	}
	c.has = done
	return &types.AccountAssignmentOperationStatus{Status: types.StatusValuesSucceeded}
}

func (c *center) DescribeAccountAssignmentCreationStatus(context.Context, *ssoadmin.DescribeAccountAssignmentCreationStatusInput, ...func(*ssoadmin.Options)) (*ssoadmin.DescribeAccountAssignmentCreationStatusOutput, error) {
	c.did("look at creation")
	if !c.creating {
		return nil, &types.ResourceNotFoundException{}
	}
	return &ssoadmin.DescribeAccountAssignmentCreationStatusOutput{AccountAssignmentCreationStatus: c.status(true)}, nil
}

func (c *center) DescribeAccountAssignmentDeletionStatus(context.Context, *ssoadmin.DescribeAccountAssignmentDeletionStatusInput, ...func(*ssoadmin.Options)) (*ssoadmin.DescribeAccountAssignmentDeletionStatusOutput, error) {
	c.did("look at deletion")
	return &ssoadmin.DescribeAccountAssignmentDeletionStatusOutput{AccountAssignmentDeletionStatus: c.status(false)}, nil
}

func (c *center) ListAccountAssignments(context.Context, *ssoadmin.ListAccountAssignmentsInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListAccountAssignmentsOutput, error) {
	out := &ssoadmin.ListAccountAssignmentsOutput{}
	if c.has {
		out.AccountAssignments = []types.AccountAssignment{{PrincipalType: types.PrincipalTypeUser, PrincipalId: aws.String("u1")}}
	}
	return out, nil
}

func (c *center) GetUserId(context.Context, *identitystore.GetUserIdInput, ...func(*identitystore.Options)) (*identitystore.GetUserIdOutput, error) {
	if c.unknown {
		return nil, &idtypes.ResourceNotFoundException{}
	}
	return &identitystore.GetUserIdOutput{UserId: aws.String("u1")}, nil
}

func TestWhatAWSDoesLater(t *testing.T) {
	a := access("ada@example.com", "arn:i", "d-1", "arn:p")
	t.Run("slow and busy", func(t *testing.T) {
		c := &center{conflict: 2, slow: 3}
		s := identitycenter.New(c, c, time.Millisecond)
		var ids []string
		if err := s.Give(t.Context(), a, noted(&ids)); err != nil || !c.has || !slices.Equal(ids, []string{"c1"}) {
			t.Fatalf("%v, has %v, noted %v", err, c.has, ids)
		}
		c.conflict, c.slow = 2, 3
		if err := s.Take(t.Context(), a, nil); err != nil || c.has {
			t.Fatalf("%v, has %v", err, c.has)
		}
	})
	t.Run("an unknown user", func(t *testing.T) {
		c := &center{unknown: true}
		s := identitycenter.New(c, c, time.Millisecond)
		var refused strategy.Refused
		if err := s.Give(t.Context(), a, nil); !errors.As(err, &refused) || !strings.Contains(err.Error(), "no user ada@example.com") {
			t.Error(err)
		}
		if err := s.Take(t.Context(), a, nil); err != nil {
			t.Errorf("take: %v", err)
		}
	})
	t.Run("it fails", func(t *testing.T) {
		c := &center{fail: "no such account"}
		var ids []string
		err := identitycenter.New(c, c, time.Millisecond).Give(t.Context(), a, noted(&ids))
		if err == nil || !strings.Contains(err.Error(), "no such account") {
			t.Error(err)
		}
	})
	t.Run("it is not done in time", func(t *testing.T) {
		c := &center{slow: 1 << 20}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		var ids []string
		if err := identitycenter.New(c, c, time.Millisecond).Give(ctx, a, noted(&ids)); !errors.Is(err, context.DeadlineExceeded) || len(ids) != 1 {
			t.Errorf("%v, noted %v", err, ids)
		}
	})
	t.Run("a take waits for what was still being created", func(t *testing.T) {
		c := &center{creating: true, slow: 3}
		late := a
		late.Requests = []string{"c1"}
		if err := identitycenter.New(c, c, time.Millisecond).Take(t.Context(), late, nil); err != nil || c.has {
			t.Fatalf("%v, has %v", err, c.has)
		}
		if i, j := slices.Index(c.calls, "look at creation"), slices.Index(c.calls, "delete"); i < 0 || j < i {
			t.Errorf("calls are %v", c.calls)
		}
	})
}
