package slack_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// Whoever has the signing secret alone, or less, does nothing and learns nothing.
func TestForgedCallsActOnNothing(t *testing.T) {
	trigger := func(d *fakeslack.Delivery) {
		d.Payload = maps.Clone(d.Payload)
		d.Payload["trigger_id"] = "123.456.made-up"
		d.Payload["response_url"] = "https://evil.example/hook"
	}
	for name, change := range map[string]fakeslack.Change{
		"another secret": func(d *fakeslack.Delivery) { d.Secret = "not the secret of the app" },
		"no secret":      func(d *fakeslack.Delivery) { d.Header = http.Header{"X-Slack-Signature": {""}} },
		"an old call":    func(d *fakeslack.Delivery) { d.At = time.Now().Add(-6 * time.Minute) },
		"of the future":  func(d *fakeslack.Delivery) { d.At = time.Now().Add(6 * time.Minute) },
		"no timestamp":   func(d *fakeslack.Delivery) { d.Header = http.Header{"X-Slack-Request-Timestamp": {""}} },
	} {
		w := newWorld(t)
		if ack := w.slack.Click("U0GRACE", w.message(), "approve", change); ack.Status != http.StatusUnauthorized || len(w.calls) > 0 {
			t.Errorf("%s: %d, engine calls %v", name, ack.Status, w.calls)
		}
	}
	w := newWorld(t)
	w.slack.Click("U0GRACE", w.message(), "approve", trigger)
	w.slack.Click("U0GRACE", w.message(), "deny", trigger)
	if _, open := w.slack.OpenView("U0GRACE"); open || len(w.acts()) > 0 || !strings.Contains(w.log.String(), `"forged":true`) {
		t.Errorf("a trigger of nobody: open %v, acts %v, log %s", open, w.acts(), &w.log)
	}
}

// A form of somebody else, an old one and a made-up one do nothing; the made-up ones are
// counted.
func TestFormsAreSealed(t *testing.T) {
	for name, tc := range map[string]struct {
		change  func(view map[string]any)
		user    string
		later   time.Duration
		says    string
		isForge bool
	}{
		"a made-up form": {func(v map[string]any) { v["private_metadata"] = `{"r":"` + id + `","a":"deny","t":1}` }, "U0GRACE", 0, "not yours", true},
		"no metadata":    {func(v map[string]any) { v["private_metadata"] = "" }, "U0GRACE", 0, "not yours", true},
		"another's form": {func(map[string]any) {}, "U0LINUS", 0, "not yours", true},
		"an hour later":  {func(map[string]any) {}, "U0GRACE", 61 * time.Minute, "too long", false},
		"with values for searches": {func(v map[string]any) {
			v["private_metadata"] = strings.Replace(v["private_metadata"].(string), `"t":`, `"o":"{}","t":`, 1)
		}, "U0GRACE", 0, "not yours", true},
		"for another action": {func(v map[string]any) {
			v["private_metadata"] = strings.Replace(v["private_metadata"].(string), `"deny"`, `"approve"`, 1)
		}, "U0GRACE", 0, "not yours", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.slack.SetUser(fakeslack.User{ID: "U0LINUS", Name: "Linus", Email: "linus@example.com"})
			if ack := w.slack.Click("U0GRACE", w.message(), "deny"); !ack.OK() {
				t.Fatalf("deny: %d %v", ack.Status, ack.Err)
			}
			v, open := w.slack.OpenView("U0GRACE")
			if !open || v.Head().CallbackID != "act" {
				t.Fatalf("the form for a reason is not open: %v %s", open, v.Words())
			}
			w.h.Now = func() time.Time { return time.Now().Add(tc.later) }
			ack := w.slack.Submit("U0GRACE", v.ID, fakeslack.Values{"reason": "no"}, func(d *fakeslack.Delivery) {
				raw, err := json.Marshal(d.Payload)
				if err != nil {
					t.Fatal(err)
				}
				var p map[string]any
				if err := json.Unmarshal(raw, &p); err != nil {
					t.Fatal(err)
				}
				p["user"].(map[string]any)["id"] = tc.user
				tc.change(p["view"].(map[string]any))
				d.Payload, d.At = p, time.Now().Add(tc.later)
			})
			if acts := w.acts(); len(acts) > 0 || !strings.Contains(string(ack.Body), tc.says) {
				t.Errorf("acts %v, says %s", acts, ack.Body)
			}
			if got := strings.Contains(w.log.String(), `"forged":true`); got != tc.isForge {
				t.Errorf("counted as forged: %v", got)
			}
		})
	}
}

// Only a member of the workspace with a confirmed address may act.
func TestWhoIsServed(t *testing.T) {
	for says, u := range map[string]fakeslack.User{
		"deactivated":         {Deleted: true},
		"Bots":                {Bot: true},
		"Bots can't":          {WorkflowBot: true},
		"Bots can't use":      {ConnectorBot: true},
		"other organizations": {Stranger: true},
		"of other":            {Team: "T0OTHER"},
		"Guests":              {Restricted: true},
		"Guests can't":        {Ultra: true},
		"Guests can't use":    {Invited: true},
		"no confirmed":        {Unconfirmed: true},
		"e-mail address":      {Email: " "},
	} {
		w := newWorld(t)
		u.ID, u.Name = "U0EVE", "Eve"
		if u.Email == "" {
			u.Email = "eve@example.com"
		}
		u.Email = strings.TrimSpace(u.Email)
		w.slack.SetUser(u)
		ours := func(d *fakeslack.Delivery) { // a forged payload names our workspace
			if d.Form != nil {
				d.Form.Set("team_id", fakeslack.Team)
			} else {
				d.Payload["team"] = map[string]any{"id": fakeslack.Team, "domain": "example"}
			}
		}
		w.slack.Command("U0EVE", "C0GENERAL", "", ours)
		if words := w.view("U0EVE"); !strings.Contains(words, says) || len(w.calls) > 0 {
			t.Errorf("%+v reads %q; engine calls %v", u, words, w.calls)
		}
		w.slack.Click("U0EVE", w.message(), "approve", ours)
		if len(w.calls) > 0 {
			t.Errorf("%+v clicks: engine calls %v", u, w.calls)
		}
	}
	w := newWorld(t)
	w.slack.SetUser(fakeslack.User{ID: "U0EVE", Name: "Eve", Email: "eve@example.com", Team: "T0OTHER"})
	ack := w.slack.Command("U0EVE", "C0GENERAL", "")
	if !strings.Contains(string(ack.Body), "may not use fasttrack") || w.slack.Calls()["users.info"]+w.slack.Calls()["views.open"] > 0 {
		t.Errorf("another workspace: %s, calls %v", ack.Body, w.slack.Calls())
	}
}

// A click approves once Slack has proved it, and the modal says what came of it. What
// needs a reason asks for one, and nobody types one in vain.
func TestActions(t *testing.T) {
	w := newWorld(t)
	approved := pending()
	approved.Status, approved.Decision = api.StatusApproved, &api.Decision{Event: api.EventApprove, By: api.Actor{Type: api.ActorUser, Email: "grace@example.com"}}
	w.answers["POST /requests/{id}/approve"] = answer{200, approved}
	w.answers["POST /requests/{id}/deny"] = answer{409, api.Problem{Status: 409, Type: api.ProblemDecided, Detail: "This request is approved already: approved by linus@example.com."}}
	if ack := w.slack.Click("U0GRACE", w.message(), "approve"); !ack.OK() || !strings.Contains(w.view("U0GRACE"), "Approved by grace@example.com") {
		t.Errorf("approve: %d %v", ack.Status, ack.Err)
	}
	w.slack.Click("U0GRACE", w.message(), "shorten")
	v, _ := w.slack.OpenView("U0GRACE")
	if ack := w.slack.Submit("U0GRACE", v.ID, fakeslack.Values{"duration": "1800", "reason": ""}); !ack.OK() {
		t.Errorf("shorten: %d %v %v", ack.Status, ack.Err, ack.Errors)
	}
	w.slack.Click("U0GRACE", w.message(), "deny")
	v, _ = w.slack.OpenView("U0GRACE")
	ack := w.slack.Submit("U0GRACE", v.ID, fakeslack.Values{"reason": "no *way*"})
	if !ack.OK() || !strings.Contains(string(ack.Body), "linus@example.com") {
		t.Errorf("deny: %d %v %s", ack.Status, ack.Err, ack.Body)
	}
	want := []string{`/requests/{id}/approve {}`, `/requests/{id}/approve {"duration_seconds":1800}`, `/requests/{id}/deny {"reason":"no *way*"}`}
	if got := w.acts(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("acts\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	late := approved
	late.You = &api.You{Deny: api.Allowed{Why: "This request is approved already."}}
	w.answers["GET /requests/{id}"] = answer{200, late}
	w.slack.Click("U0GRACE", w.message(), "deny")
	if words := w.view("U0GRACE"); !strings.Contains(words, "Approved by grace@example.com") || len(w.acts()) != len(want) {
		t.Errorf("too late reads %q; acts %v", words, w.acts())
	}
	if p := w.slack.Problems(); len(p) > 0 {
		t.Errorf("Slack refuses %v", p)
	}
}

// What is clicked is kept for functions/notify to update: the card, since nobody may know of
// it, and the modal, as long as something is to come. What was refused keeps no modal.
func TestClicksAreKept(t *testing.T) {
	granted, revoked := pending(), pending()
	granted.Status, granted.Decision = api.StatusApproved, &api.Decision{Event: api.EventApprove, By: api.Actor{Type: api.ActorUser, Email: "grace@example.com"}}
	revoked.Status = api.StatusRevoked
	over := pending()
	over.Status, over.You = api.StatusDenied, &api.You{Approve: api.Allowed{Why: "This request is denied already."}}
	card := id + " MSG#click#C0GENERAL#1.2"
	for name, tc := range map[string]struct {
		now    api.Request
		answer answer
		kept   []string
		shows  string
	}{
		"approved, to be granted":   {pending(), answer{200, granted}, []string{card, "modal"}, "Approved by grace@example.com"},
		"stored":                    {pending(), answer{202, pending()}, []string{card, "modal"}, "Your approval is stored."},
		"no response":               {pending(), answer{502, nil}, []string{card, "modal"}, "may be stored"},
		"with nothing to come":      {pending(), answer{200, revoked}, []string{card}, "Revoked"},
		"refused":                   {pending(), answer{429, api.Problem{Status: 429, Detail: "You have acted ten times."}}, []string{card}, "You have acted ten times."},
		"a request that is decided": {over, answer{}, nil, "This request is denied already."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.answers["GET /requests/{id}"], w.answers["POST /requests/{id}/approve"] = answer{200, tc.now}, tc.answer
			w.slack.Click("U0GRACE", w.message(), "approve")
			if words := w.view("U0GRACE"); !strings.Contains(words, tc.shows) {
				t.Errorf("the modal shows %s", words)
			}
			v, _ := w.slack.OpenView("U0GRACE")
			want := strings.ReplaceAll(strings.Join(tc.kept, ", "), "modal", id+" VIEW#"+v.ID+" approve")
			if got := strings.Join(w.kept, ", "); got != want {
				t.Errorf("kept %s, want %s", got, want)
			}
		})
	}
}

// What the engine did is unknown if its response did not come: nobody reads that nothing
// was done. What failed before is known to have done nothing.
func TestUnansweredActs(t *testing.T) {
	for name, a := range map[string]answer{"no response": {502, "no problem document"}, "an error of the engine": {500, api.Problem{Status: 500, Detail: "Internal error."}}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.answers["POST /requests/{id}/approve"], w.answers["POST /requests/{id}/deny"], w.answers["POST /requests"] = a, a, a
			w.slack.Click("U0GRACE", w.message(), "approve")
			if words := w.view("U0GRACE"); !strings.Contains(words, "may be stored") || strings.Contains(words, "Nothing") {
				t.Errorf("approve reads %q", words)
			}
			w.slack.Click("U0GRACE", w.message(), "deny")
			form, _ := w.slack.OpenView("U0GRACE")
			for range 2 { // what was typed stays, and the same form is the same act
				if ack := w.slack.Submit("U0GRACE", form.ID, fakeslack.Values{"reason": "no"}); !strings.Contains(ack.Errors["reason"], "may be stored") {
					t.Errorf("deny: %v %s", ack.Errors, ack.Body)
				}
			}
			w.slack.Command("U0GRACE", "C0GENERAL", "a")
			form, _ = w.slack.OpenView("U0GRACE")
			if ack := w.slack.Submit("U0GRACE", form.ID, nil); !strings.Contains(ack.Errors["flow"], "may be stored") {
				t.Errorf("request: %v %s", ack.Errors, ack.Body)
			}
			w.answers["GET /me"] = a
			if ack := w.slack.Submit("U0GRACE", form.ID, nil); !strings.Contains(ack.Errors["flow"], "Nothing was done") {
				t.Errorf("request, before it is made: %v %s", ack.Errors, ack.Body)
			}
			w.answers["GET /requests/{id}"] = a
			w.slack.Click("U0GRACE", w.message(), "approve")
			if words := w.view("U0GRACE"); !strings.Contains(words, "Nothing was done") {
				t.Errorf("approve, before it is sent, reads %q", words)
			}
		})
	}
}

// Slack's own checks of an app.
func TestEvents(t *testing.T) {
	w := newWorld(t)
	if ack := w.slack.VerifyURL("a challenge"); !ack.OK() || !strings.Contains(string(ack.Body), "a challenge") {
		t.Errorf("url_verification: %d %s", ack.Status, ack.Body)
	}
	w.answers["GET /me"] = answer{403, api.Problem{Status: 403, Type: api.ProblemSlackNotLinked, Detail: "Your Slack account is not linked to you yet."}}
	if ack := w.slack.OpenHome("U0GRACE"); !ack.OK() {
		t.Fatalf("home: %d %v", ack.Status, ack.Err)
	}
	home, _ := w.slack.Home("U0GRACE")
	if !strings.Contains(home.Words(), "Link your account") {
		t.Errorf("home reads %s", home.Words())
	}
	w.answers["POST /slack-codes"] = answer{201, api.SlackCode{Code: "ABCD-EFGH", Expires: time.Now()}}
	for console, page := range map[string]string{"": "", "https://access.example.com/console": "https://access.example.com/console/slack"} {
		w.h.Console = console
		w.slack.OpenHome("U0GRACE")
		home, _ = w.slack.Home("U0GRACE")
		if words := home.Words(); !strings.Contains(words, "fasttrack slack link") || strings.Contains(words, "/slack or") != (page != "") || !strings.Contains(words, page) {
			t.Errorf("with the console %q home reads %s", console, words)
		}
		w.slack.Act("U0GRACE", home.ID, "top", "link", nil)
		v, _ := w.slack.OpenView("U0GRACE")
		if words := v.Words(); !strings.Contains(words, "fasttrack slack link ABCD-EFGH") {
			t.Errorf("the modal reads %s", words)
		}
		if buttons := v.Buttons(); len(buttons) > 0 && (page == "" || buttons[0].URL != page+"#ABCD-EFGH") || len(buttons) == 0 && page != "" {
			t.Errorf("with the console %q the modal has the buttons %+v", console, buttons)
		}
	}
	if p := w.slack.Problems(); len(p) > 0 {
		t.Errorf("Slack refuses %v", p)
	}
}
