package e2e

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/localaws/identities"
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

	if err := e.AllowLookup(t.Context(), emulator.StackName); err != nil {
		t.Fatal(err)
	}

	const reserved, call = identities.SSOPath, "execute-api:Invoke"
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
	broken.SecretAccessKey += "x"
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
	arn, err := i.e.Role(i.t.Context(), path, name, action)
	if err != nil {
		i.t.Fatal(err)
	}
	return arn
}

// session returns the credentials of a session.
func (i iamCallers) session(role, name string) aws.Credentials {
	i.t.Helper()
	c, err := i.e.Session(i.t.Context(), role, name)
	if err != nil {
		i.t.Fatal(err)
	}
	return c
}

// says runs the command line with credentials. It must end with that status and
// print that text.
func (i iamCallers) says(credentials aws.Credentials, status int, want string, args ...string) string {
	i.t.Helper()
	cmd := exec.CommandContext(i.t.Context(), filepath.Join(binaries, "bin", "fasttrack"), args...)
	cmd.Env = append(slices.Clone(i.proxy),
		"FASTTRACK_URL="+i.api, "HOME="+i.t.TempDir(), "AWS_REGION="+emulator.Region,
		"AWS_ACCESS_KEY_ID="+credentials.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+credentials.SecretAccessKey, "AWS_SESSION_TOKEN="+credentials.SessionToken,
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
