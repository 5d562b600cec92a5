package slack_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/slack/slack"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/slacksecret"
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
