package slack_test

import (
	"encoding/json"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// alert is the card of an emergency.
func alert() fakeslack.Message {
	return fakeslack.Message{Channel: "C0GENERAL", TS: "1.2", Blocks: json.RawMessage(`[{"type":"actions","block_id":"acts","elements":[
		{"type":"button","action_id":"review","value":"` + id + `","text":{"type":"plain_text","text":"Review…"}}]}]`)}
}

// ended is an emergency whose access has ended.
func ended(may *api.Allowed) api.Request {
	r := pending()
	r.Status, r.You = api.StatusEnded, &api.You{Review: may}
	r.Decision = &api.Decision{Event: api.EventApprove, By: api.Actor{Type: api.ActorEngine, ID: "break_glass"}}
	r.BreakGlass = &api.BreakGlass{State: api.GlassUnreviewed, ReviewWithinSeconds: 86400}
	return r
}

// A review has a verdict, and a note below which it is refused without one. Who may not
// review learns why before; a review that is stored is shown once it has taken effect.
func TestReviewEmergency(t *testing.T) {
	may := &api.Allowed{May: true}
	reviewed := ended(may)
	reviewed.BreakGlass = &api.BreakGlass{State: api.GlassReviewed, Review: &api.GlassReview{Verdict: api.Unjustified, Note: "a drill", By: api.Actor{Email: "grace@example.com"}}}
	none := pending()
	none.You.Review = nil
	card, modal := id+" MSG#click#C0GENERAL#1.2", ", "+id+" VIEW#V review"
	for name, tc := range map[string]struct {
		now    api.Request
		answer answer
		typed  fakeslack.Values
		below  map[string]string
		reads  string
		sent   string
		kept   string
	}{
		"reviewed": {ended(may), answer{200, reviewed}, fakeslack.Values{"verdict": "unjustified", "reason": " a drill "}, nil,
			"Reviewed by grace@example.com: unjustified", `{"note":"a drill","verdict":"unjustified"}`, card},
		"stored": {ended(may), answer{202, ended(may)}, fakeslack.Values{"verdict": "justified"}, nil,
			"Your review is stored", `{"note":"","verdict":"justified"}`, card + modal},
		"without a note": {ended(may), answer{400, api.Problem{Status: 400, Errors: []api.FieldError{{Field: "note", Detail: "it is required with unjustified"}}}}, fakeslack.Values{"verdict": "unjustified"},
			map[string]string{"reason": "it is required with unjustified"}, "", `{"note":"","verdict":"unjustified"}`, card},
		"by another before": {ended(may), answer{409, api.Problem{Status: 409, Detail: "This request is reviewed already."}}, fakeslack.Values{"verdict": "justified"}, nil,
			"reviewed already", `{"note":"","verdict":"justified"}`, card},
		"too many": {ended(may), answer{429, api.Problem{Status: 429, Detail: "You have acted ten times."}}, fakeslack.Values{"verdict": "justified"},
			map[string]string{"verdict": "You have acted ten times."}, "", `{"note":"","verdict":"justified"}`, card},
		"by the requester":         {ended(&api.Allowed{Why: "You can't review your own emergency; somebody else must."}), answer{}, nil, nil, "You can't review your own emergency", "", card},
		"of what is no emergency":  {none, answer{}, nil, nil, "no emergency", "", card},
		"of what is reviewed long": {reviewed, answer{}, nil, nil, "reviewed already", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "of what is reviewed long" {
				tc.now.You = &api.You{Review: &api.Allowed{Why: "This request is reviewed already."}}
			}
			w := newWorld(t)
			w.answers["GET /requests/{id}"], w.answers["POST /requests/{id}/review"] = answer{200, tc.now}, tc.answer
			if ack := w.slack.Click("U0GRACE", alert(), "review"); !ack.OK() {
				t.Fatalf("click: %d %v", ack.Status, ack.Err)
			}
			v, _ := w.slack.OpenView("U0GRACE")
			if tc.sent != "" {
				tc.sent = "/requests/{id}/review " + tc.sent
				ack := w.slack.Submit("U0GRACE", v.ID, tc.typed)
				for block, says := range tc.below {
					if ack.Errors[block] != says || len(ack.Errors) != len(tc.below) {
						t.Errorf("got %v %s", ack.Errors, ack.Body)
					}
				}
			}
			if words := w.view("U0GRACE"); !strings.Contains(words, tc.reads) {
				t.Errorf("the modal reads %s", words)
			}
			if got := strings.Join(w.acts(), ""); got != tc.sent {
				t.Errorf("acts %s, want %s", got, tc.sent)
			}
			if got := strings.ReplaceAll(strings.Join(w.kept, ", "), v.ID, "V"); got != tc.kept {
				t.Errorf("kept %s, want %s", got, tc.kept)
			}
			if p := w.slack.Problems(); len(p) > 0 {
				t.Errorf("Slack refuses %v", p)
			}
		})
	}
}

// A card that somebody clicks who may not review keeps its button for those who may.
func TestTheCardStaysForOthers(t *testing.T) {
	w := newWorld(t)
	r := ended(&api.Allowed{Why: "You can't review your own emergency; somebody else must."})
	w.answers["GET /requests/{id}"] = answer{200, r}
	w.slack.SetChannel(fakeslack.Channel{ID: "C0GENERAL", Name: "general"})
	client := slackgo.New(fakeslack.BotToken, slackgo.OptionAPIURL(w.h.API))
	channel, ts, err := client.PostMessageContext(t.Context(), "C0GENERAL", slackui.Card(r, slackui.Look{Buttons: true}).Options()...)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := w.slack.Message(channel, ts)
	w.slack.Click("U0GRACE", m, "review")
	if m, _ = w.slack.Message(channel, ts); len(m.Buttons()) == 0 || m.Buttons()[0].ActionID != "review" {
		t.Errorf("the card has the buttons %v", m.Buttons())
	}
}
