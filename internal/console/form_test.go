package console_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
)

const (
	formAt = "/console/new/customer-data"
	secret = "wrench-4711"
)

// filledForm is a form with a value in each field, as a browser sends it.
func filledForm() url.Values {
	return url.Values{
		"key": {"KEY1"}, "f.target": {"crm"}, "f.customer": {"C-1002"}, "f.query": {"SELECT 1\r\nFROM t"}, "f.rows": {" 500 "}, "f.pause": {"1h 30m"},
		"f.backup": {"grace@example.com"}, "f.regions": {"eu-west-1", "us-east-1"}, "f.tickets": {"OPS-1\r\n\r\n OPS-2 "}, "f.urgency": {"Urgent"},
		"s.token": {secret}, "duration": {"3600"}, "reason": {"Ticket 7:\r\n<b>two</b> charges "},
	}
}

func TestFormShowsEveryKindOfField(t *testing.T) {
	f := &fakeAPI{t: t, respond: requestAnswers}
	status, _, body := get(t, f.serve(), formAt)
	if calls := f.made(); status != 200 || len(calls) > 3 {
		t.Fatalf("%d after %v: %s", status, calls, body)
	}
	for _, part := range []string{
		`<input type="radio" name="f.target" value="crm" id="f-target" required>`, `data-into="#c-customer"`, `value="C-1001"`, "Acme Logistics",
		`<textarea id="f-query"`, `name="f.masked" value="true" checked`, `inputmode="numeric"`, `value="100"`, "From 1 to 1000. Left empty: 100.", "Such as 30m or 1h30m.",
		`type="email"`, `<input type="checkbox" name="f.regions" value="eu-west-1" checked`, "One on each line.", `name="f.urgency" value="Normal" checked`,
		`name="s.token" type="password"`, "shown to nobody", `name="duration" value="900" checked`, "15 min", `<textarea id="reason"`,
		"What happens then", "The group sre or the group security, within 4 h.", `formnovalidate>Find</button>`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("the form has no %q: %s", part, body)
		}
	}
	if strings.Contains(body, "Filled in from a link") {
		t.Error("an empty form says that it was filled in")
	}
}

// TestFormSendsWhatWasTyped has the API get each value in its type.
func TestFormSendsWhatWasTyped(t *testing.T) {
	p := newPosting(t)
	res, body := post(t, p.handler, formAt, ada, filledForm())
	if to := res.Header.Get("Location"); res.StatusCode != 303 || to != "/console/requests/01JNEW?done=ask" {
		t.Fatalf("%d to %q: %s", res.StatusCode, to, body)
	}
	call, sent := p.last()
	if call.Header.Get("Idempotency-Key") != "KEY1" || call.Header.Get("Fasttrack-Channel") != "web" || call.Header.Get("Prefer") != "" {
		t.Errorf("headers are %v", call.Header)
	}
	var got, want any
	if err := json.Unmarshal([]byte(sent), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"flow": "customer-data", "duration_seconds": 3600, "reason": "Ticket 7:\n<b>two</b> charges", "fields": {
		"target": "crm", "customer": "C-1002", "query": "SELECT 1\nFROM t", "masked": false, "rows": 500, "pause": "1h30m", "backup": "grace@example.com",
		"regions": ["eu-west-1", "us-east-1"], "tickets": ["OPS-1", "OPS-2"], "urgency": "Urgent", "token": "`+secret+`"}}`), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("sent %s", sent)
	}
	if calls := p.made(); len(calls) > 3 {
		t.Errorf("%d calls: %v", len(calls), calls)
	}
}

// TestFieldValues is the table of types: what is typed, and what is sent of it.
func TestFieldValues(t *testing.T) {
	withDefault := func(kind, value string) api.Field {
		return api.Field{Type: kind, Default: json.RawMessage(value)}
	}
	for name, tc := range map[string]struct {
		field api.Field
		typed []string
		want  string // the JSON of fields
	}{
		"nothing":                       {api.Field{Type: api.FieldString}, nil, `{}`},
		"an empty text":                 {api.Field{Type: api.FieldString}, []string{""}, `{}`},
		"spaces stay":                   {api.Field{Type: api.FieldString}, []string{" a "}, `{"x":" a "}`},
		"an emptied default":            {withDefault(api.FieldString, `"a"`), []string{""}, `{"x":""}`},
		"lines":                         {api.Field{Type: api.FieldText}, []string{"a\r\nb\r\n"}, `{"x":"a\nb\n"}`},
		"a number":                      {api.Field{Type: api.FieldInt}, []string{" -7 "}, `{"x":-7}`},
		"no number":                     {api.Field{Type: api.FieldInt}, []string{"seven"}, `{"x":"seven"}`},
		"a large number":                {api.Field{Type: api.FieldInt}, []string{"99999999999999999999"}, `{"x":"99999999999999999999"}`},
		"half a number":                 {api.Field{Type: api.FieldInt}, []string{"1.5"}, `{"x":"1.5"}`},
		"an emptied number":             {withDefault(api.FieldInt, `7`), []string{""}, `{}`},
		"checked":                       {api.Field{Type: api.FieldBool}, []string{"true"}, `{"x":true}`},
		"not checked":                   {withDefault(api.FieldBool, `true`), nil, `{"x":false}`},
		"a duration":                    {api.Field{Type: api.FieldDuration}, []string{"1h 30m"}, `{"x":"1h30m"}`},
		"a duration without a unit":     {api.Field{Type: api.FieldDuration}, []string{"90"}, `{"x":"90"}`},
		"a duration that was chosen":    {api.Field{Type: api.FieldDuration, Allowed: []json.RawMessage{json.RawMessage(`5400`)}}, []string{"5400"}, `{"x":5400}`},
		"a target":                      {api.Field{Type: api.FieldTarget}, []string{"crm"}, `{"x":"crm"}`},
		"no target":                     {api.Field{Type: api.FieldTarget}, nil, `{}`},
		"a person":                      {api.Field{Type: api.FieldUser}, []string{" ada@example.com\t"}, `{"x":"ada@example.com"}`},
		"a list of lines":               {api.Field{Type: api.FieldStrings}, []string{" a \r\n\r\nb"}, `{"x":["a","b"]}`},
		"a list of choices":             {api.Field{Type: api.FieldStrings}, []string{"a", "b"}, `{"x":["a","b"]}`},
		"no list":                       {api.Field{Type: api.FieldStrings}, []string{" \r\n"}, `{}`},
		"a list whose default was left": {withDefault(api.FieldStrings, `["a"]`), nil, `{"x":[]}`},
		"a type of a newer release":     {api.Field{Type: "colour"}, []string{" red "}, `{"x":"red"}`},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPosting(t)
			tc.field.Name = "x"
			reads := p.respond
			p.respond = func(r *http.Request) any {
				if r.URL.Path == "/me" {
					me := answers(r).(api.Me)
					me.Flow = &api.Flow{Name: "f", May: []string{api.MayRequest}, Fields: []api.Field{tc.field}}
					return me
				}
				return reads(r)
			}
			in := url.Values{"key": {"k"}}
			if tc.typed != nil {
				in["f.x"] = tc.typed
			}
			if res, body := post(t, p.handler, "/console/new/f", ada, in); res.StatusCode != 303 {
				t.Fatalf("%d: %s", res.StatusCode, body)
			}
			_, sent := p.last()
			var got struct{ Fields json.RawMessage }
			if err := json.Unmarshal([]byte(sent), &got); err != nil {
				t.Fatal(err)
			}
			if fields := orElse(string(got.Fields), "{}"); fields != tc.want {
				t.Errorf("sent %s, want %s", fields, tc.want)
			}
		})
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// TestFormAfterMistakes shows all that was typed, but no sensitive value.
func TestFormAfterMistakes(t *testing.T) {
	p := newPosting(t)
	p.refuse = problem(400, api.FieldError{Field: "fields.target", Detail: "must be one of <crm>"}, api.FieldError{Field: "fields.tickets[1]", Detail: "is no ticket"},
		api.FieldError{Field: "reason", Detail: "it is required"}, api.FieldError{Field: "duration_seconds", Detail: "must be 900"}, api.FieldError{Field: "fields.gone", Detail: "the flow has no such field"})
	typed := filledForm()
	res, body := post(t, p.handler, formAt, ada, typed)
	if res.StatusCode != 400 {
		t.Fatalf("%d: %s", res.StatusCode, body)
	}
	for _, part := range []string{
		"Nothing was sent: 4 mistakes to correct", `href="#f-target"`, `href="#f-tickets"`, `href="#reason"`, `href="#duration"`, "fields.gone: the flow has no such field",
		`aria-describedby="reason-h reason-w"`, `id="f-tickets-w"`, "Must be one of &lt;crm&gt;", "What you typed here was not kept", `id="mistakes" autofocus`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("the page has no %q: %s", part, body)
		}
	}
	if n := strings.Count(body, `aria-invalid="true"`); n != 6 { // two targets, two durations, the tickets, the reason
		t.Errorf("%d controls are marked as wrong", n)
	}
	for _, id := range []string{"f-target", "f-tickets", "reason", "duration"} {
		if strings.Count(body, `id="`+id+`"`) != 1 {
			t.Errorf("no control has the id %s", id)
		}
	}
	if strings.Contains(body, secret) {
		t.Error("the page shows a sensitive value")
	}
	again := formOn(t, body, formAt)
	if again.Get("key") == "" || again.Get("key") == "KEY1" {
		t.Errorf("the key of a form that was refused is %q", again.Get("key"))
	}
	p.refuse = nil
	again.Set("s.token", secret)
	again.Set("key", "KEY1")
	_, first := p.last()
	if res, _ := post(t, p.handler, formAt, ada, again); res.StatusCode != 303 {
		t.Fatalf("%d", res.StatusCode)
	}
	var a, b map[string]any
	_, second := p.last()
	if json.Unmarshal([]byte(first), &a) != nil || json.Unmarshal([]byte(second), &b) != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("the form sends %s, and sent %s", second, first)
	}
}

// TestFormRefused shows every other refusal above the form, with what was typed.
func TestFormRefused(t *testing.T) {
	for status, want := range map[int]string{
		400: "The detail of &lt;this&gt; problem.", 403: "The detail of &lt;this&gt; problem.", 404: "The detail of &lt;this&gt; problem.", 409: "The detail of &lt;this&gt; problem.",
		422: "has made a request already", 429: "The detail of &lt;this&gt; problem.", 500: "once, however often", 502: "once, however often", 503: "once, however often",
	} {
		p := newPosting(t)
		p.refuse = problem(status)
		res, body := post(t, p.handler, formAt, ada, filledForm())
		if res.StatusCode != status || !strings.Contains(body, want) || strings.Contains(body, secret) || !strings.Contains(body, "lt;b&gt;two&lt;/b&gt; charges") {
			t.Errorf("%d: %d %s", status, res.StatusCode, body)
		}
		key := formOn(t, body, formAt).Get("key")
		if kept := key == "KEY1"; kept != (status >= 500) || key == "" {
			t.Errorf("%d: the key is %q", status, key)
		}
		if calls := p.made(); len(calls) > 3 {
			t.Errorf("%d calls: %v", len(calls), calls)
		}
	}
}

// TestFormFind searches without script: nothing is sent, and what was typed stays.
func TestFormFind(t *testing.T) {
	p := newPosting(t)
	in := filledForm()
	in.Set("search", "customer")
	in.Set("q.customer", "bor")
	in.Set("f.customer", "C-1001")
	res, body := post(t, p.handler, formAt, ada, in)
	if res.StatusCode != 200 || len(p.sent) > 0 {
		t.Fatalf("%d, and %d were sent", res.StatusCode, len(p.sent))
	}
	if calls := p.made(); len(calls) > 3 || !slices.Contains(calls, "GET /flows/customer-data/fields/customer/options?q=bor") {
		t.Errorf("calls are %v", calls)
	}
	again := formOn(t, body, formAt)
	if again.Get("f.customer") != "C-1001" || !strings.Contains(body, "Borealis Bank") || again.Get("key") != "KEY1" || strings.Contains(body, secret) {
		t.Errorf("the form has %v: %s", again, body)
	}
	// What was found is still there after a mistake, without another search.
	p.refuse = problem(400, api.FieldError{Field: "reason", Detail: "it is required"})
	_, body = post(t, p.handler, formAt, ada, again)
	if calls := p.made(); len(calls) > 3 || !strings.Contains(body, "Borealis Bank") {
		t.Errorf("after %v: %s", calls, body)
	}
}

func TestOptionsForTheScript(t *testing.T) {
	f := &fakeAPI{t: t, respond: requestAnswers}
	h := f.serve()
	status, _, body := get(t, h, "/console/options/customer-data/customer?label=Customer&q=bor")
	if calls := f.made(); status != 200 || len(calls) != 1 || !strings.Contains(body, `type="radio" name="f.customer" value="C-1002"`) || strings.Contains(body, "<html") {
		t.Errorf("%d after %v: %s", status, calls, body)
	}
	if _, _, body = get(t, h, "/console/options/customer-data/customer?many&q="); !strings.Contains(body, `type="checkbox"`) {
		t.Errorf("for a list: %s", body)
	}
	f.respond = func(*http.Request) any { return problem(503) }
	if status, _, body = get(t, h, "/console/options/customer-data/customer?label=Customer"); status != 200 || !strings.Contains(body, "Type the exact value") || !strings.Contains(body, `name="f.customer"`) {
		t.Errorf("without options: %d %s", status, body)
	}
}

// TestPrefilledForm has an address fill in the form. It sends nothing, and no sensitive
// value comes from an address.
func TestPrefilledForm(t *testing.T) {
	p := newPosting(t)
	status, _, body := get(t, p.handler, formAt+"?f.target=ledger&f.masked=false&f.rows=7&f.regions=us-east-1&f.customer=C-1002&s.token=wrench&f.token=wrench&reason=The+%3Cb%3Ereason&duration=3600&search=customer&key=KEY9")
	if status != 200 || len(p.sent) > 0 {
		t.Fatalf("%d, and %d were sent", status, len(p.sent))
	}
	in := formOn(t, body, formAt)
	for name, want := range map[string]string{"f.target": "ledger", "f.masked": "", "f.rows": "7", "f.regions": "us-east-1", "f.customer": "C-1002", "s.token": "", "f.token": "", "reason": "The <b>reason", "duration": "3600", "f.urgency": "Normal"} {
		if in.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, in.Get(name), want)
		}
	}
	if !strings.Contains(body, "<span>Borealis Bank</span>") {
		t.Errorf("the chosen option has no label: %s", body)
	}
	if !strings.Contains(body, "Filled in from a link") || in.Get("key") == "KEY9" {
		t.Error(body)
	}
	if _, _, body = get(t, p.handler, formAt+"?duration=7&f.target=none"); formOn(t, body, formAt).Get("duration") != "900" || formOn(t, body, formAt).Has("f.target") {
		t.Errorf("unknown choices are taken: %s", body)
	}
}

func TestFormOfAnotherFlow(t *testing.T) {
	h := (&fakeAPI{t: t, respond: requestAnswers}).serve()
	if status, _, body := get(t, h, "/console/new/unknown"); status != 404 || !strings.Contains(body, "Unknown flow") {
		t.Errorf("%d %s", status, body)
	}
	if res, _ := post(t, h, "/console/new/unknown", ada, url.Values{}); res.StatusCode != 404 {
		t.Errorf("%d", res.StatusCode)
	}
}

func TestChooseAFlow(t *testing.T) {
	status, _, body := get(t, (&fakeAPI{t: t, respond: requestAnswers}).serve(), "/console/new")
	if status != 200 || !strings.Contains(body, `href="/console/new/customer-data"`) || !strings.Contains(body, "grants access") {
		t.Errorf("%d %s", status, body)
	}
	none := &fakeAPI{t: t, respond: func(r *http.Request) any {
		if r.URL.Path == "/flows" {
			return api.FlowList{Flows: []api.Flow{{Name: "decide-only", May: []string{api.MayDecide}}}}
		}
		return answers(r)
	}}
	if _, _, body := get(t, none.serve(), "/console/new"); !strings.Contains(body, "You may request nothing yet") || strings.Contains(body, "decide-only") {
		t.Error(body)
	}
}

// TestFormsThatAreNone refuses what no form of the console sends.
func TestFormsThatAreNone(t *testing.T) {
	p := newPosting(t)
	send := func(kind, site, body string) int {
		r := httptest.NewRequest("POST", "http://console.example.com"+formAt, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", site)
		r.AddCookie(&http.Cookie{Name: "who", Value: ada})
		w := httptest.NewRecorder()
		p.handler.ServeHTTP(w, r)
		if w.Code == 413 && !strings.Contains(w.Body.String(), "Go back in your browser") {
			t.Error(w.Body)
		}
		return w.Code
	}
	const urlencoded = "application/x-www-form-urlencoded"
	for name, got := range map[string][2]int{
		"another site":  {send(urlencoded, "cross-site", "reason=a"), 403},
		"a sister site": {send(urlencoded, "same-site", "reason=a"), 403},
		"JSON":          {send("application/json", "same-origin", `{}`), 415},
		"text":          {send("text/plain", "same-origin", "reason=a"), 415},
		"parts":         {send("multipart/form-data; boundary=x", "same-origin", "--x--"), 415},
		"bad escapes":   {send(urlencoded, "same-origin", "reason=%zz"), 400},
		"a bad key":     {send(urlencoded, "same-origin", "key=a%0d%0ab&reason=a"), 400},
		"too much":      {send(urlencoded, "same-origin", "reason="+strings.Repeat("a", 600<<10)), 413},
		"a charset":     {send(urlencoded+"; charset=UTF-8", "same-origin", "reason=a"), 303},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d", name, got[0], got[1])
		}
	}
	if len(p.sent) != 1 {
		t.Errorf("%d were sent", len(p.sent))
	}
}

// TestSessionThatEndsDuringAForm shows the form again, and the same button then works.
func TestSessionThatEndsDuringAForm(t *testing.T) {
	for name, end := range map[string]func(*posting) string{
		"the cookie is gone": func(*posting) string { return "" },
		"the API says so": func(p *posting) string {
			p.refuse = problem(401)
			p.lost = func(string) bool { return true }
			return ada
		},
		"the API says so at the end": func(p *posting) string { p.refuse = problem(401); return ada },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPosting(t)
			_, _, body := get(t, p.handler, formAt)
			in := filledForm()
			in.Set("shape", formOn(t, body, formAt).Get("shape"))
			res, body := post(t, p.handler, formAt, end(p), in)
			if res.StatusCode != 401 {
				t.Fatalf("%d: %s", res.StatusCode, body)
			}
			for _, part := range []string{"Your session has ended", `href="/console/sign-in?to=`, `target="_blank" rel="noopener"`, "What will you run", "CRM (eu-west-1)", "What you typed here was not kept", "except for what is not kept"} {
				if !strings.Contains(body, part) {
					t.Errorf("the page has no %q: %s", part, body)
				}
			}
			if strings.Contains(body, secret) {
				t.Error("the page shows a sensitive value")
			}
			again := formOn(t, body, formAt)
			again.Set("s.token", secret)
			p.refuse, p.lost = nil, nil
			if res, body := post(t, p.handler, formAt, ada, again); res.StatusCode != 303 {
				t.Fatalf("%d: %s", res.StatusCode, body)
			}
			call, sent := p.last()
			if call.Header.Get("Idempotency-Key") != "KEY1" {
				t.Errorf("the key is %q", call.Header.Get("Idempotency-Key"))
			}
			other := newPosting(t)
			post(t, other.handler, formAt, ada, filledForm())
			if _, want := other.last(); sent != want {
				t.Errorf("sent %s\nwant %s", sent, want)
			}
		})
	}
}

// TestFormWithoutItsShape is shown again too, if less beautifully.
func TestFormWithoutItsShape(t *testing.T) {
	p := newPosting(t)
	for _, shape := range []string{"", "{", `{"name":"another"}`, "[]", strings.Repeat(" ", 40<<10)} {
		in := filledForm()
		in.Set("shape", shape)
		res, body := post(t, p.handler, formAt, "", in)
		again := formOn(t, body, formAt)
		if res.StatusCode != 401 || strings.Contains(body, secret) || again.Get("key") != "KEY1" || again.Get("duration") != "3600" {
			t.Errorf("%d: %v", res.StatusCode, again)
		}
		for name, want := range in {
			got := strings.Join(again[name], "\n")
			if strings.HasPrefix(name, "f.") && got != strings.ReplaceAll(strings.Join(want, "\n"), "\r\n", "\n") {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
}

// TestShapeDecidesNothing has a form pretend to be of another kind: the API's own flow
// counts.
func TestShapeDecidesNothing(t *testing.T) {
	p := newPosting(t)
	in := filledForm()
	in.Set("shape", `{"name":"customer-data","fields":[{"name":"token","type":"string"},{"name":"extra","type":"string"}]}`)
	in.Set("f.extra", "x")
	in.Set("f.token", "y")
	if res, body := post(t, p.handler, formAt, ada, in); res.StatusCode != 303 {
		t.Fatalf("%d: %s", res.StatusCode, body)
	}
	if _, sent := p.last(); strings.Contains(sent, "extra") || !strings.Contains(sent, `"token":"`+secret+`"`) {
		t.Errorf("sent %s", sent)
	}
}

// FuzzForm sends any form: no page fails, and none shows a sensitive value.
func FuzzForm(f *testing.F) {
	f.Add(filledForm().Encode(), true)
	f.Add("search=customer&q.customer=a&o.customer=[{}]", true)
	f.Add(`shape={"name":"customer-data","fields":[{"name":"x","type":"int","min":1}]}&f.x=1&s.x=wrench-4711`, false)
	f.Add(`f.=1&s.=wrench-4711&f.a.b=2&duration=-1&key=%00`, false)
	p := newPosting(f)
	p.refuse = problem(400, api.FieldError{Field: "fields.rows", Detail: "no"})
	f.Fuzz(func(t *testing.T, raw string, signedIn bool) {
		in, err := url.ParseQuery(raw)
		if err != nil {
			t.Skip()
		}
		who := ""
		if signedIn {
			who = ada
		}
		res, body := post(t, p.handler, formAt, who, in)
		if res.StatusCode >= 500 || res.StatusCode == 200 && in.Get("search") == "" {
			t.Errorf("%d: %s", res.StatusCode, body)
		}
		if strings.Contains(body, secret) && !containsElsewhere(in) {
			t.Errorf("a sensitive value is shown: %s", body)
		}
		if !strings.Contains(html.UnescapeString(body), "</html>") {
			t.Errorf("the page ends early: %s", body)
		}
	})
}

// containsElsewhere reports whether the secret was typed where it is no secret.
func containsElsewhere(in url.Values) bool {
	for name, values := range in {
		if !strings.HasPrefix(name, "s.") && strings.Contains(strings.Join(values, "\n"), secret) || strings.Contains(name, secret) {
			return true
		}
	}
	return false
}
