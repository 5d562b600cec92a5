package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// TestDeployedSlack deploys Slack, and has a request made, approved and shown there:
// through API Gateway, the aliases of request and approve, the rights of each function and
// the bus.
func TestDeployedSlack(t *testing.T) {
	onlyDeployed(t)
	logs := newLogs(t)
	e := startEmulator(t, logs)
	w, err := fakeslack.Start(members(fakeslack.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	made, err := secretsmanager.NewFromConfig(e.Services()).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("slack"), SecretString: aws.String(w.Secret())})
	if err != nil {
		t.Fatal(err)
	}
	on := deployTo(t, e, layOutBuild(t, "CasesFunction", "testdata/slack/flows.yaml"), logs, map[string]string{
		"SlackTeams": w.TeamID(), "SlackSecretArn": *made.ARN, "SlackIdentity": "email",
	})
	d := deployed{on, e}
	for _, function := range []string{"slack", "notify"} {
		d.callsSlackAt(t, function, w.APIURL())
	}
	w.SetApp(on.url)
	s := slackOn{Slack: w, t: t, url: on.url}
	t.Cleanup(s.checkAll)

	// The first calls start functions, which takes longer here than Slack waits.
	s.await("the app answers a command", func() bool { return s.Command(ada, ops, "access").OK() })
	form, _ := s.OpenView(ada)
	ack := s.Submit(ada, form.ID, fakeslack.Values{"f:access:target": "Production administrator", "r:access:": hostile})
	if !ack.OK() || len(ack.Errors) > 0 {
		t.Fatalf("the form: %d %s (%v)", ack.Status, ack.Body, ack.Err)
	}
	var id string
	s.await("the open form shows the request", func() bool {
		id = regexp.MustCompile(`\b[0-9A-Z]{26}\b`).FindString(s.view(ada))
		return id != ""
	})
	cards := []fakeslack.Message{s.card(ops, id), s.card(fakeslack.DM(grace), id)}
	s.Click(ada, cards[0], "approve")
	wantIn(t, "Ada's click", s.view(ada), "Not possible")
	if ack = s.Click(grace, cards[1], "approve"); !ack.OK() {
		t.Fatalf("Grace's click: %d %s (%v)", ack.Status, ack.Body, ack.Err)
	}
	for _, m := range cards {
		s.await("the copy in "+m.Channel+" shows the decision", func() bool {
			now := s.now(m)
			return !strings.Contains(acts(now), "approve") && strings.Contains(now.Words(), "grace@example.com")
		})
	}
	s.shows(fakeslack.DM(ada), "grace@example.com")
	if ack = s.Click(grace, cards[1], "approve", func(d *fakeslack.Delivery) { d.Secret = "another" }); ack.Status != http.StatusUnauthorized {
		t.Errorf("another secret: got %d", ack.Status)
	}
	s.secondOpinion()
}

// callsSlackAt has a function call Slack's Web API at an address.
func (d deployed) callsSlackAt(t *testing.T, function, url string) {
	t.Helper()
	functions, name := lambda.NewFromConfig(d.Services()), emulator.StackName+"-engine-"+function
	now, err := functions.GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	if err != nil {
		t.Fatal(err)
	}
	variables := maps.Clone(now.Environment.Variables)
	variables["SLACK_API_URL"] = url
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
