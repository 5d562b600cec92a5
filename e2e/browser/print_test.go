package browser

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"github.com/fasttrack-dev/fasttrack/api"
)

// On paper, a request has its hashes in full, and nothing to press.
func TestPrint(t *testing.T) {
	person := api.Actor{Type: api.ActorUser, ID: "ada@example.com", Name: "Ada"}
	r := api.Request{
		ID: "01J0000000000000000000WAIT", Flow: "f", Title: "Production", Status: api.StatusPending, Requester: api.Person{ID: "ada@example.com", Name: "Ada"}, CreatedAt: now,
		You: &api.You{Approve: api.Allowed{May: true}, Deny: api.Allowed{May: true}}, Review: &api.Review{ExpiresAt: now.AddDate(0, 0, 1)},
		History: []api.Entry{
			{Seq: 1, Event: api.EventRequest, At: now, Actor: person, Channel: api.ChannelWeb, Hash: hash(1)},
			{Seq: 2, Event: api.EventForward, At: now, Actor: api.Actor{Type: api.ActorEngine}, Channel: api.ChannelEngine, PrevHash: hash(1), Hash: hash(2)},
		},
	}
	url := serve(t, &canned{responses: map[string]any{
		"GET /me": api.Me{ID: "grace@example.com", Groups: []string{}, Flows: []api.MyFlow{}}, "GET /requests/" + r.ID: r,
		"GET /requests/" + r.ID + "/verify": api.Verification{ID: r.ID, OK: true, CheckedAt: now, Head: hash(2), Entries: []api.VerifiedEntry{{Seq: 1, OK: true}, {Seq: 2, OK: true}}},
	}})
	b := newTab(t)
	b.open(url + "/console/requests/" + r.ID + "/verify?print")
	b.run(emulation.SetEmulatedMedia().WithMedia("print"))
	if seen := b.js(`JSON.stringify([...document.querySelectorAll("nav, button, a.button, form, summary")].filter(e => e.checkVisibility() && !e.matches(".crumbs")).map(e => e.outerHTML))`); seen != `[]` {
		t.Errorf("paper shows %s", seen)
	}
	for what, script := range map[string]string{
		"hashes":     `[...document.querySelectorAll("#story dd code")].filter(e => e.checkVisibility() && /^[0-9a-f]{64}$/.test(e.textContent)).length`,
		"the result": `[...document.querySelectorAll("#verified")].filter(e => e.checkVisibility()).length + 2`,
	} {
		if n := b.js(`String(` + script + `)`); n != "3" {
			t.Errorf("paper shows %s of %s, want 3", n, what)
		}
	}
}
