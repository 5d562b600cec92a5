package e2e

import (
	"context"
	"encoding/json"
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

// hostile is a text that nothing may read as more than letters.
const hostile = "have a look <!channel> <@U0GRACE> &amp; <https://evil.example|click> *bold* `x` gnp.exe @here :boom: "

// slackOn is a workspace and the system that serves its app.
type slackOn struct {
	*fakeslack.Slack
	t   testing.TB
	url string
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
	}
	o.Channels = []fakeslack.Channel{{ID: ops, Name: "ops"}}
	return o
}

// serveSlack serves the system with a workspace of its own.
func serveSlack(t testing.TB, parameters map[string]string) slackOn {
	t.Helper()
	if emulated() {
		t.Skip("TestDeployedSlack plays Slack on the emulator")
	}
	s := fakeslack.New(members(fakeslack.Options{}))
	stack, err := local.StartWithSlack(t.Context(), "", s, localaws.Options{
		TemplatePath: "../template.yaml", BuildDir: layOut(t, "CasesFunction", "testdata/slack/flows.yaml"), Addr: "127.0.0.1:0", Log: newLogs(t), OnCall: calls.note, Parameters: parameters,
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
	on := slackOn{Slack: s, t: t, url: stack.URL()}
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
		if strings.Contains(string(b.JSON), `"mrkdwn"`) || strings.Contains(b.Text, "<!") || strings.Contains(b.Text, "<@") || strings.Contains(b.Text, "<http") {
			s.t.Errorf("%s: read as more than letters: %s %s", b.Method, b.Text, b.JSON)
		}
		if strings.ContainsAny(string(b.JSON)+b.Text, "\u202e\u200b") || strings.Contains(string(b.JSON), `\u202e`) {
			s.t.Errorf("%s: a letter that turns or hides others: %s", b.Method, b.JSON)
		}
	}
}

// await waits until there is what a test waits for.
func (s slackOn) await(what string, there func() bool) {
	s.t.Helper()
	for until := time.Now().Add(15 * time.Second); !there(); time.Sleep(10 * time.Millisecond) {
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

// shows waits until a conversation has a message with a text.
func (s slackOn) shows(channel string, texts ...string) {
	s.t.Helper()
	s.await(channel+" shows "+strings.Join(texts, ", "), func() bool {
		for _, m := range s.Messages(channel) {
			all := true
			for _, text := range texts {
				all = all && strings.Contains(m.Words(), text)
			}
			if all {
				return true
			}
		}
		return false
	})
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

func wantIn(t testing.TB, what, got string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(got, text) {
			t.Errorf("%s: got %q, want %q in it", what, got, text)
		}
	}
}

// A request is requested, approved and returned without leaving Slack.
func TestSlack(t *testing.T) {
	s := serveSlack(t, nil)
	flows := s.form(ada, "")
	wantIn(t, "the form", flows.Words(), "AWS access", "Deploy")
	if ack := s.Act(ada, flows.ID, "flow", "flow", "access"); !ack.OK() {
		t.Fatalf("choosing a flow: %d (%v)", ack.Status, ack.Err)
	}
	form, _ := s.View(flows.ID)
	wantIn(t, "the form of the flow", form.Words(), "Access to", "Production read-only", "Why")

	// What is missing is said below its field, and nothing typed is lost.
	values := fakeslack.Values{"f:access:target": "Production read-only", "f:access:do": "on_request=approve"}
	ack := s.Submit(ada, form.ID, values)
	if len(ack.Errors) != 1 {
		t.Errorf("without a reason: got %v", ack.Errors)
	}
	values["r:access:"] = hostile
	if ack = s.Submit(ada, form.ID, values); !ack.OK() || len(ack.Errors) > 0 {
		t.Fatalf("fast-tracked: %d %s (%v)", ack.Status, ack.Body, ack.Err)
	}
	wantIn(t, "the form, fast-tracked", ack.View.Title()+ack.View.Words(), "pproved")
	s.shows(fakeslack.DM(ada), "Production read-only")
	if again := s.Submit(ada, form.ID, nil); !again.OK() || !strings.Contains(again.View.Words(), "Open it again") && !strings.Contains(again.View.Words(), "pproved") {
		t.Errorf("submitted again: %d %s", again.Status, again.Body)
	}
	s.CloseView(ada, form.ID)

	// A request that people decide.
	id, open := s.ask(ada, "access", fakeslack.Values{"f:access:target": "Production administrator", "r:access:": hostile + strings.Repeat("😀é", 500)})
	wantIn(t, "the form, waiting", open.Title()+" "+open.Words(), "aiting")
	cards := []fakeslack.Message{s.card(ops, id), s.card(fakeslack.DM(grace), id), s.card(fakeslack.DM(linus), id)}
	for _, m := range cards {
		if got := acts(m); got != "approve deny shorten" {
			t.Errorf("%s: got buttons %q", m.Channel, got)
		}
		wantIn(t, m.Channel, m.Words(), "Production administrator", "ada@example.com", "<!channel>", "expires")
	}
	wantIn(t, "the card of Grace", cards[1].Words(), "sre")

	// The requester may not decide, and reads why.
	s.Click(ada, cards[0], "approve")
	wantIn(t, "Ada's click", s.view(ada), "Not possible")
	if got := s.request(id).Status; got != api.StatusPending {
		t.Fatalf("after Ada's click: %s", got)
	}
	if v, is := s.OpenView(ada); is {
		s.CloseView(ada, v.ID)
	}

	if ack = s.Click(grace, cards[1], "approve"); !ack.OK() {
		t.Fatalf("Grace's click: %d (%v)", ack.Status, ack.Err)
	}
	wantIn(t, "Grace's click", s.view(grace), "pproved")
	for _, m := range cards {
		s.await("the copy in "+m.Channel+" shows the decision", func() bool {
			n := s.now(m)
			return !strings.Contains(acts(n), "approve") && !strings.Contains(acts(n), "deny") && strings.Contains(n.Words(), "grace@example.com")
		})
	}
	s.await("the thread says that access was granted", func() bool { return len(s.Thread(ops, cards[0].TS)) > 0 })
	s.await("the open form says who approved", func() bool {
		v, is := s.View(open.ID)
		return is && strings.Contains(v.Words(), "grace@example.com")
	})
	r := s.request(id)
	for _, e := range r.History {
		if (e.Event == api.EventRequest || e.Event == api.EventApprove && e.Actor.Type == api.ActorUser) && e.Channel != api.ChannelSlack {
			t.Errorf("%s by the channel %q, want slack", e.Event, e.Channel)
		}
	}

	// A click on what somebody saw before says who won.
	s.Click(linus, cards[2], "approve")
	wantIn(t, "a late click", s.view(linus), "Not possible", "grace@example.com")
	s.Click(linus, cards[2], "deny")
	wantIn(t, "a late denial", s.view(linus), "Not possible", "grace@example.com")

	// App Home: what waits, what one has, and its return.
	s.OpenHome(ada)
	home, _ := s.Home(ada)
	wantIn(t, "Ada's App Home", home.Words(), "Production administrator")
	for _, b := range home.Buttons() {
		if b.ActionID == "return" && b.Value == id {
			if ack = s.Act(ada, home.ID, b.BlockID, b.ActionID, nil); !ack.OK() {
				t.Errorf("giving back: %d (%v)", ack.Status, ack.Err)
			}
		}
	}
	s.await("access is given back", func() bool { return s.request(id).Status == api.StatusRevoked })
}

// A denial has a reason, which the requester reads. Nobody else's form is taken.
func TestSlack_Denial(t *testing.T) {
	s := serveSlack(t, nil)
	id, _ := s.ask(ada, "access", fakeslack.Values{"f:access:target": "Production administrator", "r:access:": "look"})
	m := s.card(fakeslack.DM(grace), id)
	s.Click(grace, m, "deny")
	form, _ := s.OpenView(grace)
	if ack := s.Submit(grace, form.ID, nil); len(ack.Errors) == 0 {
		t.Errorf("denied without a reason: %s", ack.Body)
	}
	ack := s.Submit(linus, form.ID, fakeslack.Values{"reason": "not mine"})
	if got := s.request(id).Status; got != api.StatusPending {
		t.Fatalf("somebody else's form was taken: %s, %s", got, ack.Body)
	}
	s.Click(grace, m, "deny")
	form, _ = s.OpenView(grace)
	if ack = s.Submit(grace, form.ID, fakeslack.Values{"reason": "not today " + hostile}); !ack.OK() || len(ack.Errors) > 0 {
		t.Fatalf("deny: %d %s", ack.Status, ack.Body)
	}
	s.shows(fakeslack.DM(ada), "not today have a look <!channel>", "grace@example.com")
	if got := s.request(id).Status; got != api.StatusDenied {
		t.Errorf("got %s", got)
	}
	s.await("no card has buttons", func() bool { return acts(s.now(m)) == "" })
}

// A double click of two people is one decision.
func TestSlack_TwoAtOnce(t *testing.T) {
	s := serveSlack(t, nil)
	id, _ := s.ask(ada, "access", fakeslack.Values{"f:access:target": "Production administrator", "r:access:": "look"})
	done := make(chan fakeslack.Ack, 4)
	for _, user := range []string{grace, linus} {
		m := s.card(fakeslack.DM(user), id)
		for range 2 {
			go func() { done <- s.Click(user, m, "approve") }()
		}
	}
	for range 4 {
		if ack := <-done; !ack.OK() {
			t.Errorf("got %d (%v) after %s", ack.Status, ack.Err, ack.Took)
		}
	}
	approvals := 0
	for _, e := range s.request(id).History {
		if e.Event == api.EventApprove && e.Actor.Type == api.ActorUser {
			approvals++
		}
	}
	if approvals != 1 {
		t.Errorf("got %d approvals, want 1", approvals)
	}
}

// Each kind of field, what is looked up as it is typed, and what the hook doesn't offer.
func TestSlack_Fields(t *testing.T) {
	s := serveSlack(t, nil)
	form := s.form(ada, "deploy")
	options, ack := s.Options(ada, form.ID, "f:deploy:service", "bi")
	if !ack.OK() || len(options) != 2 || options[0].Text != "Service billing" {
		t.Fatalf("got options %v: %d %s", options, ack.Status, ack.Body)
	}
	ack = s.Submit(ada, form.ID, fakeslack.Values{"f:deploy:service": fakeslack.Option{Text: "Forged", Value: "forged"}})
	if ack.Errors["f:deploy:service"] == "" {
		t.Errorf("a value that is no option: got %s", ack.Body)
	}
	ack = s.Submit(ada, form.ID, fakeslack.Values{
		"f:deploy:service": "billing", "f:deploy:zones": []string{"a", "<!channel>"}, "f:deploy:count": "3", "f:deploy:note": "multi\nline <@U1>",
		"f:deploy:sure": "No", "f:deploy:buddy": linus, "r:deploy:": "ship it",
	})
	if !ack.OK() || len(ack.Errors) > 0 {
		t.Fatalf("got %d %s (%v)", ack.Status, ack.Body, ack.Err)
	}
	list, err := s.api("ada@example.com").List(t.Context(), api.ListInput{})
	if err != nil || len(list.Requests) != 1 {
		t.Fatalf("got %v (%v)", list, err)
	}
	got, err := json.Marshal(list.Requests[0].Fields)
	if err != nil {
		t.Fatal(err)
	}
	wantIn(t, "the request", string(got), `"service":"billing"`, `"count":3`, `"sure":false`, `"buddy":"linus@example.com"`, `"note":"multi\nline`)
	s.card(ops, list.Requests[0].ID)

	// A hook that hangs leaves an empty menu, in time.
	form = s.form(ada, "deploy")
	if options, ack = s.Options(ada, form.ID, "f:deploy:service", "prefetch=hang"); !ack.OK() || len(options) != 0 {
		t.Errorf("a hook that hangs: got %v, %d after %s", options, ack.Status, ack.Took)
	}
}
