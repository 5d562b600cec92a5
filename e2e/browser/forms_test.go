package browser

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/fasttrack-dev/fasttrack/api"
)

// software is a flow whose fields depend on one another.
var software = api.Flow{
	Name: "software", Label: "Software", Description: "An application of your department.", May: []string{api.MayRequest}, Targets: []api.Target{}, RequireReason: []string{"request"}, Rules: accessRules,
	Fields: []api.Field{
		{Name: "urgency", Label: "Urgency", Type: api.FieldString, Allowed: raws("Normal", "High"), Default: raw("Normal")},
		{Name: "ticket", Label: "Ticket", Type: api.FieldString, Required: true, Description: "For example OPS-1234.", When: map[string][]json.RawMessage{"urgency": raws("High")}},
		{Name: "code", Label: "One-time code", Type: api.FieldString, Sensitive: true, When: map[string][]json.RawMessage{"urgency": raws("High")}},
		{Name: "department", Label: "Department", Type: api.FieldString, Allowed: raws("Sales", "Finance"), Required: true},
		{Name: "application", Label: "Application", Type: api.FieldString, Required: true, Prefetch: true, DependsOn: []string{"department"}},
		{Name: "owner", Label: "Owner", Type: api.FieldUser},
		{Name: "contact", Label: "Contact", Type: api.FieldUser, DefaultFrom: "owner"},
	},
}

// withSoftware is an API whose hooks offer the applications of the department alone.
func withSoftware() map[string]any {
	m := me()
	m.Flow = &software
	of := func(r *http.Request) any {
		list := api.OptionList{Options: []api.Option{}}
		for department, names := range map[string][]string{"Sales": {"Customers"}, "Finance": {"Ledger", "Invoices"}} {
			if strings.Contains(r.URL.Query().Get("fields"), department) {
				for _, name := range names {
					list.Options = append(list.Options, api.Option{Value: strings.ToLower(name), Label: name})
				}
			}
		}
		return list
	}
	return map[string]any{"GET /me": m, "GET /flows/software/fields/application/options": of}
}

// What depends on a choice appears as it is made, or by Next where no script runs. What was
// typed elsewhere stays, a sensitive value too.
func TestFormsThatDepend(t *testing.T) {
	for name, script := range map[string]bool{"with script": true, "without script": false} {
		t.Run(name, func(t *testing.T) {
			c := &canned{responses: withSoftware()}
			c.set("POST /requests", pending(1))
			c.set("GET /requests/"+requestID(1), pending(1))
			b := newTab(t)
			b.hold(desk)
			b.run(emulation.SetScriptExecutionDisabled(!script))
			b.open(serve(t, c) + "/console/new/software")
			shown := `[...document.querySelectorAll("form.form .field:not(.search)")].map(f => (f.querySelector("legend, label").textContent).replace("optional", "").trim()).join()`
			// next lets the form be evaluated. Without a script the driver still reads the page.
			next := func() {
				if !script {
					b.run(chromedp.Evaluate(`window.before = true`, nil), chromedp.Click(`button[name=next]`))
					b.until("the form with what depends on a choice", `!window.before && document.readyState === "complete"`)
				}
			}
			if got := b.js(shown); got != "Urgency,Department,Application,Owner,Contact,Why" {
				t.Errorf("an empty form shows %s", got)
			}
			if seen := b.js(`document.querySelector("button[name=next]") !== null`); seen != map[bool]string{true: "false", false: "true"}[script] {
				t.Errorf("Next is shown: %s", seen)
			}
			b.run(chromedp.SendKeys(`#reason`, "the old one is gone"), chromedp.SendKeys(`#f-owner`, "ada@example.com"), chromedp.Click(`input[name="f.urgency"][value=High]`))
			next()
			b.until("the fields of high urgency", shown+` === "Urgency,Ticket,One-time code,Department,Application,Owner,Contact,Why"`)
			b.until("the owner as contact", `document.querySelector("#f-contact").value === "ada@example.com"`)
			b.run(chromedp.SendKeys(`#f-ticket`, "OPS-1"), chromedp.SendKeys(`#f-code`, "4711"), chromedp.Click(`input[name="f.department"][value=Sales]`))
			next()
			offered := `[...document.querySelectorAll("#c-application label")].map(l => l.textContent.trim()).join()`
			b.until("the applications of Sales", offered+` === "Customers"`)
			b.run(chromedp.Click(`input[value=customers]`), chromedp.Click(`input[name="f.department"][value=Finance]`))
			next()
			b.until("the applications of Finance", offered+` === "Ledger,Invoices"`)
			if got := b.js(`document.querySelectorAll("#c-application input:checked").length`); got != "0" {
				t.Error("an application of another department stays chosen")
			}
			if got := b.js(`document.querySelector("#f-ticket").value + " " + document.querySelector("#reason").value`); got != "OPS-1 the old one is gone" {
				t.Errorf("what was typed is now %q", got)
			}
			if got := b.js(`document.querySelector("#f-code").value`); script != (got == "4711") {
				t.Errorf("the sensitive value is %q", got)
			}
			if !script {
				b.run(chromedp.SendKeys(`#f-code`, "4711"))
			} else {
				b.accessible()
			}
			if made := c.made(); len(made) > 0 {
				t.Errorf("choices send %v", made)
			}
			b.run(chromedp.Click(`input[value=ledger]`), chromedp.Click(`.form-end .primary`))
			b.until("the request", `location.pathname.endsWith("/requests/`+requestID(1)+`")`)
			sent := c.sent("POST /requests")
			for _, part := range []string{`"application":"ledger"`, `"department":"Finance"`, `"ticket":"OPS-1"`, `"code":"4711"`, `"urgency":"High"`} {
				if !strings.Contains(sent, part) {
					t.Errorf("the request has no %s: %s", part, sent)
				}
			}
		})
	}
}
