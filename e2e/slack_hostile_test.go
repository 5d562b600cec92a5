package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/localaws/ses"
)

// hostileTexts try to mention people, to forge a link, to look like something else, or to
// break a message or a mail.
var hostileTexts = []string{
	"<!channel> <!here> <@U0GRACE> <#C0OPS> @here <https://evil.example|click>",
	"&amp;&lt;!channel&gt; *bold* _it_ ~no~ `code` ```block``` > quote :boom: gnp.exe",
	`</td></table><script>alert(1)</script><a href="https://evil.example">approve</a> {{.}}`,
	"Bcc: evil@evil.example\nSubject: approved\n\n> quote\n\thttps://evil.example",
	"مرحبا بالعالم שלום " + strings.Repeat("é😀", 60),
	strings.Repeat("e\u0301\u0323\u0302", 60) + " 👩\u200d👩\u200d👧 " + strings.Repeat("x", 900),
}

// unseen are texts that turn others round or that nobody sees. Those of people are
// refused; those of hooks are cleaned.
var unseen = []string{"approved by \u202egrace", "a\u200bb", "\u2066isolated\u2069", "a\u00adb"}

// cut returns the first characters of a text.
func cut(text string, n int) string {
	all := []rune(text)
	return string(all[:min(len(all), n)])
}

// hostileFlows are a flow for each hostile text, which is in each of the flow's own texts.
func hostileFlows(t *testing.T) string {
	t.Helper()
	flows := "flows:\n"
	for i, text := range hostileTexts {
		line := strings.Join(strings.Fields(text), " ")
		short := cut(line, 40)
		flows += fmt.Sprintf(`
  - name: hostile-%d
    label: %q
    admins: [group:platform]
    limits: none
    fields:
      - {name: target, label: %q, type: target, required: true}
      - {name: do, label: Do, type: string}
      - {name: note, label: %q, type: text}
      - {name: picked, label: %q, type: strings, allowed: [a, %q]}
      - {name: found, label: Found, type: string, prefetch: true}
    targets: [{id: prod, label: %q}]
    durations: [30m, 1h]
    strategy: {type: lambda, function: grant-demo}
    require_reason: [request, deny, revoke]
    review: {approvers: [group:sre], notify: [{to: ["slack:#ops", group:sre]}]}
    vars:
      subscriptions: [on_request, on_approve]
      say: %q
      options: [{value: %q, label: %q}]
`, i, "Flow "+short, "Target "+short, "Note "+short, "Picked "+short, short, cut(line, 60), "Hook "+cut(line, 120)+" "+strings.Join(unseen, " "), short, short)
	}
	flows += `
directory: {groups: {sre: [grace@example.com, linus@example.com], platform: [root@example.com]}}
`
	file := filepath.Join(t.TempDir(), "flows.yaml")
	if err := os.WriteFile(file, []byte(flows), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Whatever people, flows, hooks and Slack profiles say, in every field of every message:
// Slack and mails show letters. What nobody can see is refused, or cleaned.
func TestSlack_HostileTexts(t *testing.T) {
	s := serveSlack(t, hostileFlows(t), nil)
	for _, user := range []string{ada, grace, linus, root} {
		u, _ := s.User(user)
		u.Name = strings.Join(append(unseen, hostileTexts...), "")
		s.SetUser(u)
	}
	var all []*hostility
	for i, text := range hostileTexts {
		h := &hostility{slackOn: s, flow: fmt.Sprintf("hostile-%d", i), text: text, first: strings.Fields(text)[0]}
		if i == 0 {
			h.refused(t)
			h.ask(t, "on_request=says")
		}
		h.denied, h.revoked = h.ask(t, "on_request=shows"), h.ask(t, "on_request=shows;on_approve=says")
		all = append(all, h)
	}
	for _, user := range []string{ada, grace} {
		if ack := s.OpenHome(user); !ack.OK() {
			t.Errorf("the App Home of %s: %d (%v)", user, ack.Status, ack.Err)
		}
	}
	for _, h := range all {
		h.decide(t)
	}
	for _, h := range all {
		h.reads(t)
	}
	s.everywhere()
	s.mails(len(all))
}

// hostility is a hostile text, and its requests.
type hostility struct {
	slackOn
	flow, text, first string
	denied, revoked   string
}

// refused checks that what nobody can see, or is too long, is wrong below its field.
func (h *hostility) refused(t *testing.T) {
	form := h.form(ada, h.flow)
	reason := "r:" + h.flow + ":"
	for _, bad := range append(unseen, strings.Repeat("😀", 3000)) {
		values := fakeslack.Values{h.block("target"): choice(form, h.block("target"), 0), reason: bad}
		if ack := h.Submit(ada, form.ID, values); ack.Errors[reason] == "" {
			t.Errorf("the reason %.40q is taken: %v %s", bad, ack.Errors, ack.Body)
		}
	}
	h.CloseView(ada, form.ID)
}

func (h *hostility) block(field string) string { return "f:" + h.flow + ":" + field }

// choice returns an option of a menu in a form.
func choice(form fakeslack.View, block string, i int) (o fakeslack.Option) {
	for _, b := range fakeslack.ParseBlocks(form.Head().Blocks) {
		if b.BlockID == block && b.Element != nil && i < len(b.Element.Choices()) {
			o = b.Element.Choices()[i]
		}
	}
	return o
}

// ask requests with the text in each field, and returns the request's id.
func (h *hostility) ask(t *testing.T, do string) string {
	form := h.form(ada, h.flow)
	options, ack := h.Options(ada, form.ID, h.block("found"), "")
	if !ack.OK() || len(options) != 1 {
		t.Fatalf("options: %v, %d %s", options, ack.Status, ack.Body)
	}
	ack = h.Submit(ada, form.ID, fakeslack.Values{
		h.block("target"): choice(form, h.block("target"), 0), h.block("picked"): []fakeslack.Option{choice(form, h.block("picked"), 1)},
		h.block("found"): options[0], h.block("do"): do, h.block("note"): h.text, "r:" + h.flow + ":": h.text,
	})
	if !ack.OK() || len(ack.Errors) > 0 {
		t.Fatalf("the form: %d %s (%v)", ack.Status, ack.Body, ack.Err)
	}
	list, err := h.api("ada@example.com").List(t.Context(), api.ListInput{View: api.ViewMine})
	if err != nil || len(list.Requests) == 0 {
		t.Fatalf("no request: %v", err)
	}
	return list.Requests[0].ID
}

// decide denies one request, and has the other shortened, granted and revoked, each with
// the text as the reason.
func (h *hostility) decide(t *testing.T) {
	act := func(user, id, button string, values fakeslack.Values) {
		t.Helper()
		if ack := h.Click(user, h.card(ops, id), button); !ack.OK() {
			t.Fatalf("%s: %d (%v)", button, ack.Status, ack.Err)
		}
		form, open := h.OpenView(user)
		if ack := h.Submit(user, form.ID, values); !open || !ack.OK() || len(ack.Errors) > 0 {
			t.Fatalf("%s: %d %s (%v); the modal shows %s", button, ack.Status, ack.Body, ack.Err, h.view(user))
		}
	}
	act(grace, h.denied, "deny", fakeslack.Values{"reason": h.text})
	act(linus, h.revoked, "shorten", fakeslack.Values{"duration": "900", "reason": h.text})
	h.await("the card can be revoked", func() bool { return acts(h.card(ops, h.revoked)) == "revoke" })
	act(root, h.revoked, "revoke", fakeslack.Values{"reason": h.text})
}

// reads awaits that Ada reads what came of both, and why.
func (h *hostility) reads(t *testing.T) {
	t.Helper()
	for id, said := range map[string]string{h.denied: "Denied by grace@example.com", h.revoked: "Access revoked by root@example.com"} {
		h.await(h.flow+": "+said, func() bool {
			for _, m := range h.Messages(fakeslack.DM(ada)) {
				if _, does := lacks(m.Words()+string(m.Blocks), []string{id, said, h.first}); !does {
					return true
				}
			}
			return false
		})
	}
}

// everywhere checks that each kind of message was among those that the app sent.
func (s slackOn) everywhere() {
	sent := map[string]bool{}
	for _, b := range s.Bodies() {
		sent[b.Method] = true
	}
	for _, method := range []string{
		"chat.postMessage", "chat.update", "chat.scheduleMessage", "views.open", "views.update", "views.publish", "response_action update",
	} {
		if !sent[method] {
			s.t.Errorf("nothing was sent by %s", method)
		}
	}
}

// mails awaits so many mails of revoked access, and checks all: each has one link, and
// headers of one line.
func (s slackOn) mails(revoked int) {
	t := s.t
	var all []ses.Mail
	s.await("Ada's mails", func() bool {
		all = s.outbox()
		n := 0
		for _, m := range all {
			if strings.Contains(m.Subject, "revoked") {
				n++
			}
		}
		return n >= revoked
	})
	for _, m := range all {
		for _, header := range append(m.Headers, ses.Header{Name: "Subject", Value: m.Subject}) {
			if strings.ContainsAny(header.Value, "\r\n") || hides(header.Value) {
				t.Errorf("the header %s is %q", header.Name, header.Value)
			}
		}
		if len([]rune(m.Subject)) > 150 || len(m.To) != 1 {
			t.Errorf("to %v: %q", m.To, m.Subject)
		}
		if n := strings.Count(m.HTML, "<a "); n > 1 || strings.Contains(m.HTML, "<script") || strings.Contains(m.HTML, `href="https://evil`) || hides(m.HTML) || hides(m.Text) {
			t.Errorf("%q has %d links: %s", m.Subject, n, m.HTML)
		}
	}
}
