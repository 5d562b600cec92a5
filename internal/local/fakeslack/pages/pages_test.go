package pages_test

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/pages"
)

const hostile = `<script>alert(1)</script> <!channel> <@U0ADA> *bold*`

// browser is a browser without JavaScript: it follows redirects and posts forms.
type browser struct {
	t    *testing.T
	base string
}

func (b browser) do(method, path string, form url.Values) (page, at string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		b.t.Fatalf("%s %s: %d %s (%v)", method, path, resp.StatusCode, raw, err)
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		b.t.Errorf("%s: got policy %q", path, csp)
	}
	return string(raw), strings.TrimPrefix(resp.Request.URL.RequestURI(), "/slack")
}

func (b browser) get(path string) string {
	page, _ := b.do(http.MethodGet, path, nil)
	return page
}

func text(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

func input(id string, e slack.BlockElement) *slack.InputBlock {
	return slack.NewInputBlock(id, text("Input "+id), text("Hint "+id), e)
}

func option(value string) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(value, text("Option "+value), nil)
}

// request is a form with an input of each kind.
func request() slack.ModalViewRequest {
	flow := input("flow", slack.NewOptionsSelectBlockElement("static_select", nil, "flow", option("deploy"), option("access")))
	flow.DispatchAction = true
	zero := 0
	service := slack.NewOptionsSelectBlockElement("external_select", nil, "v")
	service.MinQueryLength = &zero
	lines := slack.NewPlainTextInputBlockElement(nil, "v")
	lines.Multiline = true
	all := []slack.Block{
		flow, input("service", service), input("zones", slack.NewOptionsMultiSelectBlockElement("multi_static_select", nil, "v", option("a"), option("b"))),
		input("count", slack.NewNumberInputBlockElement(nil, "v", false)), input("buddy", slack.NewOptionsSelectBlockElement("users_select", nil, "v")), input("why", lines),
	}
	return slack.ModalViewRequest{Type: slack.VTModal, Title: text("Request"), Submit: text("Ask"), Blocks: slack.Blocks{BlockSet: all}}
}

func message(m string) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, Title: text("Result"), Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(text(m), nil, nil)}}}
}

// serve returns a browser of a workspace with an app that asks for everything and then
// posts a card to Grace.
func serve(t *testing.T) (browser, *fakeslack.Slack, *slack.InteractionCallback) {
	s := fakeslack.New(fakeslack.Options{
		Users:    []fakeslack.User{{ID: "U0ADA", Name: "Ada", Email: "ada@example.com"}, {ID: "U0GRACE", Name: "Grace", Email: "grace@example.com"}},
		Channels: []fakeslack.Channel{{ID: "C0OPS", Name: "ops"}},
	})
	server := httptest.NewServer(http.StripPrefix("/slack", pages.New(s, "/slack")))
	t.Cleanup(server.Close)
	s.SetBase(server.URL + "/slack")
	api := slack.New(fakeslack.BotToken, slack.OptionAPIURL(s.APIURL()))
	sent := &slack.InteractionCallback{}
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := slack.InteractionCallback{}
		_ = json.Unmarshal([]byte(r.PostFormValue("payload")), &c)
		var err error
		switch {
		case r.URL.Path == "/slack/commands" && r.PostFormValue("text") == "fail":
			w.WriteHeader(http.StatusBadGateway)
		case r.URL.Path == "/slack/commands":
			_, err = api.OpenView(r.PostFormValue("trigger_id"), request())
		case r.URL.Path == "/slack/options":
			_ = json.NewEncoder(w).Encode(map[string]any{"options": []any{option("billing" + c.Value)}})
		case r.URL.Path == "/slack/events":
			_, err = api.PublishViewContext(r.Context(), slack.PublishViewContextRequest{UserID: "U0ADA", View: slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{
				slack.NewActionBlock("home", slack.NewButtonBlockElement("give back", "R1", text("Give back")))}}}})
		case c.Type == slack.InteractionTypeBlockActions:
			*sent = c
			if c.View.ID == "" {
				_, err = api.OpenView(c.TriggerID, message("Approved"))
			}
		case c.Type == slack.InteractionTypeViewSubmission && c.View.State.Values["why"]["v"].Value == "no":
			_, _ = w.Write([]byte(`{"response_action":"errors","errors":{"why":"say more"}}`))
		case c.Type == slack.InteractionTypeViewSubmission:
			*sent = c
			_, _, err = api.PostMessage("U0GRACE", slack.MsgOptionText("Waits", false), slack.MsgOptionBlocks(slack.NewSectionBlock(text(hostile), nil, nil),
				slack.NewActionBlock("acts", slack.NewButtonBlockElement("approve", "R1", text("Approve")))))
			_ = json.NewEncoder(w).Encode(map[string]any{"response_action": "update", "view": message("Waiting for Grace")})
		}
		if err != nil {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
	}))
	t.Cleanup(app.Close)
	s.SetApp(app.URL)
	return browser{t, server.URL + "/slack"}, s, sent
}

func wants(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, want := range texts {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

// A person asks as Ada and approves as Grace, by clicks alone.
func TestAPersonAsksAndDecides(t *testing.T) {
	b, s, sent := serve(t)
	wants(t, b.get("/"), "Whom do you act as?", `href="/slack/as/U0GRACE/in/D0GRACE"`)
	wants(t, b.get("/as/U0ADA/in/C0OPS"), "# ops", "No messages yet.", "You act as")
	page, at := b.do(http.MethodPost, "/as/U0ADA/in/C0OPS", url.Values{"text": {"/fasttrack"}})
	wants(t, page, `<h1 id="title">Request</h1>`, "Input zones", "Hint why", "Option deploy", "Option billing", ">Ask</button>")
	form, _, _ := strings.Cut(at, "?")
	const back = "in/C0OPS"

	// Choosing notifies the app, and keeps what was typed.
	choose := regexp.MustCompile(`value="(act:flow:flow)"`).FindStringSubmatch(page)
	if choose == nil {
		t.Fatalf("no button for the flow:\n%s", page)
	}
	page, _ = b.do(http.MethodPost, form, url.Values{"do": {choose[1]}, "back": {back}, "v:flow": {"access"}, "v:why": {"typed before"}})
	wants(t, page, `<option value="access" selected>`, "typed before")
	if got := sent.ActionCallback.BlockActions[0].SelectedOption.Value; got != "access" {
		t.Errorf("the app heard of %q", got)
	}
	page, _ = b.do(http.MethodPost, form, url.Values{"do": {"search:service:"}, "back": {back}, "q:service": {"-eu"}})
	wants(t, page, "Option billing-eu")
	page, _ = b.do(http.MethodPost, form, url.Values{"do": {"submit"}, "back": {back}, "v:why": {"no"}})
	wants(t, page, "Please complete this required field.")
	all := url.Values{"do": {"submit"}, "back": {back}, "v:service": {"billing-eu"}, "many:zones": {"1"}, "v:zones": {"a", "b"}, "v:count": {"3"}, "v:buddy": {"U0GRACE"}, "v:why": {"no"}}
	page, _ = b.do(http.MethodPost, form, all)
	wants(t, page, "say more")
	all.Set("v:why", hostile+"\r\nand more")
	page, _ = b.do(http.MethodPost, form, all)
	wants(t, page, "Waiting for Grace")
	state := sent.View.State.Values
	if state["why"]["v"].Value != hostile+"\nand more" || len(state["zones"]["v"].SelectedOptions) != 2 || state["count"]["v"].Value != "3" || state["buddy"]["v"].SelectedUser != "U0GRACE" {
		t.Errorf("got state %+v", state)
	}
	if _, at = b.do(http.MethodPost, form, url.Values{"do": {"close"}, "back": {back}}); at != "/as/U0ADA/in/C0OPS" {
		t.Errorf("closing led to %s", at)
	}

	page = b.get("/as/U0GRACE/in/D0GRACE")
	wants(t, page, "&lt;script&gt;alert(1)&lt;/script&gt; &lt;!channel&gt;", ">Approve</button>")
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "<mark>") {
		t.Error("a text of a person became more than text")
	}
	m := s.Messages("D0GRACE")[0]
	page, _ = b.do(http.MethodPost, "/as/U0GRACE/in/D0GRACE/"+m.TS, url.Values{"action": {"approve"}})
	wants(t, page, "Approved")
	if sent.User.ID != "U0GRACE" || sent.ActionCallback.BlockActions[0].Value != "R1" || sent.Message.Timestamp != m.TS {
		t.Errorf("the app heard of %+v", sent)
	}
	if p := s.Problems(); len(p) > 0 {
		t.Errorf("got problems %v", p)
	}
}

func TestAppHome(t *testing.T) {
	b, _, sent := serve(t)
	wants(t, b.get("/as/U0ADA/"), "fasttrack has published nothing here yet.")
	page, _ := b.do(http.MethodPost, "/as/U0ADA/home", url.Values{})
	wants(t, page, ">Give back</button>")
	button := regexp.MustCompile(`action="/slack(/as/U0ADA/form/[^"]+)"(?s:.*)value="(act:home:give[^"]+)"`).FindStringSubmatch(page)
	if button == nil {
		t.Fatal(page)
	}
	b.do(http.MethodPost, button[1], url.Values{"do": {html.UnescapeString(button[2])}})
	if sent.ActionCallback.BlockActions[0].ActionID != "give back" || sent.View.ID == "" {
		t.Errorf("the app heard of %+v", sent)
	}
}

// What fails is said once, where the person is.
func TestFailuresAreShown(t *testing.T) {
	b, s, _ := serve(t)
	page, _ := b.do(http.MethodPost, "/as/U0ADA/in/C0OPS", url.Values{"text": {"/fasttrack fail"}})
	wants(t, page, "/fasttrack failed: the app answered with status 502")
	if page = b.get("/as/U0ADA/in/C0OPS"); strings.Contains(page, "failed") {
		t.Error("the failure is shown twice")
	}
	page, _ = b.do(http.MethodPost, "/as/U0ADA/in/C0OPS", url.Values{"text": {"hello"}})
	wants(t, page, "Only commands are sent here")
	s.SetApp("http://127.0.0.1:1")
	page, _ = b.do(http.MethodPost, "/as/U0ADA/in/C0OPS", url.Values{"text": {"/fasttrack"}})
	wants(t, page, "/fasttrack failed: no answer within three seconds")
}

// Nobody reads the messages or forms of others, and no path leads out of the pages.
func TestOthersStayOut(t *testing.T) {
	b, s, _ := serve(t)
	b.do(http.MethodPost, "/as/U0ADA/in/C0OPS", url.Values{"text": {"/fasttrack"}})
	v, _ := s.OpenView("U0ADA")
	if _, at := b.do(http.MethodGet, "/as/U0GRACE/form/"+v.ID, nil); at != "/as/U0GRACE/" {
		t.Errorf("the form of another: got %s", at)
	}
	if _, at := b.do(http.MethodPost, "/as/U0ADA/form/"+v.ID, url.Values{"do": {"close"}, "back": {"in//evil.example"}}); at != "/as/U0ADA/" {
		t.Errorf("a way back out: got %s", at)
	}
	for _, path := range []string{"/as/U0GRACE/in/D0ADA", "/as/U0WHO/", "/as/U0ADA/in/C0WHO"} {
		resp, err := http.Get(b.base + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %d", path, resp.StatusCode)
		}
	}
}

func TestChannelsAreAdded(t *testing.T) {
	b, s, _ := serve(t)
	if _, at := b.do(http.MethodPost, "/channels", url.Values{"name": {"#SRE-approvals"}, "as": {"U0ADA"}}); at != "/as/U0ADA/in/C0SREXAPPROVALS" {
		t.Errorf("got %s", at)
	}
	if c := s.Channels(); len(c) != 2 || c[1].Name != "sre-approvals" {
		t.Errorf("got %v", c)
	}
	resp, err := http.PostForm(b.base+"/channels", url.Values{"name": {"no spaces"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("got %d", resp.StatusCode)
	}
}
