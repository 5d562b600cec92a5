package e2e

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// With SlackIdentity=bound nobody acts in Slack before they have linked their account,
// by a code that works once and for them alone.
func TestSlack_LinkOfAnAccount(t *testing.T) {
	if emulated() {
		t.Skip("the emulator has no Slack workspace of its own")
	}
	w := fakeslack.New(fakeslack.Options{})
	w.SetUser(fakeslack.User{ID: "U0ADA", Name: "Ada", Email: "ada@example.com"})
	w.SetUser(fakeslack.User{ID: "U0GRACE", Name: "Grace", Email: "grace@example.com"})
	stack, err := local.StartWithSlack(t.Context(), "", w, localaws.Options{
		TemplatePath: "../template.yaml", BuildDir: layOut(t, "HooksFunction", "../flows.yaml"), Addr: "127.0.0.1:0", Log: newLogs(t), OnCall: calls.note,
		Parameters: map[string]string{"SlackIdentity": "bound"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close(context.Background()) })
	as := func(who string) *api.Client {
		c, err := api.New(stack.URL(), api.Bearer(who))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	command := func(user, text string) string {
		t.Helper()
		if ack := w.Command(user, "C0GENERAL", text); !ack.OK() {
			t.Fatalf("/fasttrack %s: %d %v", text, ack.Status, ack.Err)
		}
		v, open := w.OpenView(user)
		if !open {
			t.Fatalf("/fasttrack %s opened nothing", text)
		}
		return v.Words()
	}
	codeFor := func(user string) string {
		t.Helper()
		code := regexp.MustCompile(`[A-Z2-7]{4}-[A-Z2-7]{4}`).FindString(command(user, "aws-access"))
		if code == "" {
			t.Fatal("no code is shown to somebody who is not linked")
		}
		return code
	}
	link := func(who, code string, confirm bool) (*api.SlackAccount, error) {
		return as(who).LinkSlackAccount(t.Context(), api.SlackLinkInput{Code: code, Confirm: confirm})
	}
	code := codeFor("U0GRACE")
	for who, confirm := range map[string]bool{"ada@example.com": true, "root@example.com": false} {
		if a, err := link(who, code, confirm); !isProblem(err, api.ProblemNotFound) {
			t.Errorf("%s uses Grace's code: %+v %v", who, a, err)
		}
	}
	if a, err := link("grace@example.com", code, false); err != nil || a.Linked || a.Email != "grace@example.com" || a.Name != "Grace" || a.User != "U0GRACE" || a.Workspace == "" {
		t.Fatalf("asked first: %+v %v", a, err)
	}
	if !strings.Contains(command("U0GRACE", "link"), "not linked") {
		t.Error("looking at a code has linked the account")
	}
	a, err := link("grace@example.com", strings.ToLower(code), true)
	if err != nil || !a.Linked || a.Person.ID != "grace@example.com" {
		t.Fatalf("linked: %+v %v", a, err)
	}
	if _, err := link("grace@example.com", code, true); !isProblem(err, api.ProblemNotFound) {
		t.Errorf("a code works twice: %v", err)
	}
	if words := command("U0GRACE", "link"); !strings.Contains(words, "linked to grace@example.com") {
		t.Errorf("after the link: %s", words)
	}
	told := func() bool {
		for _, m := range w.Messages(fakeslack.DM("U0GRACE")) {
			if strings.Contains(m.Words(), "was linked to grace@example.com") {
				return true
			}
		}
		return false
	}
	for end := time.Now().Add(10 * time.Second); !told(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the account is not notified of its link")
		}
	}

	// What is done in Slack is done by the person, on the channel slack.
	r, err := as("ada@example.com").Create(t.Context(), api.CreateInput{Flow: "aws-access", Fields: map[string]any{"target": "prod-ro"}, Reason: "Look.", Wait: 5 * time.Second})
	if err != nil || r.Status != api.StatusPending {
		t.Fatalf("requested: %+v %v", r, err)
	}
	if ack := w.OpenHome("U0GRACE"); !ack.OK() {
		t.Fatalf("App Home: %d %v", ack.Status, ack.Err)
	}
	home, _ := w.Home("U0GRACE")
	if ack := w.Act("U0GRACE", home.ID, "inbox:0:acts", "approve", nil); !ack.OK() {
		t.Fatalf("approve: %d %v", ack.Status, ack.Err)
	}
	got, err := as("ada@example.com").Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if d := got.Decision; d == nil || d.Event != api.EventApprove || d.By.Email != "grace@example.com" {
		t.Errorf("decided: %+v", d)
	}
	for _, e := range got.History {
		if want := map[api.EventName]api.Channel{api.EventRequest: api.ChannelAPI, api.EventApprove: api.ChannelSlack}[e.Event]; want != "" && e.Channel != want {
			t.Errorf("%s has the channel %q, want %q", e.Event, e.Channel, want)
		}
	}

	// An address that changes in Slack links nobody else; an unlinked account is nobody.
	if list, _, err := as("grace@example.com").SlackAccounts(t.Context(), false); err != nil || len(list) != 1 || list[0].ID != a.ID {
		t.Errorf("listed: %+v %v", list, err)
	}
	if list, _, err := as("ada@example.com").SlackAccounts(t.Context(), false); err != nil || len(list) != 0 {
		t.Errorf("Ada's accounts: %+v %v", list, err)
	}
	if _, _, err := as("ada@example.com").SlackAccounts(t.Context(), true); !isProblem(err, api.ProblemForbidden) {
		t.Errorf("Ada lists all accounts: %v", err)
	}
	if list, _, err := as("root@example.com").SlackAccounts(t.Context(), true); err != nil || len(list) != 1 {
		t.Errorf("an admin lists all: %+v %v", list, err)
	}
	if _, err := as("ada@example.com").UnlinkSlackAccount(t.Context(), a.ID); !isProblem(err, api.ProblemNotFound) {
		t.Errorf("Ada unlinks Grace: %v", err)
	}
	if gone, err := as("root@example.com").UnlinkSlackAccount(t.Context(), a.ID); err != nil || gone.Linked {
		t.Errorf("an admin unlinks: %+v %v", gone, err)
	}
	if !strings.Contains(command("U0GRACE", "link"), "not linked") {
		t.Error("an unlinked account acts")
	}

	// A form asks nobody's name: ada, once linked, requests by it.
	if _, err := link("ada@example.com", codeFor("U0ADA"), true); err != nil {
		t.Fatal(err)
	}
	command("U0ADA", "everything-goes")
	v, _ := w.OpenView("U0ADA")
	ack := w.Submit("U0ADA", v.ID, fakeslack.Values{"r:everything-goes:": "<!channel> *now*"})
	if !ack.OK() {
		t.Fatalf("submit: %d %v %v", ack.Status, ack.Err, ack.Errors)
	}
	mine, err := as("ada@example.com").List(t.Context(), api.ListInput{View: api.ViewMine, Flow: "everything-goes"})
	if err != nil || len(mine.Requests) != 1 || mine.Requests[0].Requester.Email != "ada@example.com" {
		t.Fatalf("requested in Slack: %+v %v", mine, err)
	}
	if w.SetUser(fakeslack.User{ID: "U0ADA", Name: "Ada", Email: "root@example.com"}); len(w.Problems()) > 0 {
		t.Errorf("Slack refused: %v", w.Problems())
	}
}

func isProblem(err error, kind string) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Type == kind
}
