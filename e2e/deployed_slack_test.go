package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// TestDeployedSlack deploys Slack, and plays there how a request is made and decided:
// through API Gateway, the aliases of request and approve, the rights of each function and
// the bus. With FASTTRACK_STORIES it plays more of the stories.
func TestDeployedSlack(t *testing.T) {
	onlyDeployed(t)
	logs := newLogs(t)
	e := startEmulator(t, logs)
	c := &clock{}
	w, err := fakeslack.Start(members(fakeslack.Options{Now: c.now}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	made, err := secretsmanager.NewFromConfig(e.Services()).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("slack"), SecretString: aws.String(w.Secret())})
	if err != nil {
		t.Fatal(err)
	}
	on := deployTo(t, e, layOutBuild(t, "CasesFunction", slackFlows), logs, map[string]string{
		"SlackTeams": w.TeamID(), "SlackSecretArn": *made.ARN, "SlackIdentity": "email",
	})
	d := deployed{on, e}
	for _, function := range []string{"slack", "notify"} {
		d.callsSlackAt(t, function, w.APIURL())
	}
	w.SetApp(on.url)
	s := slackOn{Slack: w, t: t, url: on.url, clock: c}
	t.Cleanup(s.checkAll)

	// The first calls start functions, which takes longer here than Slack waits.
	s.await("the app answers a command", func() bool { return s.Command(ada, ops, "access").OK() })
	if form, open := s.OpenView(ada); open {
		s.CloseView(ada, form.ID)
	}
	plays := []string{"ask_and_approve", "deny"}
	if os.Getenv("FASTTRACK_STORIES") != "" {
		plays = append(plays, "shorten", "two_at_once", "two_approvers", "decided_elsewhere", "per_flow")
	}
	for _, play := range plays {
		t.Run(play, func(t *testing.T) { playSlack(t, s, "testdata/slack/"+play+".txtar") })
	}
	m := fakeslack.Message{Channel: ops, TS: "1.2", Blocks: []byte(`[{"type":"actions","block_id":"acts","elements":[{"type":"button","action_id":"approve","value":"x","text":{"type":"plain_text","text":"Approve"}}]}]`)}
	if ack := s.Click(grace, m, "approve", func(d *fakeslack.Delivery) { d.Secret = "another" }); ack.Status != http.StatusUnauthorized {
		t.Errorf("another secret: got %d", ack.Status)
	}
	s.secondOpinion()
}

// callsSlackAt has a function call Slack's Web API at an address.
func (d deployed) callsSlackAt(t *testing.T, function, url string) {
	t.Helper()
	d.setVariables(t, function, map[string]string{"SLACK_API_URL": url})
}

// setVariables sets variables of a function besides those of the template.
func (d deployed) setVariables(t *testing.T, function string, more map[string]string) {
	t.Helper()
	functions, name := lambda.NewFromConfig(d.Services()), emulator.StackName+"-engine-"+function
	now, err := functions.GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil {
		t.Fatal(err)
	}
	variables := maps.Clone(now.Environment.Variables)
	maps.Copy(variables, more)
	if _, err := functions.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: &name, Environment: &types.Environment{Variables: variables}}); err != nil {
		t.Fatal(err)
	}
}

// secondOpinion holds what the app sent against the models of Slack's Python SDK.
func (s slackOn) secondOpinion() {
	raw, err := json.Marshal(s.Bodies())
	if err != nil {
		s.t.Fatal(err)
	}
	file := filepath.Join(s.t.TempDir(), "bodies.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		s.t.Fatal(err)
	}
	python := filepath.Join(os.Getenv("FASTTRACK_EMULATOR"), "emulator", "bin", "python")
	if out, err := exec.CommandContext(s.t.Context(), python, "testdata/slack/second_opinion.py", file).CombinedOutput(); err != nil {
		s.t.Errorf("the models of Slack's SDK: %v\n%s", err, out)
	}
}
