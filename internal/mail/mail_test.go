package mail_test

import (
	"encoding/json"
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	compose "github.com/fasttrack-dev/fasttrack/internal/mail"
)

var ends = time.Date(2026, 11, 29, 12, 30, 0, 0, time.UTC)

// notice is one about ada's request.
func notice(kind deliver.Kind, event api.EventName, status api.Status) deliver.Notice {
	return deliver.Notice{
		Kind: kind, Why: "you are in sre", Link: "https://access.example.com/console/requests/01M8H2K5V7QJ8N3X4Y6Z9A2B1C",
		Event: api.Event{ID: "01M8H2K5V7QJ8N3X4Y6Z9A2B1C-2", Type: api.EventTypeRun + string(event), Entry: api.Entry{
			Seq: 2, Event: event, Status: status, Reason: "go ahead", Actor: api.Actor{Type: api.ActorUser, Email: "grace@example.com"},
			Checks: []api.Check{{Name: "on call", Passed: true, Detail: "P1"}},
		}},
		Request: api.Request{
			ID: "01M8H2K5V7QJ8N3X4Y6Z9A2B1C", Flow: "aws-access", Status: status, Title: "Production read-only", DurationSeconds: 5400,
			Requester: api.Person{Email: "ada@example.com"}, Reason: "have a look",
			FieldsShown: []api.FieldShown{{Name: "urgency", Label: "Urgency", Shown: "Normal"}},
			Review:      &api.Review{ExpiresAt: ends}, Access: &api.Access{EndsAt: ends, Output: json.RawMessage(`{"user":"s3cret-user"}`), Sensitive: json.RawMessage(`"s3cret"`)},
			LastError: &api.LastError{Where: "grant", Text: "AWS is away", NextTryAt: ends},
		},
	}
}

func TestCompose(t *testing.T) {
	for name, tc := range map[string]struct {
		kind   deliver.Kind
		event  api.EventName
		status api.Status
		state  string
		holds  []string
	}{
		"an ask":              {deliver.Ask, api.EventForward, api.StatusPending, "waits for your decision", []string{"Reason: have a look", "Urgency: Normal", "For: 1h30m", "✓ on call: P1", "expires at 29 November 2026, 12:30 UTC", "Look and decide: https://access", "because you are in sre"}},
		"approved":            {deliver.Outcome, api.EventApprove, api.StatusApproved, "approved", []string{"By: grace@example.com", "Why: go ahead", "Access is being granted"}},
		"approved, to others": {deliver.Decided, api.EventApprove, api.StatusApproved, "approved", []string{"It needs no decision any more."}},
		"one approval":        {deliver.Outcome, api.EventApprove, api.StatusPending, "approved by grace@example.com, needs more approvals", nil},
		"denied":              {deliver.Outcome, api.EventDeny, api.StatusDenied, "denied", []string{"Why: go ahead"}},
		"granted":             {deliver.Outcome, api.EventEscalate, api.StatusActive, "access is granted", []string{"ends at 29 November 2026, 12:30 UTC"}},
		"granted, and late":   {deliver.Outcome, api.EventEscalate, api.StatusEnded, "access was granted, and has ended since", nil},
		"revoked":             {deliver.Outcome, api.EventRevoke, api.StatusRevoked, "access was revoked", nil},
		"failed":              {deliver.Outcome, api.EventFail, api.StatusFailed, "failed, no access was granted", nil},
		"revoked, to others":  {deliver.Decided, api.EventRevoke, api.StatusRevoked, "access was revoked", []string{"By: grace@example.com", "Why: go ahead", "Nothing to do."}},
		"failed, to others":   {deliver.Decided, api.EventFail, api.StatusFailed, "failed, no access was granted", []string{"Nothing to do."}},
		"expired":             {deliver.Outcome, api.EventExpire, api.StatusExpired, "expired", []string{"can be requested again"}},
	} {
		n := notice(tc.kind, tc.event, tc.status)
		m, notifies := compose.Compose(n, "example.com")
		if want := "[fasttrack] Production read-only for ada@example.com: " + tc.state; !notifies || m.Subject != want {
			t.Errorf("%s: the subject is %q, want %q", name, m.Subject, want)
		}
		for _, part := range tc.holds {
			if !strings.Contains(m.Text, part) {
				t.Errorf("%s: %q is missing of:\n%s", name, part, m.Text)
			}
		}
		if strings.Contains(m.Text+m.HTML, "s3cret") {
			t.Errorf("%s: the mail shows what the strategy returned", name)
		}
		if strings.Contains(m.Subject, "have a look") {
			t.Errorf("%s: the subject has the reason: %s", name, m.Subject)
		}
		if got := strings.Count(m.HTML, "href="); got != 1 || !strings.Contains(m.HTML, `href="`+n.Link+`"`) {
			t.Errorf("%s: %d links in:\n%s", name, got, m.HTML)
		}
	}
}

// A mail is not sent about what is over.
func TestCompose_Late(t *testing.T) {
	for name, n := range map[string]deliver.Notice{
		"an ask that is decided": notice(deliver.Ask, api.EventForward, api.StatusApproved),
		"for followers":          notice(deliver.Progress, api.EventApprove, api.StatusApproved),
		"an ignored action":      notice(deliver.Outcome, api.EventIgnore, api.StatusPending),
	} {
		if m, notifies := compose.Compose(n, "example.com"); notifies {
			t.Errorf("%s: %s", name, m.Subject)
		}
	}
	n := notice(deliver.Failing, "", api.StatusApproved)
	n.Event.Type = api.EventTypeAccessFailing
	if m, notifies := compose.Compose(n, "example.com"); !notifies || !strings.Contains(m.Text, "Error: AWS is away") {
		t.Errorf("failing access: %v\n%s", notifies, m.Text)
	}
	n.Request.LastError = &api.LastError{Where: "confirm", Text: "no such user"}
	if m, _ := compose.Compose(n, "example.com"); !strings.Contains(m.Subject, "access could not be granted anew") || strings.Contains(m.Text, "Next retry") || !strings.Contains(m.Text, "may confirm it again") {
		t.Errorf("a confirm that has failed: %s\n%s", m.Subject, m.Text)
	}
	n.Request.LastError = nil
	if _, notifies := compose.Compose(n, "example.com"); notifies {
		t.Error("what failed works by now")
	}
}

// Without a page, a mail has the commands that do the same.
func TestCompose_Commands(t *testing.T) {
	n := notice(deliver.Ask, api.EventForward, api.StatusPending)
	n.Link = ""
	m, _ := compose.Compose(n, "example.com")
	for _, body := range []string{m.Text, m.HTML} {
		if !strings.Contains(body, "fasttrack approve 01M8H2K5V7QJ8N3X4Y6Z9A2B1C") || strings.Contains(body, "href=") || strings.Contains(body, "Look and decide") {
			t.Errorf("no commands, or a link in:\n%s", body)
		}
	}
}

// The mail of access that was granted says where to look, with a page and without.
func TestCompose_Granted(t *testing.T) {
	n := notice(deliver.Outcome, api.EventEscalate, api.StatusActive)
	n.Request.Access = &api.Access{EndsAt: n.Event.Time}
	for link, want := range map[string]string{n.Link: "is on the request's page.", "": "fasttrack revoke 01M8H2K5V7QJ8N3X4Y6Z9A2B1C"} {
		n.Link = link
		m, _ := compose.Compose(n, "example.com")
		for _, body := range []string{m.Text, strings.ReplaceAll(m.HTML, "&#39;", "'")} {
			if !strings.Contains(body, want) || strings.Contains(body, "request's page") != (link != "") {
				t.Errorf("with the link %q, no %q in:\n%s", link, want, body)
			}
		}
	}
}

// What people typed in a language from right to left is shown so, and turns nothing else.
func TestCompose_RightToLeft(t *testing.T) {
	n := notice(deliver.Ask, api.EventForward, api.StatusPending)
	n.Request.Reason = "الرجاء الموافقة"
	m, _ := compose.Compose(n, "example.com")
	at := strings.Index(m.HTML, n.Request.Reason)
	if at < 0 || !strings.Contains(m.HTML[strings.LastIndex(m.HTML[:at], "<td"):at], ` dir="auto"`) || !strings.Contains(m.HTML, `<html lang="en">`) {
		t.Errorf("the reason has no direction of its own:\n%s", m.HTML)
	}
}

func TestCompose_Headers(t *testing.T) {
	n := notice(deliver.Ask, api.EventForward, api.StatusPending)
	n.Request.Flow = "aws access\r\nBcc: mallory@example.com"
	m, _ := compose.Compose(n, "example.com")
	got := map[string]string{}
	for _, h := range m.Headers {
		got[h.Name] = h.Value
	}
	want := map[string]string{
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
		"List-Id": "<aws-access--Bcc--mallory-example-com.fasttrack.example.com>", "References": "<01M8H2K5V7QJ8N3X4Y6Z9A2B1C@example.com>",
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
}

// hostile are texts that do something in mails, headers or HTML.
var hostile = []string{
	"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "{{.Link}}", "a\r\nBcc: mallory@example.com\r\n\r\nhello", "\u202egnp.exe", "a\u200bb\x00\x1b[2J",
	strings.Repeat("🦊", 3000), "مرحبا بالعالم", "javascript:alert(1)", "To decide: fasttrack approve X", strings.Repeat("x", 5000), "\xff\xfe", "<style>*{display:none}</style>", "\n-- \nfooter",
}

// Whatever people typed, a subject is one line of 150 characters, nothing in the HTML
// is theirs but text, and no line of the text looks like one of the mail.
func TestCompose_HostileTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String())
		n := notice(rapid.SampledFrom([]deliver.Kind{deliver.Ask, deliver.Outcome, deliver.Decided}).Draw(t, "kind"), rapid.SampledFrom([]api.EventName{api.EventApprove, api.EventDeny, api.EventEscalate, api.EventRevoke}).Draw(t, "event"), api.StatusPending)
		plain, _ := compose.Compose(n, "example.com")
		n.Request.Title, n.Request.Reason, n.Event.Entry.Reason, n.Why = word.Draw(t, "title"), word.Draw(t, "reason"), word.Draw(t, "why"), word.Draw(t, "because")
		n.Request.Requester.Email, n.Event.Entry.Actor.Email, n.Request.FieldsShown[0].Shown = word.Draw(t, "requester"), word.Draw(t, "actor"), word.Draw(t, "field")
		n.Request.FieldsShown[0].Label, n.Event.Entry.Checks[0].Detail = word.Draw(t, "label"), word.Draw(t, "check")
		m, notifies := compose.Compose(n, "example.com")
		if !notifies {
			t.Fatal("no mail")
		}
		if strings.ContainsAny(m.Subject, "\r\n\x00\u202e\u200b") || len(utf16.Encode([]rune(m.Subject))) > 150 {
			t.Errorf("the subject is %q", m.Subject)
		}
		if _, err := mail.ReadMessage(strings.NewReader("Subject: " + m.Subject + "\r\n\r\n")); err != nil {
			t.Errorf("the subject %q: %v", m.Subject, err)
		}
		lower := strings.ToLower(m.HTML)
		for _, element := range []string{"<script", "<img", "<style", "<iframe", "<link", "onerror=\""} {
			if strings.Contains(lower, element) {
				t.Errorf("%s is in:\n%s", element, m.HTML)
			}
		}
		if strings.Count(m.HTML, "href=\"") != strings.Count(plain.HTML, "href=\"") || strings.Count(m.HTML, "<div") > strings.Count(plain.HTML, "<div")+1 {
			t.Errorf("what people typed made elements:\n%s", m.HTML)
		}
		for body := range strings.Lines(m.Text) {
			if strings.HasPrefix(body, "Bcc") || strings.HasPrefix(body, "footer") || strings.ContainsAny(body, "\u202e\x00\x1b") {
				t.Errorf("the line %q in:\n%s", body, m.Text)
			}
		}
	})
}
