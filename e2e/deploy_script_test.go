package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// account is the part of AWS that tools/deploy/stack.py calls: one stack, with what
// CloudFormation kept of it.
type account struct {
	status string // "" without a stack
	items  string // those of the table
	calls  []string
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, operation, is := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !is {
		operation = r.FormValue("Action")
	}
	a.calls = append(a.calls, operation)
	xml := func(result string) {
		_, _ = fmt.Fprintf(w, `<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>`, operation, result)
	}
	kept := func(kind, name, status string) string {
		return "<member><LogicalResourceId>x</LogicalResourceId><ResourceType>" + kind + "</ResourceType><PhysicalResourceId>" + name + "</PhysicalResourceId><ResourceStatus>" + status + "</ResourceStatus></member>"
	}
	switch operation {
	case "DescribeStacks":
		if a.status == "" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprint(w, `<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id fasttrack does not exist</Message></Error></ErrorResponse>`)
			return
		}
		xml("<Stacks><member><StackName>fasttrack</StackName><StackStatus>" + a.status + "</StackStatus></member></Stacks>")
	case "ListStackResources":
		xml("<StackResourceSummaries>" + kept("AWS::SNS::Topic", "topic", "DELETE_COMPLETE") + kept("AWS::DynamoDB::Table", "the-table", "DELETE_SKIPPED") +
			kept("AWS::IAM::Role", "the-role", "DELETE_SKIPPED") + kept("AWS::KMS::Key", "the-key", "DELETE_SKIPPED") + "</StackResourceSummaries>")
	case "ListRolePolicies":
		xml("<PolicyNames><member>hooks</member></PolicyNames><IsTruncated>false</IsTruncated>")
	case "DeleteStack":
		a.status = ""
		xml("")
	case "Scan":
		_, _ = fmt.Fprintf(w, `{"Items":[%s],"Count":0}`, a.items)
	case "DescribeTable":
		_, _ = fmt.Fprint(w, `{"Table":{"TableName":"the-table","TableStatus":"ACTIVE"}}`)
	case "UpdateTable", "DeleteTable", "ScheduleKeyDeletion":
		_, _ = fmt.Fprint(w, `{}`)
	default:
		xml("")
	}
}

// The remains of a failed first deployment are listed, and removed on request
// for; nothing of a stack that served is, and no table that holds anything.
func TestDeployedWhatFailed(t *testing.T) {
	onlyDeployed(t)
	deletes := "UpdateTable DescribeTable DeleteTable ListRolePolicies DeleteRolePolicy DeleteRole ScheduleKeyDeletion DeleteStack"
	for name, c := range map[string]struct {
		account
		args   []string
		config string // samconfig.toml
		exit   int
		said   string
		made   string // calls that change something, in order
	}{
		"nothing there":          {account{}, []string{"before", "fasttrack", "arm64"}, "", 0, "", ""},
		"an update":              {account{status: "UPDATE_COMPLETE"}, []string{"before", "fasttrack", "arm64"}, "", 0, "", ""},
		"failed before":          {account{status: "ROLLBACK_COMPLETE"}, []string{"before", "fasttrack", "arm64"}, "", 1, "the-table\n", ""},
		"under way":              {account{status: "UPDATE_IN_PROGRESS"}, []string{"before", "fasttrack", "arm64"}, "", 1, "wait until that is over", ""},
		"another processor":      {account{}, []string{"before", "fasttrack", "arm64"}, `parameter_overrides = "AuthMode=\"IAM\" Architecture=\"x86_64\""`, 1, "make deploy LAMBDA_ARCH=amd64", ""},
		"the same processor":     {account{}, []string{"before", "fasttrack", "x86_64"}, `parameter_overrides = "Architecture=\"x86_64\""`, 0, "", ""},
		"failed":                 {account{status: "ROLLBACK_COMPLETE"}, []string{"failed", "fasttrack", "started"}, "", 0, "make deploy-cleanup STACK=fasttrack", ""},
		"an update failed":       {account{status: "UPDATE_ROLLBACK_COMPLETE"}, []string{"failed", "fasttrack", "started"}, "", 0, "", ""},
		"deployed":               {account{status: "CREATE_COMPLETE"}, []string{"after", "fasttrack", "started"}, "", 0, "Stack fasttrack in eu-west-1 is protected", "UpdateTerminationProtection"},
		"deployed elsewhere":     {account{status: "CREATE_COMPLETE"}, []string{"after", "fasttrack", "started"}, "stack_name = \"other\"\nregion = \"ap-south-1\"", 0, "Stack other in ap-south-1 is protected", "UpdateTerminationProtection"},
		"cleanup":                {account{status: "ROLLBACK_COMPLETE"}, []string{"cleanup", "fasttrack"}, "", 0, "Done.", deletes},
		"cleanup, roll-back too": {account{status: "ROLLBACK_FAILED"}, []string{"cleanup", "fasttrack"}, "", 0, "Done.", deletes},
		"cleanup of what served": {account{status: "UPDATE_ROLLBACK_COMPLETE"}, []string{"cleanup", "fasttrack"}, "", 1, "only what a failed first deployment left", ""},
		"cleanup of a record":    {account{status: "ROLLBACK_COMPLETE", items: `{"pk":{"S":"RUN#1"}}`}, []string{"cleanup", "fasttrack"}, "", 1, "holds items. Nothing was removed", ""},
		"cleanup of nothing":     {account{}, []string{"cleanup", "fasttrack"}, "", 1, "There is no stack fasttrack", ""},
	} {
		t.Run(name, func(t *testing.T) {
			aws := c.account
			server := httptest.NewServer(&aws)
			defer server.Close()
			dir := t.TempDir()
			write := func(file, text string) {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("started", "")
			if c.config != "" {
				write("samconfig.toml", "[default.deploy.parameters]\n"+c.config+"\n")
			}
			script, err := filepath.Abs("../tools/deploy/stack.py")
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), filepath.Join(os.Getenv("FASTTRACK_EMULATOR"), "venv", "bin", "python"), append([]string{script}, c.args...)...)
			cmd.Dir = dir
			cmd.Env = []string{"AWS_ENDPOINT_URL=" + server.URL, "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "YES=1", "HOME=" + dir}
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			_ = cmd.Run() // its status says
			if cmd.ProcessState.ExitCode() != c.exit || !strings.Contains(said.String(), c.said) || c.said == "" && said.Len() > 0 {
				t.Errorf("it ended with %d, want %d and %q: %s", cmd.ProcessState.ExitCode(), c.exit, c.said, said.String())
			}
			var made []string
			for _, call := range aws.calls {
				if strings.Contains(deletes+" UpdateTerminationProtection", call) {
					made = append(made, call)
				}
			}
			if got := strings.Join(made, " "); got != c.made {
				t.Errorf("it called %s, want %s", got, c.made)
			}
		})
	}
}
