package e2e

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
)

// TestDeployedIAM deploys with callers that sign (SigV4), and calls by the command
// line: API Gateway checks the signatures, and which role may call.
func TestDeployedIAM(t *testing.T) {
	onlyDeployed(t)
	logs := newLogs(t)
	e := startEmulator(t, logs)
	i := iamCallers{t: t, e: e, system: deployTo(t, e, layOutBuild(t, "HooksFunction", "../flows.yaml"), logs, map[string]string{"AuthMode": "IAM"})}

	var err error
	if i.proxy, err = e.Tunnel(t.TempDir()); err != nil {
		t.Fatal(err)
	}

	// The emulator looks for this right on everything; AWS on the path that is listed.
	for _, function := range []string{"request", "approve"} {
		d := deployed{i.system, e}
		d.allow(t, d.role(t, emulator.StackName+"-engine-"+function), "iam:GetRole")
	}

	const reserved, call = "/aws-reserved/sso.amazonaws.com/", "execute-api:Invoke"
	developers := i.role(reserved, "AWSReservedSSO_Developers_0123456789abcdef", call)
	forged := i.role("/", "AWSReservedSSO_Developers_fedcba9876543210", call)
	idle := i.role(reserved, "AWSReservedSSO_Idle_0123456789abcdef", "s3:GetObject")

	// People are who their session of Identity Center names.
	ada, grace := i.session(developers, "ada@example.com"), i.session(developers, "grace@example.com")
	i.says(ada, 0, `"status": "approved"`, "request", "everything-goes", "--json")
	out := i.says(ada, 10, `"email": "ada@example.com"`, "request", "low-risk", "-f", "target=prod-admin", "--json")
	var asked struct{ ID string }
	if err := json.Unmarshal([]byte(out), &asked); err != nil {
		t.Fatal(err)
	}
	i.says(ada, 4, "You are not an approver of this request", "approve", asked.ID, "--reason", "I myself")

	// A role of that name which Identity Center did not make is nobody whom its
	// session names.
	i.says(i.session(forged, "grace@example.com"), 4, "Unknown request", "approve", asked.ID, "--reason", "so they say")
	// Who may not call the API, or signs wrongly, does not come through.
	i.says(i.session(idle, "grace@example.com"), 4, "", "approve", asked.ID, "--reason", "may I?")
	broken := i.session(developers, "grace@example.com")
	broken[1] += "x"
	i.says(broken, 4, "", "approve", asked.ID, "--reason", "may I?")

	i.says(grace, 0, "approved: go ahead", "approve", asked.ID, "--reason", "go ahead")
}

// iamCallers call the API as roles of the account.
type iamCallers struct {
	t *testing.T
	e *emulator.Emulator
	system
	// proxy is the environment that leads to the API: the name that the stack has for it
	// is none outside of the emulator.
	proxy []string
}

// role makes a role that may do one thing, and returns its ARN.
func (i iamCallers) role(path, name, action string) string {
	i.t.Helper()
	roles := iam.NewFromConfig(i.e.Services())
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + emulator.AccountID + `"},"Action":"sts:AssumeRole"}]}`
	made, err := roles.CreateRole(i.t.Context(), &iam.CreateRoleInput{Path: &path, RoleName: &name, AssumeRolePolicyDocument: &trust})
	if err != nil {
		i.t.Fatal(err)
	}
	deployed{i.system, i.e}.allow(i.t, &name, action)
	return *made.Role.Arn
}

// session returns the credentials of a session: key, secret and token.
func (i iamCallers) session(role, name string) [3]string {
	i.t.Helper()
	got, err := sts.NewFromConfig(i.e.Services()).AssumeRole(i.t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: &name})
	if err != nil {
		i.t.Fatal(err)
	}
	return [3]string{*got.Credentials.AccessKeyId, *got.Credentials.SecretAccessKey, *got.Credentials.SessionToken}
}

// says runs the command line with credentials. It must end with that status and
// print that text.
func (i iamCallers) says(credentials [3]string, status int, want string, args ...string) string {
	i.t.Helper()
	cmd := exec.CommandContext(i.t.Context(), filepath.Join(binaries, "bin", "fasttrack"), args...)
	cmd.Env = append(slices.Clone(i.proxy),
		"FASTTRACK_URL="+i.api, "HOME="+i.t.TempDir(), "AWS_REGION="+emulator.Region,
		"AWS_ACCESS_KEY_ID="+credentials[0], "AWS_SECRET_ACCESS_KEY="+credentials[1], "AWS_SESSION_TOKEN="+credentials[2],
	)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		i.t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != status || !strings.Contains(string(out), want) {
		i.t.Errorf("fasttrack %s ended with %d, want %d and %q: %s", strings.Join(args, " "), got, status, want, out)
	}
	return string(out)
}
