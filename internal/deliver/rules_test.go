package deliver_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The requester, who approved and the channels that got an Ask are notified once of what
// became of a change of rules: of what the table says, whatever the event does.
func TestRules(t *testing.T) {
	email, teams, slack := &way{name: "email"}, &way{name: "teams"}, &follower{way: &way{name: "slack"}}
	r := request([]string{"group:sre", "teams:ops", "slack:#ops"})
	r.Flow.Name = "rule-change"
	s := routeTo(r, slack, email, teams)
	route(t, s, happen(r, run.Forward, theEngine, run.Pending))
	route(t, s, happen(r, run.Approve, person(grace), run.Approved))
	r.Review.ApprovedBy = []run.Approval{{Person: run.Person{ID: grace, Email: grace}}}
	email.got()
	teams.got()
	slack.got()
	lie := deliver.RulesEvent(r, api.RulesOutcome{Version: 9}, start.Add(time.Hour))
	topic := 0
	broadcast := deliver.Broadcast{Name: "sns", Send: func(context.Context) error { topic++; return nil }}
	before := len(slack.followed)
	route(t, s, lie, broadcast)
	if got := append(email.got(), append(teams.got(), slack.got()...)...); len(got) > 0 || len(slack.followed) != before {
		t.Errorf("nothing became of it, and people were notified: %q", got)
	}
	s.table.Outcomes = map[string]api.RulesOutcome{r.ID: {Why: "it is stale"}}
	email.fails = func(n deliver.Notice, a deliver.Addressee) error {
		if n.Event.Type != api.EventTypeRulesRefused || n.Event.Rules.Why != "it is stale" || n.Event.ID != r.ID+"-rules" {
			t.Errorf("%s is notified of %+v", a.Person, n.Event)
		}
		return deliver.Permanent{Why: "no such mailbox"}
	}
	for range 2 {
		route(t, s, lie, broadcast)
	}
	equal(t, "Teams", teams.got(), "rules  ops")
	equal(t, "Slack", slack.got(), "rules  ada@example.com", "rules  grace@example.com")
	if last := slack.followed[len(slack.followed)-1]; last != "rules  approved" || topic != 1 {
		t.Errorf("followed %s; the topic has it %d times", last, topic)
	}

	// What failed is sent again when an operator says so, and nothing else.
	email.fails = nil
	events, err := s.Replay(t.Context(), r.ID)
	if err != nil || len(events) != 1 || events[0].Type != api.EventTypeRulesRefused {
		t.Fatalf("%+v, %v", events, err)
	}
	route(t, s, events[0], broadcast)
	equal(t, "replayed", email.got(), "rules  ada@example.com", "rules  grace@example.com")
	equal(t, "others", append(teams.got(), slack.got()...))

	// An outcome that can't be read is retried.
	away := errors.New("the table is away")
	s.table.Fails = func(call string) error {
		if call == "BecameOfRules" {
			return away
		}
		return nil
	}
	if _, err := s.Route(t.Context(), lie, nil); !errors.Is(err, away) {
		t.Errorf("got %v", err)
	}
}
