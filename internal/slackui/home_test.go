package slackui_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// homePage is an App Home in which people act.
func homePage() slackui.HomePage {
	yes := func(api.Request) bool { return true }
	return slackui.HomePage{Link: func(id string) string { return "https://access.example.com/" + id }, Decides: yes, Returns: yes, Now: at}
}

// shownHome returns the texts and buttons of an App Home that Slack takes.
func shownHome(t *testing.T, p slackui.HomePage) string {
	t.Helper()
	view := slackui.Home(p)
	raw, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range blockkit.View(raw) {
		t.Errorf("Slack refuses it: %s", found)
	}
	return said(t, view.Blocks.BlockSet)
}

// held is access of one's own with what may be done about it.
func held(you api.You) api.Request {
	r := api.Request{ID: "01JD0000000000000000000000", Flow: "prod", Status: api.StatusActive, DurationSeconds: 3600, Requester: api.Person{Email: "ada@example.com"}, You: &you}
	r.Access = &api.Access{EndsAt: at.Add(time.Hour)}
	return r
}

// Beside access of one's own stands what the engine lets its holder do now, in flows that
// take requests in Slack.
func TestHomeOfAccess(t *testing.T) {
	extend, confirm := api.You{Extend: &api.ExtendAllowed{May: true}}, api.You{Confirm: &api.ConfirmAllowed{May: true}}
	extension := pending()
	extension.Extends = &api.Extends{ID: held(extend).ID}
	another := pending()
	another.Extends = &api.Extends{ID: "01JD0000000000000000000009"}
	for name, tc := range map[string]struct {
		you     api.You
		change  func(*slackui.HomePage)
		buttons []string
	}{
		"neither":                   {api.You{}, nil, []string{"[Return access]"}},
		"may be extended":           {extend, nil, []string{"[Extend…]", "[Return access]"}},
		"may not be any more":       {api.You{Extend: &api.ExtendAllowed{Why: "This access can't last longer."}}, nil, []string{"[Return access]"}},
		"an extension waits":        {extend, func(p *slackui.HomePage) { p.Waiting = []api.Request{extension} }, []string{"[Return access]"}},
		"another's extension waits": {extend, func(p *slackui.HomePage) { p.Waiting = []api.Request{another} }, []string{"[Extend…]", "[Return access]"}},
		"must be confirmed":         {confirm, nil, []string{"[Confirm]", "[Return access]"}},
		"too early to confirm":      {api.You{Confirm: &api.ConfirmAllowed{Why: "It is too early."}}, nil, []string{"[Return access]"}},
		"links alone":               {api.You{Extend: extend.Extend, Confirm: confirm.Confirm}, func(p *slackui.HomePage) { p.Returns = func(api.Request) bool { return false } }, nil},
		"it has ended":              {extend, func(p *slackui.HomePage) { p.Access[0].Status = api.StatusEnded }, nil},
	} {
		p := homePage()
		p.Access = []api.Request{held(tc.you)}
		if tc.change != nil {
			tc.change(&p)
		}
		_, shown, _ := strings.Cut(shownHome(t, p), "Your access")
		shown, _, _ = strings.Cut(shown, "Your requests")
		var got []string
		for line := range strings.SplitSeq(shown, "\n") {
			if strings.HasPrefix(line, "[") && line != "[Open]" {
				got = append(got, line)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(tc.buttons) {
			t.Errorf("%s: it has %v, want %v", name, got, tc.buttons)
		}
		if says := strings.Contains(shown, "unless you confirm before"); says != (tc.you.Confirm != nil && tc.you.Confirm.May) {
			t.Errorf("%s: it reads %s", name, shown)
		}
	}
}

// Emergencies have a list of their own while there are any, with until when each must be
// reviewed. They are reviewed in Slack where the flow is decided there.
func TestHomeOfEmergencies(t *testing.T) {
	const title = "Emergencies to review"
	if shown := shownHome(t, homePage()); strings.Contains(shown, title) {
		t.Errorf("without any it reads %s", shown)
	}
	for name, tc := range map[string]struct {
		decides bool
		by      time.Time
		says    string
	}{
		"due":       {true, at.Add(time.Hour), "must be reviewed until 29 Nov 14:53 UTC"},
		"overdue":   {true, at.Add(-time.Hour), "the review is overdue since 29 Nov 12:53 UTC"},
		"elsewhere": {false, at.Add(time.Hour), "must be reviewed until"},
	} {
		p := homePage()
		p.Decides = func(api.Request) bool { return tc.decides }
		r := inAnEmergency(api.StatusEnded, api.GlassUnreviewed)
		r.BreakGlass.ReviewBy = tc.by
		p.Unreviewed = []api.Request{r}
		shown := shownHome(t, p)
		if !strings.Contains(shown, title) || !strings.Contains(shown, "Emergency · prod for ada@example.com: "+tc.says) || !strings.Contains(shown, "> checkout is down") {
			t.Errorf("%s: it reads %s", name, shown)
		}
		if strings.Contains(shown, "[Review…]") != tc.decides || !strings.Contains(shown, "[Open]") {
			t.Errorf("%s: its buttons are in %s", name, shown)
		}
	}
}

// However many there are, Slack takes the App Home. It has as many of each list as fit, and
// says that there are more.
func TestHomeThatIsFull(t *testing.T) {
	many := func(r api.Request, n int) (all []api.Request) {
		for range n {
			all = append(all, r)
		}
		return all
	}
	for _, tc := range []struct{ inbox, emergencies, access, waiting, shown, blocks int }{
		{15, 0, 15, 15, 45, 94}, // as many as it always had
		{15, 15, 15, 15, 44, 94},
		{2, 15, 15, 15, 47, 99},
		{100, 0, 0, 0, 15, 37},
	} {
		p := homePage()
		p.Inbox, p.Unreviewed = many(pending(), tc.inbox), many(inAnEmergency(api.StatusEnded, api.GlassUnreviewed), tc.emergencies)
		p.Access, p.Waiting = many(held(api.You{}), tc.access), many(pending(), tc.waiting)
		shown := shownHome(t, p)
		if got := strings.Count(shown, "[Open]"); got != tc.shown {
			t.Errorf("%+v: it shows %d requests", tc, got)
		}
		if got := blocksOf(slackui.Home(p)); got != tc.blocks {
			t.Errorf("%+v: it has %d blocks", tc, got)
		}
		if cut := tc.inbox+tc.emergencies+tc.access+tc.waiting > tc.shown; strings.Contains(shown, "There are more.") != cut {
			t.Errorf("%+v: it reads %s", tc, shown)
		}
	}
}

func blocksOf(v slack.HomeTabViewRequest) int { return len(v.Blocks.BlockSet) }
