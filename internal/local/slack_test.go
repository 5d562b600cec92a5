package local_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// The workspace has the people and the channels of the flows, and no page of another site
// may act in it.
func TestSlackBesideTheAPI(t *testing.T) {
	flows, err := os.ReadFile("../../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "flows.yaml")
	with := strings.Replace(string(flows), "{to: [group:sre], wait: 10m}", `{to: ["slack:#sre-approvals", group:sre], wait: 10m}`, 1)
	if err := os.WriteFile(file, []byte(with), 0o600); err != nil {
		t.Fatal(err)
	}
	stack := start(t, file, localaws.Options{})
	c, base := browser(t), stack.URL()+local.SlackPath
	status, _, page := send(t, c, "GET", base+"/", "")
	for _, want := range []string{"ada@example.com", "linus@example.com", "a guest", "a bot", "deactivated", "of another organization", "e-mail not confirmed"} {
		if status != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("got %d, and no %q", status, want)
		}
	}
	if _, _, page = send(t, c, "GET", base+"/as/U0ADA/in/C0GENERAL", ""); !strings.Contains(page, "# sre-approvals") {
		t.Errorf("the channel of the flows is missing:\n%s", page)
	}
	for line, want := range map[string]int{"Origin: https://evil.example.com": http.StatusForbidden, "Host: evil.example.com": http.StatusMisdirectedRequest} {
		if status, _, _ := send(t, c, "POST", base+"/as/U0GRACE/in/C0GENERAL", "text=/fasttrack", line); status != want {
			t.Errorf("%s: got %d, want %d", line, status, want)
		}
	}
	if got := environment(t, stack, "slack")["SLACK_API_URL"]; got != base+"/api/" {
		t.Errorf("functions/slack calls %q", got)
	}
}

// A parameter names another workspace, which is Slack's, or none.
func TestSlackOfAnother(t *testing.T) {
	for name, parameters := range map[string]map[string]string{
		"none":    {"SlackTeams": ""},
		"another": {"SlackTeams": "T0OTHER", "SlackSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:slack-AbCdEf"},
	} {
		stack := start(t, "../../flows.yaml", localaws.Options{Parameters: parameters})
		if status, _, _ := send(t, browser(t), "GET", stack.URL()+local.SlackPath+"/", ""); status != http.StatusNotFound {
			t.Errorf("%s: the workspace answers %d", name, status)
		}
		if local.HasSlack(stack) {
			t.Errorf("%s: HasSlack", name)
		}
		if got := environment(t, stack, "notify")["SLACK_API_URL"]; got != "" {
			t.Errorf("%s: functions/notify calls %q", name, got)
		}
	}
}

// environment returns the variables of a function.
func environment(t *testing.T, stack *localaws.Stack, function string) map[string]string {
	t.Helper()
	client := lambda.New(lambda.Options{Region: localaws.Region, BaseEndpoint: aws.String(stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	got, err := client.GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(local.StackName + "-engine-" + function)})
	if err != nil {
		t.Fatal(err)
	}
	if got.Environment == nil {
		return nil
	}
	return got.Environment.Variables
}
