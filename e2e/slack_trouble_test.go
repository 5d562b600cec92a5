package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// ackLimit is how long Slack waits.
const ackLimit = 3 * time.Second

func (s slackOn) inTime(what string, ack fakeslack.Ack) {
	s.t.Helper()
	if !ack.OK() || ack.Took >= ackLimit {
		s.t.Errorf("%s: %d (%v) after %s", what, ack.Status, ack.Err, ack.Took)
	}
}

// While Slack is slow, limits calls, fails or loses answers, requests and decisions go on.
func TestSlack_Trouble(t *testing.T) {
	s := serveSlack(t, nil)
	// Slow: each call of a person is still answered in time.
	s.Break(fakeslack.Fault{Delay: 700 * time.Millisecond})
	ack := s.Command(ada, ops, "access")
	s.inTime("a command while Slack is slow", ack)
	s.ClearFaults()
	form, _ := s.OpenView(ada)

	// users.info is kept, so a form needs no call of Slack before it is answered.
	s.Break(fakeslack.Fault{Method: "users.info", Error: "internal_error"})
	ack = s.Submit(ada, form.ID, fakeslack.Values{"f:access:target": "Production administrator", "r:access:": "look"})
	s.inTime("a form", ack)
	s.ClearFaults()
	list, err := s.api("ada@example.com").List(t.Context(), api.ListInput{})
	if err != nil || len(list.Requests) != 1 {
		t.Fatalf("got %v (%v)", list, err)
	}
	id := list.Requests[0].ID
	m, n := s.card(fakeslack.DM(grace), id), s.card(ops, id)

	// Rate limits delay copies, and lose none.
	s.Break(fakeslack.Fault{Method: "chat.update", Times: 2, Status: http.StatusTooManyRequests, RetryAfter: time.Second})
	s.inTime("a click", s.Click(grace, m, "approve"))
	for _, copied := range []fakeslack.Message{m, n} {
		s.await("no copy keeps its buttons", func() bool { return !strings.Contains(acts(s.now(copied)), "approve") })
	}
	s.ClearFaults()

	// A lost answer posts a card twice at worst. The first click on a card that nobody
	// knows of rewrites it.
	s.Break(fakeslack.Fault{Method: "chat.postMessage", Times: 1, LoseAnswer: true})
	id, _ = s.ask(ada, "access", fakeslack.Values{"f:access:target": "Production administrator", "r:access:": "again"})
	m = s.card(fakeslack.DM(linus), id)
	s.inTime("a click", s.Click(linus, m, "approve"))
	s.await("the request is decided", func() bool { return s.request(id).Status != api.StatusPending })
	for _, copied := range s.Messages("") {
		if !strings.Contains(string(copied.Blocks), id) || copied.Thread != "" {
			continue
		}
		s.Click(grace, withButton(copied, id), "approve")
		s.await("the card in "+copied.Channel+" has no button to approve", func() bool { return !strings.Contains(acts(s.now(copied)), "approve") })
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

	// Slack is down: requests are made and decided elsewhere.
	s.Break(fakeslack.Fault{Status: http.StatusInternalServerError})
	r, err := s.api("ada@example.com").Create(t.Context(), api.CreateInput{Flow: "access", Reason: "down", Fields: map[string]any{"target": "prod-admin"}})
	if err != nil {
		t.Fatal(err)
	}
	s.await("the request waits", func() bool { return s.request(r.ID).Status == api.StatusPending })
	if _, _, err := s.api("grace@example.com").Approve(t.Context(), r.ID, api.ApproveInput{}); err != nil {
		t.Errorf("approve while Slack is down: %v", err)
	}
}

// A hook that takes longer than Slack waits: the form says so in time, and shows the
// outcome once there is one.
func TestSlack_SlowHook(t *testing.T) {
	s := serveSlack(t, nil)
	form := s.form(ada, "access")
	ack := s.Submit(ada, form.ID, fakeslack.Values{"f:access:target": "Production administrator", "f:access:do": "on_request=slow", "r:access:": "look"})
	s.inTime("a form while a hook is slow", ack)
	s.await("the open form shows what became of it", func() bool { return strings.Contains(s.view(ada), "Waits for group:sre") })
}

// Nobody of an entry can be reached: the next entry is notified at once, and the request says
// who was not reached and why.
func TestSlack_NobodyReached(t *testing.T) {
	s := serveSlack(t, map[string]string{"MailFrom": ""})
	r, err := s.api("ada@example.com").Create(t.Context(), api.CreateInput{Flow: "deserted"})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s.card(fakeslack.DM(root), r.ID)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the next entry was notified after %s", took)
	}
	s.await("the request says who was not reached", func() bool {
		now, failed := s.request(r.ID), 0
		for _, d := range now.Delivery {
			if d.By == "slack" && d.State != "sent" && d.Why != "" {
				failed++
			}
		}
		return failed >= 2
	})
}
