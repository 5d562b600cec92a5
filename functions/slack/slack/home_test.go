package slack_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/slack/slack"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/slacksecret"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// homes are those that functions/notify saw change.
func homes(users ...string) slack.Event {
	var ev slack.Event
	for _, u := range users {
		ev.Homes = append(ev.Homes, store.SlackHome{Team: fakeslack.Team, User: u})
	}
	return ev
}

// showAgain hands functions/slack the homes, as functions/notify does.
func (w *world) showAgain(ev slack.Event) {
	w.t.Helper()
	if res, err := w.h.Handle(w.t.Context(), ev); err != nil || res.StatusCode != 200 {
		w.t.Errorf("got %d (%v)", res.StatusCode, err)
	}
}

func (w *world) home(user string) string {
	v, _ := w.slack.Home(user)
	return v.Words()
}

// An App Home that has changed is shown again, as its user may see it now.
func TestHomesAreShownAgain(t *testing.T) {
	w := newWorld(t)
	w.slack.SetUser(fakeslack.User{ID: "U0LINUS", Name: "Linus", Email: "linus@example.com"})
	waits := pending()
	w.answers["GET /requests"] = answer{200, api.RequestList{Requests: []api.Request{waits}}}
	w.showAgain(homes("U0GRACE", "U0LINUS"))
	for _, user := range []string{"U0GRACE", "U0LINUS"} {
		if !strings.Contains(w.home(user), "ada@example.com") {
			t.Errorf("the App Home of %s shows %s", user, w.home(user))
		}
	}
	w.answers["GET /requests"] = answer{200, api.RequestList{}}
	w.showAgain(homes("U0GRACE"))
	if got := w.home("U0GRACE"); !strings.Contains(got, "Nothing waits for you.") {
		t.Errorf("after the decision it shows %s", got)
	}
	if len(w.acts()) > 0 || len(w.slack.Problems()) > 0 {
		t.Errorf("acts %v, problems %v", w.acts(), w.slack.Problems())
	}
}

// One home that can't be shown leaves the others, and is logged; what a person may not see
// any more is not shown to them again.
func TestHomesThatAreNotShownAgain(t *testing.T) {
	w := newWorld(t)
	w.slack.SetUser(fakeslack.User{ID: "U0GUS", Name: "Gus", Email: "gus@example.com", Restricted: true})
	w.slack.SetUser(fakeslack.User{ID: "U0SAM", Name: "Sam", Email: "sam@example.com", Stranger: true})
	w.answers["GET /requests"] = answer{200, api.RequestList{Requests: []api.Request{pending()}}}
	w.showAgain(homes("U0GUS", "U0SAM"))
	if got := w.home("U0GUS") + w.home("U0SAM"); got != "" || strings.Contains(w.log.String(), "out of date") {
		t.Errorf("who is refused sees %s; the log says %s", got, &w.log)
	}
	w.showAgain(homes("U0NOBODY", "U0GRACE"))
	if got := w.home("U0GRACE"); !strings.Contains(got, "ada@example.com") {
		t.Errorf("beside one that fails: %s", got)
	}
	if !strings.Contains(w.log.String(), "App Homes are out of date") {
		t.Errorf("the log says %s", &w.log)
	}

	// Neither an engine nor a secret that is away is an error of the invocation.
	before := w.home("U0GRACE")
	for name, away := range map[string]func(){
		"the engine": func() { w.answers["GET /me"] = answer{500, api.Problem{Status: 500}} },
		"the secret": func() {
			w.h.Secret = func(context.Context) (slacksecret.Secret, error) {
				return slacksecret.Secret{}, errors.New("throttled")
			}
		},
	} {
		away()
		w.log.Reset()
		w.showAgain(homes("U0GRACE"))
		if got := w.home("U0GRACE"); got != before || !strings.Contains(w.log.String(), "App Homes are out of date") {
			t.Errorf("%s is away: it shows %s; the log says %s", name, got, &w.log)
		}
	}
}

// The App Home lists the emergencies that its user may review now, and no others. It reads
// them only if there are any.
func TestHomeShowsEmergencies(t *testing.T) {
	emergency := func(reason, state string, you *api.You) api.Request {
		r := ended(nil)
		r.Reason, r.You, r.BreakGlass.State = reason, you, state
		return r
	}
	may := &api.You{Review: &api.Allowed{May: true}}
	list := api.RequestList{Requests: []api.Request{
		emergency("is to be reviewed", api.GlassUnreviewed, may),
		emergency("lasts", api.GlassOpen, may),
		emergency("is my own", api.GlassUnreviewed, &api.You{Review: &api.Allowed{Why: "You can't review your own emergency; somebody else must."}}),
		emergency("is of an older release", api.GlassUnreviewed, nil),
	}}
	one, none := 1, 0
	for name, tc := range map[string]struct {
		counts api.Counts
		use    string
		reads  bool
		shown  string
	}{
		"some":                      {api.Counts{Unreviewed: &one}, api.SlackDecide, true, "is to be reviewed [Review…]"},
		"none":                      {api.Counts{Unreviewed: &none}, api.SlackDecide, false, ""},
		"no flow allows any":        {api.Counts{}, api.SlackDecide, false, ""},
		"they could not be counted": {api.Counts{Failed: []string{"unreviewed"}}, api.SlackDecide, true, "is to be reviewed [Review…]"},
		"decided elsewhere":         {api.Counts{Unreviewed: &one}, api.SlackLink, true, "is to be reviewed"},
		"kept out of Slack":         {api.Counts{Unreviewed: &one}, api.SlackOff, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.answers["GET /me"] = answer{200, api.Me{ID: "grace@example.com", Counts: tc.counts, Flows: []api.MyFlow{{Name: "a", Slack: tc.use}}}}
			w.answers["GET /requests"], w.answers["GET /requests unreviewed"] = answer{200, api.RequestList{}}, answer{200, list}
			w.showAgain(homes("U0GRACE"))
			v, _ := w.slack.Home("U0GRACE")
			got := ""
			for _, r := range list.Requests {
				if strings.Contains(v.Words(), r.Reason) {
					got += r.Reason
				}
			}
			for _, b := range v.Buttons() {
				if b.ActionID == slackui.ActionReview {
					got += " [" + b.Text + "]"
				}
			}
			if got != tc.shown {
				t.Errorf("it shows %q, want %q: %s", got, tc.shown, v.Words())
			}
			lists := 0
			for _, call := range w.calls {
				if strings.HasPrefix(call, "GET /requests") {
					lists++
				}
			}
			if reads := lists > 2; reads != tc.reads {
				t.Errorf("it reads %v", w.calls)
			}
			if p := w.slack.Problems(); len(p) > 0 {
				t.Errorf("Slack refuses %v", p)
			}
		})
	}
	two := 2
	list.NextCursor = "cursor"
	for name, tc := range map[string]struct {
		count *int
		more  bool
	}{"all are shown": {&one, false}, "one is not": {&two, true}, "not counted": {nil, true}} {
		w := newWorld(t)
		w.answers["GET /me"] = answer{200, api.Me{Counts: api.Counts{Unreviewed: tc.count, Failed: []string{"unreviewed"}}}}
		w.answers["GET /requests"], w.answers["GET /requests unreviewed"] = answer{200, api.RequestList{}}, answer{200, list}
		w.showAgain(homes("U0GRACE"))
		if says := strings.Contains(w.home("U0GRACE"), "There are more."); says != tc.more {
			t.Errorf("%s: it says that there are more: %v", name, says)
		}
	}
	w := newWorld(t)
	w.answers["GET /me"] = answer{200, api.Me{Counts: api.Counts{Unreviewed: &one}}}
	w.answers["GET /requests"], w.answers["GET /requests unreviewed"] = answer{200, api.RequestList{}}, answer{500, api.Problem{Status: 500}}
	w.showAgain(homes("U0GRACE"))
	if v, there := w.slack.Home("U0GRACE"); there || !strings.Contains(w.log.String(), "App Homes are out of date") {
		t.Errorf("without the list it shows %s; the log says %s", v.Words(), &w.log)
	}
}

// The buttons of the App Home open the forms that cards and reminders do, and Confirm
// confirms at once, after which the App Home is shown again.
func TestHomeActsOnAccess(t *testing.T) {
	w := newWorld(t)
	yes, one := true, 1
	live := active(&api.ExtendAllowed{May: true, ReasonRequired: &yes, DurationsSeconds: []int{1800}})
	live.You.Confirm, live.UntilRevoked = &api.ConfirmAllowed{May: true}, true
	w.answers["GET /me"] = answer{200, api.Me{Counts: api.Counts{Unreviewed: &one}, Live: []api.Request{live}, Flows: []api.MyFlow{{Name: "a", Slack: api.SlackDecide}}}}
	w.answers["GET /requests"] = answer{200, api.RequestList{}}
	w.answers["GET /requests unreviewed"] = answer{200, api.RequestList{Requests: []api.Request{ended(&api.Allowed{May: true})}}}
	w.showAgain(homes("U0GRACE"))
	press := func(action string, now api.Request) string {
		t.Helper()
		w.answers["GET /requests/{id}"] = answer{200, now}
		v, _ := w.slack.Home("U0GRACE")
		for _, b := range v.Buttons() {
			if b.ActionID == action {
				if ack := w.slack.Act("U0GRACE", v.ID, b.BlockID, b.ActionID, nil); !ack.OK() {
					t.Fatalf("%s: %d %v", action, ack.Status, ack.Err)
				}
				return w.view("U0GRACE")
			}
		}
		t.Fatalf("no button %s: %s", action, v.Words())
		return ""
	}
	if form := press(slackui.ActionReview, ended(&api.Allowed{May: true})); !strings.Contains(form, "Breaking the glass was") {
		t.Errorf("Review opens %s", form)
	}
	if form := press(slackui.ActionExtend, live); !strings.Contains(form, "Extend by") {
		t.Errorf("Extend opens %s", form)
	}
	confirmed := live
	confirmed.You, confirmed.Access = &api.You{Confirm: &api.ConfirmAllowed{Why: "It is confirmed."}}, &api.Access{ConfirmedAt: time.Now(), EndsAt: time.Now().Add(time.Hour)}
	w.answers["POST /requests/{id}/confirm"] = answer{200, confirmed}
	w.answers["GET /me"] = answer{200, api.Me{Live: []api.Request{confirmed}, Flows: []api.MyFlow{{Name: "a", Slack: api.SlackDecide}}}}
	if said := press(slackui.ActionConfirm, live); !strings.Contains(said, "Confirmed on") {
		t.Errorf("Confirm shows %s", said)
	}
	v, _ := w.slack.Home("U0GRACE")
	for _, b := range v.Buttons() {
		if b.ActionID == slackui.ActionConfirm {
			t.Errorf("confirmed, it still has the button: %s", v.Words())
		}
	}
	if p := w.slack.Problems(); len(p) > 0 {
		t.Errorf("Slack refuses %v", p)
	}
}
