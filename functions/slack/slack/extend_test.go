package slack_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// reminder is the message that offers an extension.
func reminder() fakeslack.Message {
	return fakeslack.Message{Channel: "D0GRACE", TS: "1.3", Blocks: json.RawMessage(`[{"type":"actions","block_id":"offer","elements":[
		{"type":"button","action_id":"extend","value":"` + id + `","text":{"type":"plain_text","text":"Extend…"}}]}]`)}
}

func active(may *api.ExtendAllowed) api.Request {
	r := pending()
	r.Status, r.You = api.StatusActive, &api.You{Extend: may}
	return r
}

// The form of an extension offers what the engine allows. It becomes the new request, and
// is kept for it; what is refused is said below its field, or in place of the form.
func TestExtendAccess(t *testing.T) {
	const next = "7PZZ5RPQ2D18H9FRF73P0KE6VC"
	yes := true
	may := api.ExtendAllowed{May: true, ReasonRequired: &yes, DurationsSeconds: []int{1800, 3600}, EndsAt: time.Date(2026, 11, 29, 11, 0, 0, 0, time.UTC)}
	extension := pending()
	extension.ID, extension.DurationSeconds = next, 3600
	extension.Extends = &api.Extends{ID: id, Number: 1, StartedAt: may.EndsAt.Add(-time.Hour), EndsAt: may.EndsAt}
	invalid := func(field, detail string) answer {
		return answer{400, api.Problem{Status: 400, Detail: "Invalid.", Errors: []api.FieldError{{Field: field, Detail: detail}}}}
	}
	for name, tc := range map[string]struct {
		may    *api.ExtendAllowed
		answer answer
		// below are the errors by block; reads is what the modal says after all.
		below map[string]string
		reads string
		open  api.Status // of the newest extension
		acts  int
		kept  bool
	}{
		"requested":               {may: &may, answer: answer{201, extension}, reads: "Extends access since 29 Nov 10:00 UTC, from 29 Nov 11:00 UTC to 29 Nov 12:00 UTC.", acts: 1, kept: true},
		"beyond the total":        {may: &may, answer: invalid("duration_seconds", "must be one of 1800"), below: map[string]string{"duration": "must be one of 1800"}, acts: 1},
		"without a reason":        {may: &may, answer: invalid("reason", "it is required"), below: map[string]string{"reason": "it is required"}, acts: 1},
		"of a flow that can't be": {may: &may, answer: invalid("flow", "nobody could decide it"), below: map[string]string{"duration": "nobody could decide it"}, acts: 1},
		"too often":               {may: &may, answer: answer{429, api.Problem{Status: 429, Detail: "Too many requests."}}, below: map[string]string{"duration": "Too many requests."}, acts: 1},
		"while one is open":       {may: &may, answer: answer{409, api.Problem{Status: 409, Detail: "Request X is open. Only one can be."}}, reads: "Only one can be.", acts: 1},
		"no response":             {may: &may, answer: answer{502, nil}, below: map[string]string{"duration": "may be stored"}, acts: 1},
		"not allowed":             {may: &api.ExtendAllowed{Why: "This access can't last longer."}, reads: "This access can't last longer."},
		"one is open":             {may: &may, open: api.StatusPending, reads: "to extend this access is open"},
		"another was denied":      {may: &may, open: api.StatusDenied, answer: answer{201, extension}, reads: "Extends access since", acts: 1, kept: true},
		"nothing to extend":       {reads: "can't be extended now"},
		"no duration is left":     {may: &api.ExtendAllowed{May: true}, reads: "can't last longer"},
	} {
		t.Run(name, func(t *testing.T) {
			w, now := newWorld(t), active(tc.may)
			if tc.open != "" {
				now.Extension = &api.Extension{ID: next, Status: tc.open}
			}
			w.answers["GET /requests/{id}"], w.answers["POST /requests/{id}/extend"] = answer{200, now}, tc.answer
			if ack := w.slack.Click("U0GRACE", reminder(), "extend"); !ack.OK() {
				t.Fatalf("click: %d %v", ack.Status, ack.Err)
			}
			v, _ := w.slack.OpenView("U0GRACE")
			if tc.acts > 0 {
				if words := v.Words(); !strings.Contains(words, "1h") || strings.Contains(words, "2h") || !strings.Contains(words, "29 Nov 11:00 UTC") {
					t.Errorf("the form reads %s", words)
				}
				ack := w.slack.Submit("U0GRACE", v.ID, fakeslack.Values{"duration": "3600", "reason": "not done"})
				for block, says := range tc.below {
					if !strings.Contains(ack.Errors[block], says) || len(ack.Errors) != len(tc.below) {
						t.Errorf("got %v %s", ack.Errors, ack.Body)
					}
				}
			}
			if words := w.view("U0GRACE"); !strings.Contains(words, tc.reads) {
				t.Errorf("the modal reads %s", words)
			}
			if got, want := strings.Join(w.acts(), ""), strings.Repeat(`/requests/{id}/extend {"duration_seconds":3600,"reason":"not done"}`, tc.acts); got != want {
				t.Errorf("acts %s, want %s", got, want)
			}
			if kept := strings.Join(w.kept, ", "); kept != map[bool]string{true: next + " VIEW#" + v.ID}[tc.kept] {
				t.Errorf("kept %s", kept)
			}
			if p := w.slack.Problems(); len(p) > 0 {
				t.Errorf("Slack refuses %v", p)
			}
		})
	}
}

// The form of one person extends nothing for another, and without a proof none does.
func TestExtendFormIsSealed(t *testing.T) {
	w := newWorld(t)
	w.answers["GET /requests/{id}"] = answer{200, active(&api.ExtendAllowed{May: true, DurationsSeconds: []int{1800}})}
	w.slack.Click("U0GRACE", reminder(), "extend")
	v, _ := w.slack.OpenView("U0GRACE")
	for name, change := range map[string]fakeslack.Change{
		"another user": func(d *fakeslack.Delivery) { d.Payload["user"] = map[string]any{"id": "U0EVE"} },
		"no proof": func(d *fakeslack.Delivery) {
			view, _ := d.Payload["view"].(map[string]any)
			view["private_metadata"] = `{"r":"` + id + `","a":"extend","t":1}`
		},
	} {
		w.slack.SetUser(fakeslack.User{ID: "U0EVE", Name: "Eve", Email: "eve@example.com"})
		w.slack.Submit("U0GRACE", v.ID, fakeslack.Values{"duration": "1800"}, change)
		if acts := w.acts(); len(acts) > 0 {
			t.Errorf("%s: %v", name, acts)
		}
	}
}
