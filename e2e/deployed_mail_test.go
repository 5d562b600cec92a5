package e2e

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// TestDeployedMail deploys mail, Teams, a webhook and linked Slack accounts, and plays
// what people get: through the bus, the rules, the rights of functions/notify, its secrets
// and https.
func TestDeployedMail(t *testing.T) {
	onlyDeployed(t)
	logs := newLogs(t)
	e := startEmulator(t, logs)
	deployedAWSLines(t, e.ServicesURL())
	c := &clock{}
	w, err := fakeslack.Start(members(fakeslack.Options{Now: c.now}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	in := newInbox(t)
	on := deployTo(t, e, layOutBuild(t, "CasesFunction", "testdata/mail/flows.yaml"), logs, map[string]string{
		"MailFrom": "fasttrack@example.com", "MailConfigurationSet": "approvals", "PortalUrl": "https://access.example.com",
		"TeamsSecretArn": makeSecret(t, e, "teams", `{"ops": "`+in.server.URL+`/teams"}`),
		"WebhookUrl":     in.server.URL + "/hook", "WebhookSecretArn": makeSecret(t, e, "webhook", webhookSecret),
		"SlackTeams": w.TeamID(), "SlackSecretArn": makeSecret(t, e, "slack", w.Secret()),
	})
	d := deployed{on, e}
	d.mayMail(t)
	d.setVariables(t, "notify", map[string]string{"SLACK_API_URL": w.APIURL(), "SSL_CERT_FILE": in.ca})
	d.setVariables(t, "slack", map[string]string{"SLACK_API_URL": w.APIURL()})
	w.SetApp(on.url)
	s := slackOn{Slack: w, t: t, url: on.url, clock: c}
	t.Cleanup(s.checkAll)
	d.linkSlack(t, s)

	m := mailOn{t, on.url, e.Mails}
	id := m.ask(api.CreateInput{Flow: "access", Reason: "have a look <!channel> <https://evil.example|click>", Fields: map[string]any{"target": "prod-ro"}}).ID
	asked := m.mailed(id, "grace@example.com", "Production read-only for ada@example.com: waits for your decision")
	holds(t, "the text of a mail", asked.Text, "https://access.example.com/requests/"+id)
	holds(t, "the HTML of a mail", asked.HTML, `href="https://access.example.com/requests/`+id+`"`)
	if strings.Contains(asked.HTML, "<!channel>") || strings.Count(asked.HTML, "href=") != 1 || asked.ConfigurationSet != "approvals" || asked.From != "fasttrack <fasttrack@example.com>" || len(asked.Headers) != 4 {
		t.Errorf("the mail: %+v", asked)
	}
	in.card(t, id, "Waits for your decision")
	d.act(t, "grace@example.com", id, "approve")
	m.mailed(id, "ada@example.com", ": approved")
	in.card(t, id, "It needs no decision any more.")
	m.mailed(id, "ada@example.com", ": access is granted")
	d.act(t, "ada@example.com", id, "revoke")
	m.mailed(id, "ada@example.com", ": access was revoked")
	m.mailed(id, "grace@example.com", ": access was revoked")
	in.card(t, id, "Access was revoked")
	m.bounced()
	in.events(t, id, "request", "forward", "approve", "escalate", "revoke")

	printed := d.fasttrack(t, "ada@example.com", "events", "--json", "--flow", "access")
	var names []string
	for line := range strings.Lines(printed) {
		var e api.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Request.ID != id {
			t.Errorf("events printed %q: %v", line, err)
		}
		names = append(names, string(e.Entry.Event))
	}
	if got := strings.Join(names, " "); !strings.HasPrefix(got, "request forward approve") || !strings.Contains(got, "revoke") {
		t.Errorf("fasttrack events printed %s", got)
	}
}

// makeSecret stores a text at Secrets Manager and returns its ARN.
func makeSecret(t *testing.T, e *emulator.Emulator, name, text string) string {
	t.Helper()
	made, err := secretsmanager.NewFromConfig(e.Services()).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &text})
	if err != nil {
		t.Fatal(err)
	}
	return *made.ARN
}

// mayMail checks the right to send that functions/notify has on a deployed stack. The
// emulator looks for it on everything, and does not know its condition: so it refuses what
// SES would not, and is allowed more here.
func (d deployed) mayMail(t *testing.T) {
	t.Helper()
	roles, role := iam.NewFromConfig(d.Services()), d.role(t, emulator.StackName+"-engine-notify")
	policies, err := roles.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: role})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range policies.PolicyNames {
		got, err := roles.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: role, PolicyName: &name})
		if err != nil {
			t.Fatal(err)
		}
		document, err := url.PathUnescape(*got.PolicyDocument)
		if err != nil {
			t.Fatal(err)
		}
		var policy struct {
			Statement []struct{ Action, Resource, Condition any }
		}
		if err := json.Unmarshal([]byte(document), &policy); err != nil {
			t.Fatal(err)
		}
		for _, s := range policy.Statement {
			action, _ := json.Marshal(s.Action)
			if !strings.Contains(string(action), `"ses:`) && string(action) != `"*"` {
				continue
			}
			found++
			condition, _ := json.Marshal(s.Condition)
			resource, _ := s.Resource.(string)
			if string(action) != `"ses:SendEmail"` || string(condition) != `{"StringEquals":{"ses:FromAddress":"fasttrack@example.com"}}` ||
				!slices.Contains([]string{"arn:aws:ses:us-east-1:123456789012:identity/*", "arn:aws:ses:us-east-1:123456789012:configuration-set/approvals"}, resource) {
				t.Errorf("functions/notify may %s on %v if %s", action, s.Resource, condition)
			}
		}
	}
	if found != 2 {
		t.Errorf("functions/notify has %d rights of SES, want 2", found)
	}
	d.allow(t, role, "ses:SendEmail")
}

// fasttrack runs the command line as a person and returns what it prints.
func (d deployed) fasttrack(t *testing.T, as string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, "bin", "fasttrack"), append(args, "--url", d.url)...)
	cmd.Env = append(os.Environ(), "FASTTRACK_TOKEN="+as)
	var messages strings.Builder
	cmd.Stderr = &messages
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("fasttrack %s: %v\n%s%s", strings.Join(args, " "), err, out, messages.String())
	}
	return string(out)
}

// holds checks that a text has parts.
func holds(t *testing.T, what, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("%s: got %q, want %q in it", what, got, part)
		}
	}
}

// linkSlack links Grace's Slack account by the code that Slack shows her.
func (d deployed) linkSlack(t *testing.T, s slackOn) {
	t.Helper()
	// The first calls start functions, which takes longer here than Slack waits.
	code := ""
	s.await("a code", func() bool {
		s.Command(grace, ops, "link")
		v, _ := s.OpenView(grace)
		code = regexp.MustCompile(`[A-Z2-7]{4}-[A-Z2-7]{4}`).FindString(v.Words())
		return code != ""
	})
	holds(t, "slack link", d.fasttrack(t, "grace@example.com", "slack", "link", code, "--yes"), "linked the Slack account Grace", "to grace@example.com")
	holds(t, "slack", d.fasttrack(t, "grace@example.com", "slack"), "grace@example.com")
	s.await("Slack notifies Grace of the link", func() bool {
		return slices.ContainsFunc(s.Messages(fakeslack.DM(grace)), func(m fakeslack.Message) bool { return strings.Contains(m.Words(), "was linked to grace@example.com") })
	})
}

// webhookSecret is that of Standard Webhooks' own examples.
const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// inbox is a server on https that takes what the stack posts to others.
type inbox struct {
	server *httptest.Server
	// ca is a file with its certificate.
	ca    string
	mu    sync.Mutex
	cards []string
	hooks []received
}

// received is a call of the webhook.
type received struct {
	header http.Header
	body   []byte
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{ca: filepath.Join(t.TempDir(), "ca.pem")}
	in.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		in.mu.Lock()
		defer in.mu.Unlock()
		if r.URL.Path == "/teams" {
			in.cards = append(in.cards, string(body))
			w.WriteHeader(http.StatusAccepted)
			return
		}
		in.hooks = append(in.hooks, received{r.Header, body})
	}))
	t.Cleanup(in.server.Close)
	if err := os.WriteFile(in.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: in.server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return in
}

// card waits for the card about a request in Teams.
func (in *inbox) card(t *testing.T, id, state string) {
	t.Helper()
	mailOn{t: t}.await("a card in Teams", func() bool {
		in.mu.Lock()
		defer in.mu.Unlock()
		return slices.ContainsFunc(in.cards, func(c string) bool {
			return strings.Contains(c, "application/vnd.microsoft.card.adaptive") && strings.Contains(c, "/requests/"+id) && strings.Contains(c, state)
		})
	})
}

// events waits for the events of a request at the webhook, checks each, and that each is
// there once.
func (in *inbox) events(t *testing.T, id string, names ...string) {
	t.Helper()
	for _, name := range names {
		if name == "request" { // which has no message
			continue
		}
		mailOn{t: t}.await("the webhook gets "+name, func() bool { return len(in.about(t, id, name)) > 0 })
		if n := len(in.about(t, id, name)); n != 1 {
			t.Errorf("the webhook got %s %d times", name, n)
		}
	}
}

// about returns the events of a request and a name that the webhook got.
func (in *inbox) about(t *testing.T, id, name string) (found []api.Event) {
	t.Helper()
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, r := range in.hooks {
		verifyWebhook(t, r)
		var e struct {
			SpecVersion, ID, Source, Type, Subject string
			Time                                   time.Time
			Data                                   struct{ Event api.Event }
		}
		if err := json.Unmarshal(r.body, &e); err != nil {
			t.Fatalf("%v: %s", err, r.body)
		}
		if e.SpecVersion != "1.0" || e.ID != r.header.Get("webhook-id") || e.ID != e.Data.Event.ID || e.Type != e.Data.Event.Type || e.Subject != e.Data.Event.Request.ID || e.Time.IsZero() ||
			e.Source != "arn:aws:events:us-east-1:123456789012:event-bus/"+emulator.StackName {
			t.Errorf("no event of CloudEvents: %s", r.body)
		}
		if e.Subject == id && string(e.Data.Event.Entry.Event) == name {
			found = append(found, e.Data.Event)
		}
	}
	return found
}
