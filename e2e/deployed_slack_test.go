package e2e

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	signing "github.com/fasttrack-dev/fasttrack/internal/signed"
)

// TestDeployedSlack deploys Slack, and plays there how a request is made and decided:
// through API Gateway, the aliases of request and approve, the rights of each function and
// the bus. With FASTTRACK_STORIES=all it plays every story but those that say that they are
// for this machine alone, and deploys anew what they want of the template; names are those
// of some.
func TestDeployedSlack(t *testing.T) {
	onlyDeployed(t)
	logs := newLogs(t)
	e := startEmulator(t, logs)
	c := &clock{}
	w, err := fakeslack.Start(members(fakeslack.Options{Now: c.now, Enterprise: "E0GRID"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	base := map[string]string{
		"SlackTeams": w.TeamID(), "SlackSecretArn": makeSecret(t, e, "slack", w.Secret()), "SlackIdentity": "email",
	}
	build := layOutBuild(t, "CasesFunction", slackFlows)
	s := slackOn{Slack: w, t: t, clock: c}
	s.deploy(e, build, logs, base)
	t.Cleanup(s.checkAll)

	plays, now := []string{"ask_and_approve", "deny"}, base
	if names := os.Getenv("FASTTRACK_STORIES"); names != "" {
		plays = deployedStories(t)
		if names != "all" {
			plays = strings.Fields(names)
		}
	}
	for _, play := range plays {
		file := "testdata/slack/" + play + ".txtar"
		wanted := maps.Clone(base)
		maps.Copy(wanted, headOf(t, file).parameters)
		maps.DeleteFunc(wanted, func(_, value string) bool { return value == "" }) // as they are unless set
		if !maps.Equal(wanted, now) {
			s.deploy(e, build, logs, wanted)
			now = wanted
		}
		t.Run(play, func(t *testing.T) { playSlack(t, s, file) })
		s.tidy(e)
	}
	m := fakeslack.Message{Channel: ops, TS: "1.2", Blocks: []byte(`[{"type":"actions","block_id":"acts","elements":[{"type":"button","action_id":"approve","value":"x","text":{"type":"plain_text","text":"Approve"}}]}]`)}
	if ack := s.Click(grace, m, "approve", func(d *fakeslack.Delivery) { d.Secret = "another" }); ack.Status != http.StatusUnauthorized {
		t.Errorf("another secret: got %d", ack.Status)
	}
	s.secondOpinion()
}

// deployedStories are the stories that are played on a deployed stack. Those with the same
// parameters follow each other: each others take a deployment.
func deployedStories(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/slack/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	var plays []string
	wants := map[string]string{}
	for _, file := range files {
		h, play := headOf(t, file), strings.TrimSuffix(filepath.Base(file), ".txtar")
		if h.here != "" {
			t.Logf("%s is not played on a deployed stack: %s", play, h.here)
			continue
		}
		plays = append(plays, play)
		for _, name := range slices.Sorted(maps.Keys(h.parameters)) {
			if value := h.parameters[name]; value != "" {
				wants[play] += name + "=" + value + " "
			}
		}
	}
	slices.SortStableFunc(plays, func(a, b string) int { return strings.Compare(wants[a], wants[b]) })
	return plays
}

// deploy deploys the stack with parameters, or once more with others, and waits until it
// answers: the first calls start functions, which takes longer here than Slack waits.
func (s *slackOn) deploy(e *emulator.Emulator, build string, logs io.Writer, parameters map[string]string) {
	s.t.Helper()
	on := deployTo(s.t, e, build, logs, parameters)
	d := deployed{on, e}
	t := s.t.(*testing.T)
	for _, function := range []string{"slack", "notify"} {
		d.setVariables(t, function, map[string]string{"SLACK_API_URL": s.APIURL()})
	}
	if parameters["MailFrom"] != "" {
		d.mails(t)
	}
	s.SetApp(on.url)
	s.url, s.host = on.url, onTheEmulator{d, t, new(int)}
	s.await("the app answers a command", func() bool { return s.Command(ada, ops, "access").OK() })
	s.tidy(e)
}

// mails verifies the sender's domain, and lets functions/notify send: the emulator does not
// know the condition of its right, which [deployed.mayMail] checks.
func (d deployed) mails(t *testing.T) {
	t.Helper()
	d.allow(t, d.role(t, emulator.StackName+"-engine-notify"), "ses:SendEmail")
	cfg := d.Services()
	req, err := signing.Request(t.Context(), cfg, "ses", http.MethodPost, "/v2/email/identities", []byte(`{"EmailIdentity": "example.com"}`), map[string]string{"Content-Type": "application/json"})
	if err != nil {
		t.Fatal(err)
	}
	res, err := cfg.HTTPClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("verify the sender's domain: %s", res.Status)
	}
}

// tidy leaves a workspace and a stack for the next story: on this machine each has its own.
func (s *slackOn) tidy(e *emulator.Emulator) {
	s.t.Helper()
	s.ClearFaults()
	s.clock.ahead.Store(0)
	for _, user := range []string{ada, grace, linus, root, "U0GUS", "U0ULTRA", "U0UNA", "U0DAN", "U0ROBOT", "U0FLOW", "U0GIA"} {
		for v, open := s.OpenView(user); open; v, open = s.OpenView(user) {
			s.CloseView(user, v.ID)
		}
	}
	// What still waits would be in the App Homes of the next story.
	for _, requester := range []string{"ada@example.com", "root@example.com"} {
		waiting, err := s.api(requester).List(s.t.Context(), api.ListInput{View: api.ViewMine, Status: api.StatusPending})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, r := range waiting.Requests {
			if _, _, err := s.api(requester).Cancel(s.t.Context(), r.ID, api.CancelInput{}); err != nil {
				s.t.Error(err)
			}
		}
	}
	// A minute of one story is not that of the next: nobody acts more than ten times in one.
	table := dynamodb.NewFromConfig(e.Services())
	name := s.host.(onTheEmulator).table
	limits, err := table.Scan(s.t.Context(), &dynamodb.ScanInput{
		TableName: &name, FilterExpression: aws.String("begins_with(pk, :limits)"), ProjectionExpression: aws.String("pk, sk"),
		ExpressionAttributeValues: map[string]dynamodbtypes.AttributeValue{":limits": &dynamodbtypes.AttributeValueMemberS{Value: "LIMIT#SLACK#"}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, key := range limits.Items {
		if _, err := table.DeleteItem(s.t.Context(), &dynamodb.DeleteItemInput{TableName: &name, Key: key}); err != nil {
			s.t.Fatal(err)
		}
	}
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
