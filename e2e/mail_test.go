package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/functions/notify/mailway"
	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/ses"
)

// The address of SES's simulator whose mails bounce, and the next entry of the flow.
const (
	bounces = "bounce@simulator.amazonses.com"
	oncall  = "oncall@example.com"
)

// mailOn is a system that sends mails, and the SES that takes them.
type mailOn struct {
	t     testing.TB
	url   string
	mails func() []ses.Mail
}

func (m mailOn) as(person string) *api.Client {
	c, err := api.New(m.url, api.Bearer(person))
	if err != nil {
		m.t.Fatal(err)
	}
	return c
}

// ask files a request that waits for a decision.
func (m mailOn) ask(in api.CreateInput) *api.Request {
	m.t.Helper()
	r, err := m.as("ada@example.com").Create(m.t.Context(), in)
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

// mailed waits for the mail about a request to somebody whose subject ends so.
func (m mailOn) mailed(id, to, subject string) (found ses.Mail) {
	m.t.Helper()
	m.await(fmt.Sprintf("a mail to %s: …%s", to, subject), func() bool {
		all := m.mails()
		i := slices.IndexFunc(all, func(one ses.Mail) bool {
			return one.Tags["run"] == id && slices.Contains(one.To, to) && strings.HasSuffix(one.Subject, subject)
		})
		if i >= 0 {
			found = all[i]
		}
		return i >= 0
	})
	return found
}

// reached waits until a request says what became of the mail to somebody.
func (m mailOn) reached(id, to, state, why string) {
	m.t.Helper()
	m.await(fmt.Sprintf("the request says %s of %s: %s", state, to, why), func() bool {
		r, err := m.as("ada@example.com").Get(m.t.Context(), id)
		if err != nil {
			m.t.Fatal(err)
		}
		for _, d := range r.Delivery {
			if d.By == "email" && d.Person == to && d.State == state && strings.Contains(d.Why, why) {
				return true
			}
		}
		return false
	})
}

func (m mailOn) await(what string, there func() bool) {
	m.t.Helper()
	for until := time.Now().Add(time.Minute); !there(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			m.t.Fatalf("timed out: %s", what)
		}
	}
}

// bounced plays what becomes of a request whose approver's mail bounces, and of the next.
func (m mailOn) bounced() {
	m.t.Helper()
	first := m.ask(api.CreateInput{Flow: "bounced"}).ID
	m.mailed(first, bounces, ": waits for your decision")
	m.reached(first, bounces, api.DeliveryFailed, "mail bounced: smtp; 550 5.1.1 user unknown")
	m.mailed(first, oncall, ": waits for your decision")
	m.reached(first, oncall, api.DeliverySent, "")

	second := m.ask(api.CreateInput{Flow: "bounced"}).ID
	m.reached(second, bounces, api.DeliverySkipped, "mail bounced: smtp; 550 5.1.1 user unknown")
	m.mailed(second, oncall, ": waits for your decision")
}

// A mail to an address of SES's simulator bounces: the request says so, the next entry is
// notified at once, and the address gets no mail of the next request.
func TestMail_Bounces(t *testing.T) {
	if emulated() {
		t.Skip("TestDeployedMail plays mail on the emulator")
	}
	on, stack := serve(t, "CasesFunction", "testdata/mail/flows.yaml", localaws.Options{})
	m := mailOn{t, on.url, stack.SES.Mails}
	m.bounced()
	m.ended()
}

// ended plays what an approver gets of a flow with notify_ends: the request, the decision of
// somebody else, and the end of access.
func (m mailOn) ended() {
	m.t.Helper()
	id := m.ask(api.CreateInput{Flow: "access", Fields: map[string]any{"target": "prod-ro"}}).ID
	m.mailed(id, "grace@example.com", ": waits for your decision")
	if _, _, err := m.as("root@example.com").Approve(m.t.Context(), id, api.ApproveInput{}); err != nil {
		m.t.Fatal(err)
	}
	m.mailed(id, "grace@example.com", ": approved")
	m.mailed(id, "ada@example.com", ": access is granted")
	if _, _, err := m.as("ada@example.com").Revoke(m.t.Context(), id, api.RevokeInput{}); err != nil {
		m.t.Fatal(err)
	}
	m.mailed(id, "grace@example.com", ": access was revoked")
	m.mailed(id, "ada@example.com", ": access was revoked")
}

// A week after it bounced, an address gets mails again.
func TestMail_AWeekLater(t *testing.T) {
	flows, err := flow.Load("testdata/mail/flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	clock := clockwork.NewFakeClockAt(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))
	functions := inprocess.New(inprocess.Options{
		Flows: flows, Now: clock.Now,
		Hooks: hook.Flows{"*": {OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Continue(), nil }}},
	})
	var notifies lambda.Handler
	replaced := functions.Replacements()
	replaced["NotifyFunction"] = func(ctx context.Context, payload []byte) ([]byte, error) { return notifies.Invoke(ctx, payload) }
	stack, err := local.Start(t.Context(), "", localaws.Options{TemplatePath: "../template.yaml", Addr: "127.0.0.1:0", Clock: clock, Functions: replaced})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	cfg := aws.Config{Region: localaws.Region, BaseEndpoint: aws.String(stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")}
	table := store.NewFromConfig(cfg, stack.Template.Tables[0].Name)
	notifies = lambda.NewHandler(notify.New(notify.Deps{
		Store: table, Now: clock.Now, Log: slog.New(slog.DiscardHandler), Directory: func() deliver.Directory { return deliver.Directory{Today: flows.Today()} },
		Ways: []deliver.Way{mailway.New(mailway.Options{AWS: cfg, Store: table, From: "fasttrack@example.com", ConfigurationSet: "local", Now: clock.Now})},
	}).Handle)
	functions.Bind(stack)

	m := mailOn{t, stack.URL(), stack.SES.Mails}
	first := m.ask(api.CreateInput{Flow: "bounced"}).ID
	m.reached(first, bounces, api.DeliveryFailed, "mail bounced")
	m.reached(first, oncall, api.DeliverySent, "")
	clock.Advance(7*24*time.Hour - time.Second)
	second := m.ask(api.CreateInput{Flow: "bounced"}).ID
	m.reached(second, bounces, api.DeliverySkipped, "mail bounced")
	m.reached(second, oncall, api.DeliverySent, "")
	clock.Advance(time.Second)
	third := m.ask(api.CreateInput{Flow: "bounced"}).ID
	m.mailed(third, bounces, ": waits for your decision")
}
