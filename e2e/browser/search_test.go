package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Options are found while a person types. What they chose stays chosen, and Enter in the
// search never sends the form.
func TestSearchWhileTyping(t *testing.T) {
	flow := api.Flow{
		Name: "customer-data", Label: "Customer data", May: []string{api.MayRequest}, Targets: []api.Target{}, RequireReason: []string{},
		Fields: []api.Field{{Name: "customer", Label: "Customer & co", Type: api.FieldString, Prefetch: true, Required: true}},
	}
	offer := func(names ...string) api.OptionList {
		list := api.OptionList{Options: []api.Option{}}
		for _, name := range names {
			list.Options = append(list.Options, api.Option{Value: strings.ToLower(name), Label: name})
		}
		return list
	}
	const at = "GET /flows/customer-data/fields/customer/options"
	c := &canned{responses: map[string]any{
		"GET /me": api.Me{ID: "grace@example.com", Groups: []string{}, Flows: []api.MyFlow{}, Flow: &flow}, at: offer("Acme", "Borealis"),
	}}
	b := newTab(t)
	b.open(serve(t, c) + "/console/new/customer-data")
	b.run(chromedp.Click(`input[value=acme]`))
	respond := func(v any) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.responses[at] = v
	}
	labels := `[...document.querySelectorAll("#c-customer label")].map(l => l.textContent.trim() + (l.querySelector("input").checked ? "*" : "")).join()`
	respond(offer("Contoso"))
	b.run(chromedp.SendKeys(`#f-customer`, "con"))
	b.until("what was found, and what was chosen", labels+` === "Acme*,Contoso"`)
	respond(offer("Danube", "Acme"))
	b.run(chromedp.SendKeys(`#f-customer`, kb.Enter))
	b.until("what was found on Enter", labels+` === "Danube,Acme*"`)
	respond(&api.Problem{Status: 503, Title: "Service Unavailable", Detail: "The hook failed.", Type: api.ProblemPrefetchFailed})
	b.run(chromedp.SendKeys(`#f-customer`, "x"))
	b.until("a field for the exact value", `document.querySelector("#c-customer input[type=text]") !== null`)
	if made := c.made(); len(made) > 0 {
		t.Errorf("a search sends %v", made)
	}
	if where := b.where(); !strings.Contains(where, "/console/new/customer-data ") {
		t.Errorf("a search leads to %s", where)
	}
}
