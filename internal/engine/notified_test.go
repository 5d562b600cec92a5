package engine_test

import (
	"slices"
	"testing"
	"time"

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
	for name, tc := range map[string]struct {
		notify    []run.Notify
		noWebhook bool
		to        []string
		err       string
	}{
		"a channel that is none":       {notify([]string{"slack:ops", "sns"}), false, []string{"sns"}, "not notified: slack:ops (no such channel)"},
		"the next, at once":            {notify([]string{"slack:ops"}, []string{"group:sre"}), false, []string{"group:sre"}, "not notified: slack:ops (no such channel)"},
		"nobody of the list":           {notify([]string{"slack:ops"}, []string{"pager"}), false, []string{"group:sre"}, "not notified: slack:ops (no such channel), pager (no such channel)"},
		"a webhook that is there":      {notify([]string{"webhook"}), false, []string{"webhook"}, ""},
		"a webhook that is not":        {notify([]string{"webhook", "sns"}), true, []string{"sns"}, "not notified: webhook (no WebhookUrl is set)"},
		"an address, a group, a login": {notify([]string{"x@example.com", "group:a b", "https://issuer|7"}), true, []string{"x@example.com", "group:a b", "https://issuer|7"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := sampleFlow()
			f.Review.Notify = tc.notify
			m := newMachine(t, f)
			m.step(engine.Step{Response: &engine.HookResponse{Body: []byte(none()), Version: "1"}, NoWebhook: tc.noWebhook})
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
