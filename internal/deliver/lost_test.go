package deliver_test

import (
	"errors"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func lose(t *testing.T, s *routed, person string, seq int) {
	t.Helper()
	for range 2 { // the bus delivers at least once
		if _, err := s.Lost(t.Context(), deliver.Lost{By: "email", Person: person, RequestID: s.run.ID, Seq: seq, Why: "mail bounced: 550"}); err != nil {
			t.Error(err)
		}
	}
}

// A mail that bounces was not received: its entry counts as one whom nobody of was
// reached, and the next is notified, unless somebody else was.
func TestLost(t *testing.T) {
	email := &way{name: "email"}
	r := request([]string{"group:sre"}, []string{"email:oncall@example.com"}, []string{"admins"})
	s := routeTo(r, email)
	route(t, s, happen(r, run.Forward, theEngine, run.Pending))
	equal(t, "at first", email.got(), "ask forward grace@example.com", "ask forward linus@example.com")
	lose(t, s, "Grace@example.com", 2)
	equal(t, "after one bounce", email.got())
	lose(t, s, linus, 2)
	equal(t, "after both", email.got(), "ask forward oncall@example.com")
	lose(t, s, "oncall@example.com", 2)
	equal(t, "after the next", email.got(), "ask forward root@example.com")
	lose(t, s, "nobody@example.com", 2)
	lose(t, s, root, 9)
	equal(t, "about nobody", email.got())
	equal(t, "recorded", s.became(),
		"2 email admins root@example.com sent", "2 email email:oncall@example.com oncall@example.com failed: mail bounced: 550",
		"2 email group:sre grace@example.com failed: mail bounced: 550", "2 email group:sre linus@example.com failed: mail bounced: 550")
	if _, err := s.Lost(t.Context(), deliver.Lost{By: "email", Person: root, RequestID: "unknown", Seq: 2}); err != nil {
		t.Errorf("of an unknown request: %v", err)
	}
}

// A bounce after the decision notifies no further entry, nor does one of a mail that
// asked for nothing.
func TestLost_Later(t *testing.T) {
	email := &way{name: "email"}
	r := request([]string{grace}, []string{"admins"})
	s := routeTo(r, email)
	route(t, s, happen(r, run.Forward, theEngine, run.Pending))
	route(t, s, happen(r, run.Approve, person(root), run.Approved))
	email.got()
	lose(t, s, grace, 2)
	lose(t, s, ada, 3)
	equal(t, "after the decision", email.got())
	equal(t, "recorded", s.became(), "2 email grace@example.com failed: mail bounced: 550", "3 email ada@example.com failed: mail bounced: 550", "3 email grace@example.com sent")
}

// An error of the table is returned, so that the event is retried.
func TestLost_TableFails(t *testing.T) {
	for _, call := range []string{"Load", "AllDeliveries", "LoseDelivery"} {
		email := &way{name: "email"}
		r := request([]string{grace}, []string{"admins"})
		s := routeTo(r, email)
		route(t, s, happen(r, run.Forward, theEngine, run.Pending))
		email.got()
		s.table.Fails = func(name string) error {
			if name == call {
				return errors.New("throttled")
			}
			return nil
		}
		l := deliver.Lost{By: "email", Person: grace, RequestID: r.ID, Seq: 2, Why: "mail bounced"}
		if _, err := s.Lost(t.Context(), l); err == nil {
			t.Errorf("%s fails, and Lost does not", call)
		}
		s.table.Fails = nil
		if report, err := s.Lost(t.Context(), l); err != nil || report.Sent != 1 {
			t.Errorf("after %s failed: %+v %v", call, report, err)
		}
		equal(t, "the next", email.got(), "ask forward root@example.com")
	}
}

// A bounce that comes before the mail is recorded as sent waits for that.
func TestLost_Early(t *testing.T) {
	r := request([]string{grace}, []string{"admins"})
	var s *routed
	done := make(chan error, 1)
	email := &way{name: "email", fails: func(n deliver.Notice, a deliver.Addressee) error {
		if a.Person == grace {
			go func() {
				_, err := s.Lost(t.Context(), deliver.Lost{By: "email", Person: grace, RequestID: r.ID, Seq: 2, Why: "mail bounced"})
				done <- err
			}()
		}
		return nil
	}}
	s = routeTo(r, email)
	route(t, s, happen(r, run.Forward, theEngine, run.Pending))
	if err := <-done; err != nil {
		t.Error(err)
	}
	equal(t, "sent", email.got(), "ask forward grace@example.com", "ask forward root@example.com")
}
