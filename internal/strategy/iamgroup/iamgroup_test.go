package iamgroup_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/iamgroup"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/mototest"
)

func access(user, group string) strategy.Access {
	settings, _ := json.Marshal(map[string]string{"group": group})
	return strategy.Access{
		RunID: "r", Person: run.Person{ID: user, Email: user}, Target: strategy.Target{ID: "t", Settings: settings},
	}
}

func TestAgainstMoto(t *testing.T) {
	url := mototest.Endpoint(t)
	client := iam.New(iam.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	ctx := t.Context()
	for _, user := range []string{"ada@example.com", "grace@example.com"} {
		if _, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String(user)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, group := range []string{"deployers", "readers"} {
		if _, err := client.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String(group)}); err != nil {
			t.Fatal(err)
		}
	}
	s := iamgroup.New(client)
	has := func(user, group string, want bool) {
		t.Helper()
		if got, err := s.Has(ctx, access(user, group)); err != nil || got != want {
			t.Errorf("%s in %s: %v %v, want %v", user, group, got, err, want)
		}
	}
	a := access("ada@example.com", "deployers")
	if _, err := s.Take(ctx, a, nil); err != nil {
		t.Errorf("take before give: %v", err)
	}
	l := &ledger{}
	for n := range 2 {
		if given, err := s.Give(ctx, a, l); err != nil || given.Created != (n == 0) {
			t.Fatal(given, err)
		}
		has("ada@example.com", "deployers", true)
		has("ada@example.com", "readers", false)
		has("grace@example.com", "deployers", false)
	}
	// Renamed meanwhile, and somebody else got the name, and the group.
	if _, err := client.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("ada@example.com"), NewUserName: aws.String("countess")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ada@example.com")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: aws.String("ada@example.com"), GroupName: aws.String("deployers")}); err != nil {
		t.Fatal(err)
	}
	a.Requests = l.notes
	for range 2 {
		if _, err := s.Take(ctx, a, nil); err != nil {
			t.Fatal(err)
		}
		has("countess", "deployers", false)
		has("ada@example.com", "deployers", true)
	}
	for name, wrong := range map[string]strategy.Access{
		"no such user": access("eve@example.com", "deployers"), "no such group": access("ada@example.com", "x"),
		"no group": access("ada@example.com", ""), "no e-mail": access("", "deployers"),
	} {
		var refused strategy.Refused
		if _, err := s.Give(ctx, wrong, nil); !errors.As(err, &refused) {
			t.Errorf("%s: %v, want it refused", name, err)
		}
	}
	has("eve@example.com", "deployers", false)
	if _, err := s.Take(ctx, access("eve@example.com", "deployers"), nil); err != nil {
		t.Errorf("take from a user who is gone: %v", err)
	}
}
