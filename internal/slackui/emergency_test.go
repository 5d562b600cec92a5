package slackui_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// inAnEmergency is a request whose glass was broken.
func inAnEmergency(status api.Status, state string) api.Request {
	return api.Request{
		ID: "01JD0000000000000000000000", Flow: "prod", Status: status, Reason: "checkout is down", DurationSeconds: 1800,
		Requester:  api.Person{Email: "ada@example.com"},
		Decision:   &api.Decision{Event: api.EventApprove, By: api.Actor{Type: api.ActorEngine, ID: "break_glass"}},
		BreakGlass: &api.BreakGlass{State: state, ReviewWithinSeconds: 86400, ReviewBy: time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)},
	}
}

// A card of an emergency says so from the grant on. It is revoked while access lasts and
// reviewed after that, once.
func TestEmergencyCards(t *testing.T) {
	reviewed := inAnEmergency(api.StatusEnded, api.GlassReviewed)
	reviewed.BreakGlass.Review = &api.GlassReview{Verdict: api.Unjustified, Note: "a drill", By: api.Actor{Email: "grace@example.com"}}
	unused := inAnEmergency(api.StatusDenied, api.GlassUnused)
	unused.Decision = &api.Decision{Event: api.EventDeny, By: api.Actor{Email: "grace@example.com"}}
	for name, tc := range map[string]struct {
		r       api.Request
		look    slackui.Look
		says    []string
		never   string
		buttons string
	}{
		"active":           {inAnEmergency(api.StatusActive, api.GlassOpen), slackui.Look{Buttons: true}, []string{"Emergency · Granted at once", "broke the glass for", "checkout is down", "If this is no emergency, revoke it."}, "reviewed until", "revoke"},
		"ended":            {inAnEmergency(api.StatusEnded, api.GlassUnreviewed), slackui.Look{Buttons: true}, []string{"Emergency · Must be reviewed", "It must be reviewed", "until 30 Nov 10:00 UTC"}, "overdue", "review"},
		"failed":           {inAnEmergency(api.StatusFailed, api.GlassUnreviewed), slackui.Look{Buttons: true}, []string{"Emergency · Must be reviewed"}, "overdue", "review"},
		"overdue":          {inAnEmergency(api.StatusEnded, api.GlassUnreviewed), slackui.Look{Buttons: true, Overdue: true}, []string{"The review is overdue", "30 Nov 10:00 UTC"}, "It must be reviewed", "review"},
		"without buttons":  {inAnEmergency(api.StatusEnded, api.GlassUnreviewed), slackui.Look{Link: "https://access.example.com/r"}, []string{"It must be reviewed"}, "overdue", "open"},
		"reviewed":         {reviewed, slackui.Look{Buttons: true}, []string{"Emergency · Access ended", "Reviewed by grace@example.com: unjustified", "a drill"}, "Must be reviewed", ""},
		"nothing was left": {unused, slackui.Look{Buttons: true}, []string{"Denied by grace@example.com"}, "Emergency", ""},
	} {
		m := slackui.Card(tc.r, tc.look)
		raw, err := json.Marshal(m.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range tc.says {
			if !strings.Contains(string(raw), text) {
				t.Errorf("%s: no %q in %s", name, text, raw)
			}
		}
		if strings.Contains(string(raw), tc.never) {
			t.Errorf("%s: %q in %s", name, tc.never, raw)
		}
		for _, action := range []string{"revoke", "review", "open", "approve"} {
			if is := strings.Contains(string(raw), `"action_id":"`+action+`"`); is != (action == tc.buttons) {
				t.Errorf("%s: the button %s is shown: %v", name, action, is)
			}
		}
		for _, found := range blockkit.Blocks(raw, blockkit.Message, "card") {
			t.Errorf("%s: Slack refuses it: %s", name, found)
		}
	}
}

// The form of a request has the choice to break the glass for who may, for the flow or for
// a target of it, and sends it only if it was made.
func TestFormBreaksTheGlass(t *testing.T) {
	rule := &api.BreakGlassRule{MaxDurationSeconds: 1800, ReviewWithinSeconds: 86400, MaxPerPersonPerDay: 3}
	for name, tc := range map[string]struct {
		flow, target *api.BreakGlassRule
		chosen       []string
		shown, sent  bool
	}{
		"who may not":        {nil, nil, []string{"break_glass"}, false, false},
		"by the flow":        {rule, nil, []string{"break_glass"}, true, true},
		"by a target":        {nil, rule, []string{"break_glass"}, true, true},
		"not chosen":         {rule, rule, nil, true, false},
		"something invented": {rule, rule, []string{"yes"}, true, false},
	} {
		f := api.Flow{Name: "prod", BreakGlass: tc.flow, Targets: []api.Target{{ID: "db", BreakGlass: tc.target}}}
		raw, err := json.Marshal(slackui.RequestForm(slackui.Form{Flows: []api.MyFlow{{Name: "prod"}}, Flow: &f}))
		if err != nil {
			t.Fatal(err)
		}
		if shown := strings.Contains(string(raw), "Nobody decides it"); shown != tc.shown {
			t.Errorf("%s: shown %v", name, shown)
		}
		if limits := strings.Contains(string(raw), "within 24h after it has ended. Access lasts up to 30m."); limits != (tc.flow != nil) {
			t.Errorf("%s: limits shown %v in %s", name, limits, raw)
		}
		for _, found := range blockkit.View(raw) {
			t.Errorf("%s: Slack refuses it: %s", name, found)
		}
		filled := slackui.Fill(f, []string{"g:prod:"}, func(block string) slackui.Input {
			if block == "g:prod:" {
				return slackui.Input{Several: tc.chosen}
			}
			return slackui.Input{}
		})
		if sent := filled.Request().BreakGlass; sent != tc.sent {
			t.Errorf("%s: sent %v", name, sent)
		}
		wrong := filled.Errors(api.Problem{Errors: []api.FieldError{{Field: "break_glass", Detail: "no"}}})
		if wrong["g:prod:"] != map[bool]string{true: "No."}[tc.shown] {
			t.Errorf("%s: wrong %v", name, wrong)
		}
	}
}
