package console_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
)

const adaptiveAt = "/console/new/adaptive"

func adaptive() *api.Flow {
	raw := func(texts ...string) (all []json.RawMessage) {
		for _, t := range texts {
			all = append(all, json.RawMessage(t))
		}
		return all
	}
	return &api.Flow{Name: "adaptive", May: []string{api.MayRequest}, Fields: []api.Field{
		{Name: "ticket", Label: "Ticket", Type: api.FieldString, Required: true, When: map[string][]json.RawMessage{"urgency": raw(`"High"`)}},
		{Name: "urgency", Label: "Urgency", Type: api.FieldString, Allowed: raw(`"Low"`, `"High"`), Default: raw(`"Low"`)[0]},
		{Name: "paged", Label: "Paged", Type: api.FieldBool, When: map[string][]json.RawMessage{"ticket": raw(`"OPS-1"`)}},
		{Name: "token", Type: api.FieldString, Sensitive: true, When: map[string][]json.RawMessage{"urgency": raw(`"High"`)}},
		{Name: "department", Label: "Department", Type: api.FieldString, Allowed: raw(`"Sales"`, `"Finance"`), Required: true},
		{Name: "application", Label: "Application", Type: api.FieldString, Prefetch: true, Required: true, DependsOn: []string{"department"}},
		{Name: "owner", Label: "Owner", Type: api.FieldUser},
		{Name: "contact", Label: "Contact", Type: api.FieldUser, DefaultFrom: "owner"},
	}}
}

// newAdaptive returns an API with the flow adaptive, and the addresses of its searches.
func newAdaptive(t *testing.T) (*posting, func() []string) {
	p := newPosting(t)
	reads := p.respond
	var searches []string
	p.respond = func(r *http.Request) any {
		switch {
		case r.URL.Path == "/me":
			me := answers(r).(api.Me)
			me.Flow = adaptive()
			return me
		case strings.HasSuffix(r.URL.Path, "/options"):
			p.lock.Lock()
			defer p.lock.Unlock()
			searches = append(searches, r.URL.Query().Get("fields"))
			if strings.Contains(r.URL.RawQuery, "Finance") {
				return api.OptionList{Options: []api.Option{{Value: "ledger", Label: "Ledger"}}}
			}
			return api.OptionList{Options: []api.Option{{Value: "crm", Label: "Customers"}}}
		}
		return reads(r)
	}
	return p, func() []string { p.lock.Lock(); defer p.lock.Unlock(); return slices.Clone(searches) }
}

// Without a script: Next shows what depends on what was chosen, and Send sends no form
// that its sender has not seen as it is.
func TestFormByNext(t *testing.T) {
	p, searches := newAdaptive(t)
	_, _, body := get(t, p.handler, adaptiveAt)
	for _, hidden := range []string{"f-ticket", "f-paged", "f-token", `name="q.application"`} {
		if strings.Contains(body, hidden) {
			t.Errorf("an empty form shows %s", hidden)
		}
	}
	for _, part := range []string{`name="next" value="1" formnovalidate`, "First choose: Department.", `name="shown" value="urgency department application owner contact"`} {
		if !strings.Contains(body, part) {
			t.Errorf("the form has no %q: %s", part, body)
		}
	}
	if len(searches()) > 0 {
		t.Errorf("it searches without a department: %v", searches())
	}
	in := formOn(t, body, adaptiveAt)
	in.Set("f.urgency", "High")
	in.Set("f.department", "Sales")
	in.Set("f.owner", "grace@example.com")
	in.Set("next", "1")
	res, body := post(t, p.handler, adaptiveAt, ada, in)
	if res.StatusCode != 200 || len(p.sent) > 0 {
		t.Fatalf("Next: %d, sent %v", res.StatusCode, p.bodies)
	}
	for _, part := range []string{`id="f-ticket"`, `name="s.token" type="password"`, "Customers", `name="d.contact" value="grace@example.com"`, `name="f.contact" type="email" placeholder="somebody@example.com" value="grace@example.com"`} {
		if !strings.Contains(body, part) {
			t.Errorf("after Next there is no %q: %s", part, body)
		}
	}
	if strings.Contains(body, "f-paged") || strings.Contains(body, "Nothing was sent") {
		t.Error("it shows a field whose condition does not hold, or a mistake")
	}
	if got := searches(); len(got) != 1 || got[0] != `{"department":"Sales"}` {
		t.Errorf("searched with %v", got)
	}

	// Another department: the application that was chosen is none of its own. Another
	// owner: the contact follows, unless somebody typed one.
	in = formOn(t, body, adaptiveAt)
	in.Set("f.ticket", "OPS-1")
	in.Set("s.token", secret)
	in.Set("f.application", "crm")
	in.Set("f.department", "Finance")
	in.Set("f.owner", "linus@example.com")
	res, body = post(t, p.handler, adaptiveAt, ada, in)
	if res.StatusCode != 200 || len(p.sent) > 0 {
		t.Fatalf("a form that changed: %d, sent %v", res.StatusCode, p.bodies)
	}
	for _, part := range []string{"Nothing was sent yet", "Check this, then send it: Paged, Application, Contact.", "Ledger", `value="linus@example.com"`, `id="f-paged"`, "What you typed here was not kept"} {
		if !strings.Contains(body, part) {
			t.Errorf("after a change there is no %q: %s", part, body)
		}
	}
	if strings.Contains(body, "Customers") || strings.Contains(body, `value="crm"`) || strings.Contains(body, secret) {
		t.Error("it shows an option of another department, or what is sensitive")
	}
	in = formOn(t, body, adaptiveAt)
	in.Set("s.token", secret)
	in.Set("f.application", "ledger")
	in.Set("f.contact", "ada@example.com")
	if res, body = post(t, p.handler, adaptiveAt, ada, in); res.StatusCode != 303 {
		t.Fatalf("%d: %s", res.StatusCode, body)
	}
	_, sent := p.last()
	wantFields(t, sent, `{"urgency":"High","ticket":"OPS-1","paged":false,"token":"`+secret+`","department":"Finance","application":"ledger","owner":"linus@example.com","contact":"ada@example.com"}`)

	// Back to Low: what the others hide is not sent.
	in.Set("f.urgency", "Low")
	if res, body = post(t, p.handler, adaptiveAt, ada, in); res.StatusCode != 303 {
		t.Fatalf("%d: %s", res.StatusCode, body)
	}
	_, sent = p.last()
	wantFields(t, sent, `{"urgency":"Low","department":"Finance","application":"ledger","owner":"linus@example.com","contact":"ada@example.com"}`)
}

func wantFields(t *testing.T, sent, want string) {
	t.Helper()
	var got struct{ Fields map[string]any }
	var fields map[string]any
	if err := json.Unmarshal([]byte(sent), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &fields); err != nil {
		t.Fatal(err)
	}
	a, errA := json.Marshal(got.Fields)
	b, errB := json.Marshal(fields)
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("sent %s\nwant %s", a, b)
	}
}

// An address may fill in a form: what its values show is on the page.
func TestAddressFillsWhatItShows(t *testing.T) {
	p, _ := newAdaptive(t)
	_, _, body := get(t, p.handler, adaptiveAt+"?f.urgency=High&f.ticket=OPS-1&f.department=Finance")
	for _, part := range []string{`value="OPS-1"`, `id="f-paged"`, "Ledger", "Filled in from a link"} {
		if !strings.Contains(body, part) {
			t.Errorf("the page has no %q: %s", part, body)
		}
	}
}

// Whatever a page sends of how it was shown, a request has no value of a hidden field, and
// no form makes the console fail.
func TestHostileForms(t *testing.T) {
	loop := `{"name":"adaptive","fields":[{"name":"a","type":"string","when":{"b":["x"]}},{"name":"b","type":"string","when":{"a":["x"]},"default_from":"a","pattern":"("}]}`
	for name, in := range map[string]url.Values{
		"says all is shown":  {"shown": {"ticket urgency paged token department application owner contact"}, "p.application": {`{"department":"Sales"}`}},
		"says nothing of it": {},
		"values of a loop":   {"shape": {loop}, "f.a": {"x"}, "f.b": {"x"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := newAdaptive(t)
			for key, value := range map[string]string{"key": "k", "f.urgency": "Low", "f.ticket": "OPS-1", "s.token": secret, "f.department": "Sales", "f.application": "crm", "f.contact": "ada@example.com"} {
				in.Set(key, value)
			}
			if res, body := post(t, p.handler, adaptiveAt, ada, in); res.StatusCode != 303 {
				t.Fatalf("%d: %s", res.StatusCode, body)
			}
			if _, sent := p.last(); strings.Contains(sent, "OPS-1") || strings.Contains(sent, secret) {
				t.Errorf("sent %s", sent)
			}
			if res, body := post(t, p.handler, adaptiveAt, "", in); res.StatusCode != 401 {
				t.Errorf("signed out: %d %s", res.StatusCode, body)
			}
		})
	}
}

// What the script asks for is the same search.
func TestSearchOfTheScript(t *testing.T) {
	p, searches := newAdaptive(t)
	_, _, body := get(t, p.handler, "/console/options/adaptive/application?label=Application&fields=%7B%22department%22%3A%22Finance%22%7D&q=le")
	if got := searches(); !strings.Contains(body, "Ledger") || len(got) != 1 || got[0] != `{"department":"Finance"}` {
		t.Errorf("searched with %v: %s", got, body)
	}
	if _, _, body := get(t, p.handler, "/console/options/adaptive/application?label=A&fields=nothing"); !strings.Contains(body, "be looked up right now") || len(searches()) != 1 {
		t.Errorf("with values that are none: %s", body)
	}
}
