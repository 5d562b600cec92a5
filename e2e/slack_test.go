package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// The members of the workspace. Grace and Linus approve, Root is an admin.
const (
	ada, grace, linus, root = "U0ADA", "U0GRACE", "U0LINUS", "U0ROOT"
	ops                     = "C0OPS"
)

// slackFlows are the flows that most of these tests play with.
const slackFlows = "testdata/slack/flows.yaml"

// slackOn is a workspace and the system that serves its app.
type slackOn struct {
	*fakeslack.Slack
	t   testing.TB
	url string
	// clock is the workspace's.
	clock *clock
	host
}

// members returns a workspace with the people of the flows and one of each kind that may
// not use fasttrack.
func members(o fakeslack.Options) fakeslack.Options {
	o.Users = []fakeslack.User{
		{ID: ada, Name: "Ada", Email: "ada@example.com"}, {ID: grace, Name: "Grace", Email: "grace@example.com"},
		{ID: linus, Name: "Linus", Email: "linus@example.com"}, {ID: root, Name: "Root", Email: "root@example.com"},
		{ID: "U0GUS", Email: "gus@example.com", Restricted: true}, {ID: "U0ULTRA", Email: "ultra@example.com", Ultra: true},
		{ID: "U0UNA", Email: "una@example.com", Unconfirmed: true}, {ID: "U0DAN", Email: "dan@example.com", Deleted: true},
		{ID: "U0ROBOT", Email: "robot@example.com", Bot: true}, {ID: "U0FLOW", Email: "flow@example.com", WorkflowBot: true},
		{ID: "U0SAM", Email: "sam@example.com", Team: "T0ELSEWHERE", Stranger: true},
		// Of the same Enterprise Grid as the app, and of another.
		{ID: "U0GIA", Name: "Gia", Email: "gia@example.com", Team: "T0BRANCH", Enterprise: "E0GRID"},
		{ID: "U0OTTO", Name: "Otto", Email: "otto@example.com", Team: "T0AFAR", Enterprise: "E0OTHER"},
	}
	o.Channels = []fakeslack.Channel{{ID: ops, Name: "ops"}}
	return o
}

// serveSlack serves flows with a workspace of its own.
func serveSlack(t testing.TB, flows string, parameters map[string]string) slackOn {
	t.Helper()
	if emulated() {
		t.Skip("TestDeployedSlack plays Slack on the emulator")
	}
	c, build := &clock{}, layOut(t, "CasesFunction", flows)
	s := fakeslack.New(members(fakeslack.Options{Now: c.now, Enterprise: "E0GRID"}))
	stack, err := local.StartWithSlack(t.Context(), "", s, localaws.Options{
		TemplatePath: "../template.yaml", BuildDir: build, Addr: "127.0.0.1:0", Log: newLogs(t), OnCall: calls.note, Parameters: parameters,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := stack.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	on := slackOn{s, t, stack.URL(), c, onThisMachine{stack, build}}
	t.Cleanup(on.checkAll)
	return on
}

// checkAll checks what the app sent in the whole test: Slack refuses none of it for its
// content, and nothing in it is read as more than letters.
func (s slackOn) checkAll() {
	for _, p := range s.Problems() {
		s.t.Errorf("Slack refuses: %s", p)
	}
	for _, b := range s.Bodies() {
		if strings.ContainsAny(b.Text, "<>\n") || hides(b.Text) {
			s.t.Errorf("%s: Slack reads more than letters in %q", b.Method, b.Text)
		}
		var body any
		if len(b.JSON) > 0 && json.Unmarshal(b.JSON, &body) != nil {
			s.t.Errorf("%s: no JSON: %s", b.Method, b.JSON)
		}
		for _, wrong := range notLetters(body) {
			s.t.Errorf("%s: %s", b.Method, wrong)
		}
	}
}

// notLetters returns what Slack would read as more than letters in a body, and the texts
// with letters that turn or hide others.
func notLetters(body any) (wrong []string) {
	switch v := body.(type) {
	case []any:
		for _, x := range v {
			wrong = append(wrong, notLetters(x)...)
		}
	case map[string]any:
		switch v["type"] {
		case "mrkdwn", "markdown", "user", "usergroup", "channel", "broadcast", "link", "emoji":
			wrong = append(wrong, fmt.Sprintf("an object of the type %s", v["type"]))
		case "plain_text":
			if v["emoji"] != false {
				wrong = append(wrong, fmt.Sprintf("emoji are read in %q", v["text"]))
			}
		}
		for _, x := range v {
			wrong = append(wrong, notLetters(x)...)
		}
	case string:
		if hides(v) {
			wrong = append(wrong, fmt.Sprintf("a letter that turns or hides others in %q", v))
		}
	}
	return wrong
}

// hides reports whether a text has letters that turn others round, or that nobody sees.
func hides(text string) bool {
	return strings.ContainsAny(text, "\u202e\u202d\u2066\u200b\u2060\ufeff\u00ad\x00\x1b")
}

// await waits until there is what a test waits for.
func (s slackOn) await(what string, there func() bool) {
	s.t.Helper()
	for until := time.Now().Add(time.Minute); !there(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			s.t.Fatalf("timed out: %s", what)
		}
	}
}

// api returns a client of a person's, beside Slack.
func (s slackOn) api(person string) *api.Client {
	c, err := api.New(s.url, api.Bearer(person))
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// form opens the form of a flow as a user.
func (s slackOn) form(user, flow string) fakeslack.View {
	s.t.Helper()
	if ack := s.Command(user, ops, flow); !ack.OK() || len(ack.Body) > 0 {
		s.t.Fatalf("/fasttrack %s: %d %s (%v)", flow, ack.Status, ack.Body, ack.Err)
	}
	v, open := s.OpenView(user)
	if !open {
		s.t.Fatalf("/fasttrack %s opened nothing", flow)
	}
	return v
}

// ask makes a request in a form, which it leaves open, and returns its id.
func (s slackOn) ask(user, flow string, values fakeslack.Values) (id string, form fakeslack.View) {
	s.t.Helper()
	v := s.form(user, flow)
	ack := s.Submit(user, v.ID, values)
	if !ack.OK() || len(ack.Errors) > 0 {
		s.t.Fatalf("%s: %d %s (%v)", flow, ack.Status, ack.Body, ack.Err)
	}
	requests, err := s.api("ada@example.com").List(s.t.Context(), api.ListInput{})
	if err != nil || len(requests.Requests) == 0 {
		s.t.Fatalf("no request: %v; the form shows %s: %s", err, ack.View.Title(), ack.View.Words())
	}
	return requests.Requests[0].ID, ack.View
}

// card returns the message about a request in a conversation, once it is there.
func (s slackOn) card(channel, id string) (m fakeslack.Message) {
	s.t.Helper()
	s.await("a card in "+channel, func() bool {
		for _, m = range s.Messages(channel) {
			if strings.Contains(string(m.Blocks), id) && m.Thread == "" {
				return true
			}
		}
		return false
	})
	return m
}

// now returns a message as it is now.
func (s slackOn) now(m fakeslack.Message) fakeslack.Message {
	m, _ = s.Message(m.Channel, m.TS)
	return m
}

// acts returns the action ids of a message's buttons that act.
func acts(m fakeslack.Message) string {
	var all []string
	for _, b := range m.Buttons() {
		if b.URL == "" {
			all = append(all, b.ActionID)
		}
	}
	return strings.Join(all, " ")
}

// view returns what the user's open modal shows.
func (s slackOn) view(user string) string {
	v, open := s.OpenView(user)
	if !open {
		return "no modal"
	}
	return v.Title() + ": " + v.Words()
}

// request returns a request as the API shows it.
func (s slackOn) request(id string) *api.Request {
	s.t.Helper()
	r, err := s.api("root@example.com").Get(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}
