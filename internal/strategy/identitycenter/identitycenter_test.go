package identitycenter_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/identitystore"
	idtypes "github.com/aws/aws-sdk-go-v2/service/identitystore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"

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

// withoutLists answers the two calls that moto doesn't know: nothing is under
// way there, since it does everything at once.
type withoutLists struct{ *ssoadmin.Client }

func (withoutLists) ListAccountAssignmentCreationStatus(context.Context, *ssoadmin.ListAccountAssignmentCreationStatusInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListAccountAssignmentCreationStatusOutput, error) {
	return &ssoadmin.ListAccountAssignmentCreationStatusOutput{}, nil
}

func (withoutLists) ListAccountAssignmentDeletionStatus(context.Context, *ssoadmin.ListAccountAssignmentDeletionStatusInput, ...func(*ssoadmin.Options)) (*ssoadmin.ListAccountAssignmentDeletionStatusOutput, error) {
	return &ssoadmin.ListAccountAssignmentDeletionStatusOutput{}, nil
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
	s := identitycenter.New(withoutLists{sso}, users, time.Millisecond)
	a := access("ada@example.com", instance, store, *set.PermissionSet.PermissionSetArn)
	has := func(want bool) {
		t.Helper()
		if got, err := s.Has(ctx, a); err != nil || got != want {
			t.Errorf("has is %v %v, want %v", got, err, want)
		}
	}
	if _, err := s.Take(ctx, a, nil); err != nil {
		t.Errorf("take before give: %v", err)
	}
	for n := range 2 {
		l := &ledger{}
		if given, err := s.Give(ctx, a, l); err != nil || given.Created != (n == 0) {
			t.Fatal(given, err)
		}
		has(true)
		a.Requests = append(a.Requests, l.notes...)
	}
	other := a
	other.Person, other.Requests = run.Person{Email: "grace@example.com"}, nil
	if got, err := s.Has(ctx, other); err != nil || got {
		t.Errorf("somebody else has it: %v %v", got, err)
	}
	for range 2 {
		if gone, err := s.Take(ctx, a, nil); err != nil || gone.Sessions != time.Hour {
			t.Fatal(gone, err)
		}
		has(false)
	}
}
