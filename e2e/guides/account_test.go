package guides_test

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
)

// stack is the one that the pages deploy.
const stack = "approvals"

// account makes people in the account, as IAM Identity Center does, and has the emulator
// serve the stack once a command deployed it.
func (s *session) account(t *testing.T, e *emulator.Emulator) {
	t.Helper()
	roles, path, name, policy := iam.NewFromConfig(e.Services()), "/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_Developers_0123456789abcdef", "may"
	trust := document(`"Principal":{"AWS":"` + emulator.AccountID + `"},"Action":"sts:AssumeRole"`)
	made, err := roles.CreateRole(t.Context(), &iam.CreateRoleInput{Path: &path, RoleName: &name, AssumeRolePolicyDocument: &trust})
	if err != nil {
		t.Fatal(err)
	}
	call := document(`"Action":["execute-api:Invoke","cloudformation:DescribeStacks"],"Resource":"*"`)
	if _, err := roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: &policy, PolicyDocument: &call}); err != nil {
		t.Fatal(err)
	}
	s.people = map[string][]string{}
	for _, who := range []string{"ada", "grace"} {
		email := who + "@example.com"
		got, err := sts.NewFromConfig(e.Services()).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: made.Role.Arn, RoleSessionName: &email})
		if err != nil {
			t.Fatal(err)
		}
		s.people[who] = []string{
			"AWS_ACCESS_KEY_ID=" + *got.Credentials.AccessKeyId, "AWS_SECRET_ACCESS_KEY=" + *got.Credentials.SecretAccessKey,
			"AWS_SESSION_TOKEN=" + *got.Credentials.SessionToken,
		}
	}
	s.done = func(t *testing.T, text string) {
		t.Helper()
		if !strings.Contains(text, "fasttrack deploy") && !strings.Contains(text, "make deploy") {
			return
		}
		if _, err := e.Adopt(t.Context(), stack); err != nil {
			t.Fatal(err)
		}
		// The emulator looks for this right on everything; AWS on the path that is listed.
		read := document(`"Action":"iam:GetRole","Resource":"*"`)
		listed, err := roles.ListRoles(t.Context(), &iam.ListRolesInput{})
		if err != nil {
			t.Fatal(err)
		}
		for _, role := range listed.Roles {
			if !strings.HasPrefix(*role.RoleName, stack+"-") {
				continue
			}
			if _, err := roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: role.RoleName, PolicyName: &policy, PolicyDocument: &read}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// document is a policy with one statement that allows something.
func document(statement string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",%s}]}`, statement)
}

// free returns an address of this machine on which nothing listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// output runs a program and returns what it prints.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return string(out)
}
