package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Nobody is said to be notified whom nothing delivers to: the history says who
// was not, and the next of the list is notified at once.
func TestNotNotified(t *testing.T) {
	notify := func(lists ...[]string) (all []run.Notify) {
		for _, to := range lists {
			all = append(all, run.Notify{To: to, WaitSeconds: 60})
		}
		return all
	}
	without := destination.LacksOf(func(string) string { return "false" })
	for name, tc := range map[string]struct {
		notify []run.Notify
		lacks  destination.Lacks
		to     []string
		err    string
	}{
		"a channel that is none":               {notify([]string{"slack:ops", "sns"}), nil, []string{"sns"}, "not notified: slack:ops (no such channel)"},
		"the next, at once":                    {notify([]string{"slack:ops"}, []string{"group:sre"}), nil, []string{"group:sre"}, "not notified: slack:ops (no such channel)"},
		"nobody of the list":                   {notify([]string{"slack:ops"}, []string{"pager"}), nil, []string{"group:sre"}, "not notified: slack:ops (no such channel), pager (no such channel)"},
		"a webhook that is there":              {notify([]string{"webhook"}), nil, []string{"webhook"}, ""},
		"a webhook that is not":                {notify([]string{"webhook", "sns"}), without, []string{"sns"}, "not notified: webhook (no WebhookUrl is set)"},
		"an address, a group, a login":         {notify([]string{"x@example.com", "group:a b", "https://issuer|7"}), without, []string{"x@example.com", "group:a b", "https://issuer|7"}, ""},
		"Slack, mail and Teams that are there": {notify([]string{"slack:#ops", "slack:@requester", "email:x@example.com", "teams:ops"}), nil, []string{"slack:#ops", "slack:@requester", "email:x@example.com", "teams:ops"}, ""},
		"… that are not":                       {notify([]string{"slack:#ops", "slack:@requester", "email:x@example.com", "teams:ops"}, []string{"sns"}), without, []string{"sns"}, "not notified: slack:#ops (no SlackTeams is set), slack:@requester (no SlackTeams is set), email:x@example.com (no MailFrom is set), teams:ops (no TeamsSecretArn is set)"},
	} {
		t.Run(name, func(t *testing.T) {
			f := sampleFlow()
			f.Review.Notify = tc.notify
			m := newMachine(t, f)
			m.step(engine.Step{Response: &engine.HookResponse{Body: []byte(none()), Version: "1"}, Lacks: tc.lacks})
			if e := m.last(); e.Event != run.Forward || !slices.Equal(e.To, tc.to) || e.Error != tc.err {
				t.Errorf("got %s to %q, error %q; want to %q, error %q", e.Event, e.To, e.Error, tc.to, tc.err)
			}
		})
	}
}

// A later entry that nothing delivers to leaves those who were notified before.
func TestNotNotified_Later(t *testing.T) {
	f := sampleFlow()
	f.Review.Notify = []run.Notify{{To: []string{"sns"}, WaitSeconds: 60}, {To: []string{"slack:ops"}}}
	m := newMachine(t, f)
	m.answer(run.OnRequest, none())
	m.pass(time.Minute)
	if e := m.last(); e.Event != run.Forward || len(e.To) > 0 || e.Error != "not notified: slack:ops (no such channel)" {
		t.Errorf("got %+v", e)
	}
}
