package deliver_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func route(t *testing.T, s *routed, e api.Event, broadcasts ...deliver.Broadcast) {
	t.Helper()
	s.table.Put(s.run)
	if _, err := s.Route(t.Context(), e, broadcasts); err != nil {
		t.Errorf("%s: %v", e.ID, err)
	}
}

// TestAsk plays who gets a message when a request waits, by each form of an entry.
func TestAsk(t *testing.T) {
	for name, tc := range map[string]struct {
		notify [][]string
		// unreached are whom both ways have no address for.
		unreached            map[string]string
		slack, email, became []string
	}{
		"a group, without the requester": {
			[][]string{{"group:sre"}}, nil,
			[]string{"ask forward grace@example.com", "ask forward linus@example.com"},
			[]string{"ask forward grace@example.com", "ask forward linus@example.com"},
			[]string{"2 email group:sre grace@example.com sent", "2 email group:sre linus@example.com sent", "2 slack group:sre grace@example.com sent", "2 slack group:sre linus@example.com sent"},
		},
		"a group that has a channel": {
			[][]string{{"group:security"}}, nil, []string{"ask forward #security"}, nil, []string{"2 slack group:security sent"},
		},
		"admins": {
			[][]string{{"admins"}}, nil, []string{"ask forward root@example.com"}, []string{"ask forward root@example.com"},
			[]string{"2 email admins root@example.com sent", "2 slack admins root@example.com sent"},
		},
		"a person, by each of their channels": {
			[][]string{{"Kim@example.com"}}, map[string]string{}, []string{"ask forward kim@example.com"}, []string{"ask forward kim@example.com"},
			[]string{"2 email Kim@example.com kim@example.com sent", "2 slack Kim@example.com kim@example.com sent"},
		},
		"one way alone": {
			[][]string{{"slack:#ops", "slack:C0123", "slack:@grace@example.com", "email:linus@example.com"}}, nil,
			[]string{"ask forward #ops", "ask forward C0123", "ask forward grace@example.com"}, []string{"ask forward linus@example.com"},
			[]string{"2 email email:linus@example.com linus@example.com sent", "2 slack slack:#ops sent", "2 slack slack:@grace@example.com grace@example.com sent", "2 slack slack:C0123 sent"},
		},
		"the requester gets no Ask, but may be notified": {
			[][]string{{"slack:@requester", "slack:@grace@example.com"}}, nil,
			[]string{"ask forward grace@example.com", "outcome forward ada@example.com"}, nil,
			[]string{"2 slack slack:@grace@example.com grace@example.com sent", "2 slack slack:@requester ada@example.com sent"},
		},
		"somebody twice gets one": {
			[][]string{{"grace@example.com", "group:sre", "slack:@linus@example.com"}}, nil,
			[]string{"ask forward grace@example.com", "ask forward linus@example.com"}, []string{"ask forward grace@example.com", "ask forward linus@example.com"},
			[]string{"2 email grace@example.com sent", "2 email group:sre linus@example.com sent", "2 slack grace@example.com sent", "2 slack group:sre linus@example.com sent"},
		},
		"a way that is not there, and the next at once": {
			[][]string{{"teams:ops"}, {"slack:#ops"}, {"slack:#more"}}, nil, []string{"ask forward #ops"}, nil,
			[]string{"2 slack slack:#ops sent", "2 teams teams:ops skipped: this deployment has no teams"},
		},
		"nobody, and the next at once": {
			[][]string{{"group:empty", "group:unknown", "slack:#gone"}, {"grace@example.com"}, {"admins"}},
			map[string]string{"#gone": "no such channel", "grace@example.com": "no Slack user"},
			[]string{"ask forward root@example.com"}, []string{"ask forward root@example.com"},
			[]string{
				"2 directory group:empty skipped: flows.yaml names nobody for it besides the requester", "2 directory group:unknown skipped: flows.yaml names nobody for it besides the requester",
				"2 email admins root@example.com sent", "2 email grace@example.com skipped: no Slack user",
				"2 slack admins root@example.com sent", "2 slack grace@example.com skipped: no Slack user", "2 slack slack:#gone skipped: no such channel",
			},
		},
		"whoever reads the topic has it": {
			[][]string{{"sns", "group:unknown"}, {"admins"}}, nil, nil, nil, []string{"2 directory group:unknown skipped: flows.yaml names nobody for it besides the requester"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			slack, email := &way{name: "slack", unreached: tc.unreached}, &way{name: "email", unreached: tc.unreached}
			r := request(tc.notify...)
			e := happen(r, run.Forward, theEngine, run.Pending)
			s := routeTo(r, slack, email)
			for range 3 { // the bus delivers at least once
				route(t, s, e)
			}
			equal(t, "by Slack", slack.got(), tc.slack...)
			equal(t, "by mail", email.got(), tc.email...)
			equal(t, "recorded", s.became(), tc.became...)
		})
	}
}

// A group whose channel can't be reached is notified member by member.
func TestAsk_ChannelIsGone(t *testing.T) {
	slack := &way{name: "slack", unreached: map[string]string{"#security": "the bot is not in it"}}
	r := request([]string{"group:security"}, []string{"admins"})
	s := routeTo(r, slack)
	s.Router.Directory = func() deliver.Directory {
		known := today()
		known.Groups["security"] = run.TodayGroup{Members: []string{grace}}
		return deliver.Directory{Today: known, Channels: map[string]string{"security": "#security"}}
	}
	route(t, s, happen(r, run.Forward, theEngine, run.Pending))
	equal(t, "by Slack", slack.got(), "ask forward grace@example.com")
}

// Whom an event notified early, the engine's own forward does not notify again.
func TestAsk_Early(t *testing.T) {
	slack := &way{name: "slack", unreached: map[string]string{"#gone": "no such channel"}}
	r := request([]string{"slack:#gone"}, []string{"slack:#ops", grace}, []string{"admins"})
	s := routeTo(r, slack)
	route(t, s, happen(r, run.Forward, theEngine, run.Pending))
	equal(t, "at once", slack.got(), "ask forward #ops", "ask forward grace@example.com")
	route(t, s, happen(r, run.Forward, theEngine, run.Pending))
	equal(t, "by the forward", slack.got())
	route(t, s, happen(r, run.Forward, theEngine, run.Pending))
	equal(t, "by the next", slack.got(), "ask forward root@example.com")
}

// The requester is notified of every outcome. Approvers who got a message are notified of
// the decision, but for who made it; a way that rewrites its messages sends no other.
func TestOutcomes(t *testing.T) {
	slack, email := &follower{way: &way{name: "slack"}}, &way{name: "email"}
	r := request([]string{"group:sre"})
	s := routeTo(r, slack, email)
	happening := func(name run.EventName, by run.Actor, status run.Status, bySlack, byMail []string) {
		t.Helper()
		e := happen(r, name, by, status)
		for range 2 {
			route(t, s, e)
		}
		equal(t, string(name)+" by Slack", slack.got(), bySlack...)
		equal(t, string(name)+" by mail", email.got(), byMail...)
	}
	route(t, s, deliver.EventOf(r, r.History[0]))
	equal(t, "before on_request has spoken", append(slack.got(), email.got()...))
	both := []string{"ask forward grace@example.com", "ask forward linus@example.com"}
	happening(run.Forward, theEngine, run.Pending, both, both)
	happening(run.Approve, person(grace), run.Pending, nil, nil) // more approvals are needed
	happening(run.Ignore, person(linus), run.Pending, nil, nil)
	happening(run.Approve, person(linus), run.Approved,
		[]string{"outcome approve ada@example.com"}, []string{"decided approve grace@example.com", "outcome approve ada@example.com"})
	for _, name := range []run.EventName{run.Escalate, run.Revoke, run.Deescalate, run.Fail} {
		to := []string{"outcome " + string(name) + " ada@example.com"}
		happening(name, theEngine, run.Active, to, to)
	}
	equal(t, "what Slack followed", slack.followed[:3], "progress request pending", "ask forward pending", "ask forward pending")
	if n := len(slack.followed); n != 1+2+2+2+4*2 {
		t.Errorf("Slack followed %d times: %q", n, slack.followed)
	}
}

// A channel of a way that can't rewrite its messages is notified of the decision, once and
// by a message of its own. One that got no Ask is not.
func TestAChannelIsNotifiedOfTheDecision(t *testing.T) {
	teams, slack := &way{name: "teams", unreached: map[string]string{"gone": "no webhook"}}, &follower{way: &way{name: "slack"}}
	r := request([]string{"teams:ops", "teams:gone", "slack:#ops"}, []string{"teams:late"})
	s := routeTo(r, teams, slack)
	forward := happen(r, run.Forward, theEngine, run.Pending)
	route(t, s, forward)
	equal(t, "asked", append(teams.got(), slack.got()...), "ask forward ops", "ask forward #ops")
	decision := happen(r, run.Deny, person(grace), run.Denied)
	for range 2 {
		route(t, s, decision)
		route(t, s, forward)
	}
	equal(t, "decided", append(teams.got(), slack.got()...), "decided deny ops", "outcome deny ada@example.com")
}

// If the flow says so, whoever got an Ask is notified of the end of access too, once, but
// for who caused it. Cards in Slack follow anyway.
func TestEndsAreNotified(t *testing.T) {
	for _, asks := range []bool{true, false} {
		for _, name := range []run.EventName{run.Revoke, run.Deescalate, run.Fail} {
			teams, slack, email := &way{name: "teams"}, &follower{way: &way{name: "slack"}}, &way{name: "email"}
			r := request([]string{"teams:ops", "group:sre", "slack:#ops"}, []string{"admins"})
			s := routeTo(r, teams, slack, email)
			s.Router.Directory = func() deliver.Directory {
				known := today()
				known.Flows["aws-access"] = run.TodayFlow{Admins: []string{root}, NotifyEnds: asks}
				return deliver.Directory{Today: known}
			}
			route(t, s, happen(r, run.Forward, theEngine, run.Pending))
			route(t, s, happen(r, run.Approve, person(linus), run.Approved))
			route(t, s, happen(r, run.Escalate, theEngine, run.Active))
			for _, w := range []*way{teams, slack.way, email} {
				w.got()
			}
			end := happen(r, name, person(grace), run.Revoked)
			for range 2 {
				route(t, s, end)
			}
			var channel, mails []string
			if asks {
				channel, mails = []string{"decided " + string(name) + " ops"}, []string{"decided " + string(name) + " linus@example.com"}
			}
			mails = append(mails, "outcome "+string(name)+" ada@example.com")
			equal(t, string(name)+" in Teams", teams.got(), channel...)
			equal(t, string(name)+" by mail", email.got(), mails...)
			equal(t, string(name)+" by Slack", slack.got(), "outcome "+string(name)+" ada@example.com")
		}
	}
}

// Nobody gets an Ask about what is decided. Whoever got one meanwhile is notified of the
// decision.
func TestDecidedMeanwhile(t *testing.T) {
	email := &way{name: "email"}
	r := request([]string{"group:sre"})
	s := routeTo(r, email)
	forward := happen(r, run.Forward, theEngine, run.Pending)
	var decision api.Event
	email.fails = func(n deliver.Notice, _ deliver.Addressee) error {
		if n.Kind == deliver.Ask && decision.ID == "" {
			decision = happen(r, run.Deny, person("root@example.com"), run.Denied)
			s.table.Put(r)
		}
		return nil
	}
	route(t, s, forward)
	equal(t, "by the forward", email.got(), "ask forward grace@example.com", "ask forward linus@example.com", "decided deny grace@example.com", "decided deny linus@example.com")
	route(t, s, decision)
	equal(t, "by the decision", email.got(), "outcome deny ada@example.com")
	route(t, s, forward)
	equal(t, "once more", email.got())

	late := request([]string{"group:sre"})
	s = routeTo(late, email)
	forward = happen(late, run.Forward, theEngine, run.Pending)
	happen(late, run.Deny, person(grace), run.Denied)
	route(t, s, forward)
	equal(t, "too late", email.got())
}

// The requester and the admins are notified of access that fails, beside the outcome of
// before.
func TestFailing(t *testing.T) {
	email := &way{name: "email"}
	r := request([]string{"group:sre"})
	s := routeTo(r, email)
	route(t, s, happen(r, run.Approve, theEngine, run.Approved))
	equal(t, "approved", email.got(), "outcome approve ada@example.com")
	e := api.Event{ID: r.ID + "-failing-3", Type: api.EventTypeAccessFailing, Time: start.Add(time.Hour), Request: r.Summary().View, To: []string{ada, root}}
	topic := 0
	for range 2 {
		route(t, s, e, deliver.Broadcast{Name: "sns", Send: func(context.Context) error { topic++; return nil }})
	}
	equal(t, "failing", email.got(), "failing  ada@example.com", "failing  root@example.com")
	if topic != 1 {
		t.Errorf("the topic has it %d times", topic)
	}
}

// What fails is retried until it is sent, or recorded with why it never will be. The
// next entry is notified at once, and what was sent is not sent again.
func TestFailures(t *testing.T) {
	down := errors.New("Slack responded with 503")
	slack := &way{name: "slack"}
	slack.fails = func(_ deliver.Notice, a deliver.Addressee) error {
		switch a.Person + a.Channel {
		case "#ops":
			return down
		case grace:
			return deliver.Permanent{Why: "the user is deactivated"}
		}
		return nil
	}
	r := request([]string{"slack:#ops", "slack:@grace@example.com"}, []string{"admins"})
	s := routeTo(r, slack)
	e := happen(r, run.Forward, theEngine, run.Pending)
	s.table.Put(r)
	report, err := s.Route(t.Context(), e, nil)
	if !errors.Is(err, down) || report != (deliver.Report{Sent: 1, Failed: 2}) {
		t.Errorf("%+v, %v", report, err)
	}
	equal(t, "at once", slack.got(), "ask forward root@example.com")
	down = nil
	route(t, s, e)
	equal(t, "retried", slack.got(), "ask forward #ops")
	equal(t, "recorded", s.became(), "2 slack admins root@example.com sent", "2 slack slack:#ops sent", "2 slack slack:@grace@example.com grace@example.com failed: the user is deactivated")

	// An operator who cured that replays it.
	slack.fails = nil
	events, err := s.Replay(t.Context(), r.ID)
	if err != nil || len(events) != 1 || events[0].ID != e.ID {
		t.Fatalf("%+v, %v", events, err)
	}
	route(t, s, events[0])
	equal(t, "replayed", slack.got(), "ask forward grace@example.com")
	if events, err := s.Replay(t.Context(), r.ID); err != nil || len(events) > 0 {
		t.Errorf("once more: %+v, %v", events, err)
	}
}

// Two deliveries of an event at once send each message once; the one that finds it
// being sent is retried.
func TestTwoAtOnce(t *testing.T) {
	sending, cont := make(chan struct{}), make(chan struct{})
	slack := &way{name: "slack"}
	slack.fails = func(deliver.Notice, deliver.Addressee) error { close(sending); <-cont; return nil }
	r := request([]string{"slack:#ops"}, []string{"admins"})
	s := routeTo(r, slack)
	e := happen(r, run.Forward, theEngine, run.Pending)
	s.table.Put(r)
	first := make(chan error)
	go func() {
		_, err := s.Route(t.Context(), e, nil)
		first <- err
	}()
	<-sending
	if _, err := s.Route(t.Context(), e, nil); err == nil {
		t.Error("the second is not retried")
	}
	close(cont)
	if err := <-first; err != nil {
		t.Error(err)
	}
	route(t, s, e)
	equal(t, "sent", slack.got(), "ask forward #ops")
}

// A request that is gone, and one without people to notify, end well.
func TestNothingToDo(t *testing.T) {
	r := request([]string{"group:sre"})
	s := routeTo(r, &way{name: "slack"})
	gone := happen(r, run.Forward, theEngine, run.Pending)
	gone.Request.ID = "01JD0000000000000000000001"
	route(t, s, gone)
	r.Requester = run.Person{ID: "arn:aws:iam::123456789012:role/deploy", Machine: true}
	route(t, s, happen(r, run.Deny, theEngine, run.Denied))
	equal(t, "recorded", s.became())
}

// Who follows a request follows failed looks at its access too, and failed confirms; nobody is notified of
// what else was ignored.
func TestFailedLooksAreFollowed(t *testing.T) {
	hook := run.ByHook(run.WhileActive)
	for name, tc := range map[string]struct {
		by    run.Actor
		error string
		act   run.EventName
		heard []string
	}{
		"a failed look":        {hook, "503", "", []string{"progress ignore active"}},
		"one nobody can judge": {theEngine, "It is unknown.", "", []string{"progress ignore active"}},
		"a failed confirm":     {theEngine, "503", run.Confirm, []string{"progress ignore active"}},
		"an ignored act":       {theEngine, "", run.Revoke, nil},
		"an ignored confirm":   {theEngine, "", run.Confirm, nil},
		"another hook":         {run.ByHook(run.AfterEscalate), "503", "", nil},
	} {
		r := request([]string{"group:sre"})
		w := &follower{way: &way{name: "slack"}}
		s := routeTo(r, w)
		e := happen(r, run.Ignore, tc.by, run.Active)
		e.Entry.Error, e.Entry.ActEvent = tc.error, tc.act
		if tc.act != "" {
			e.Entry.Act = "A"
		}
		route(t, s, e)
		equal(t, name, w.followed, tc.heard...)
		if sent := w.got(); len(sent) > 0 {
			t.Errorf("%s: sent %v", name, sent)
		}
	}
}

// What became of a message is recorded when the time of the call is up, and what was
// not sent is retried.
func TestTimeIsUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	slack := &way{name: "slack"}
	slack.fails = func(deliver.Notice, deliver.Addressee) error { cancel(); return ctx.Err() }
	r := request([]string{"slack:#ops"})
	s := routeTo(r, slack)
	e := happen(r, run.Forward, theEngine, run.Pending)
	s.table.Put(r)
	if _, err := s.Route(ctx, e, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	equal(t, "recorded", s.became(), "2 slack slack:#ops failed: context canceled")
	slack.fails = nil
	route(t, s, e)
	equal(t, "retried", slack.got(), "ask forward #ops")
}
