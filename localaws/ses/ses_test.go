package ses_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/ses"
)

const simple = `"FromEmailAddress":"fasttrack <fasttrack@example.com>","Destination":{"ToAddresses":["grace@example.com"]},"Content":{"Simple":{"Subject":{"Data":"hello"},"Body":{"Text":{"Data":"text","Charset":"UTF-8"},"Html":{"Data":"<p>html"}}%s}}`

func call(s *ses.Service, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20261129/us-east-1/ses/aws4_request, SignedHeaders=host, Signature=x")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func send(s *ses.Service, body string) *httptest.ResponseRecorder {
	return call(s, http.MethodPost, "/v2/email/outbound-emails", body)
}

func TestSendEmail(t *testing.T) {
	var log bytes.Buffer
	at := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	s := ses.New(&log, clockwork.NewFakeClockAt(at), nil)
	res := send(s, "{"+fmt.Sprintf(simple, `,"Headers":[{"Name":"List-Id","Value":"<x.example.com>"}]`)+`,"EmailTags":[{"Name":"run","Value":"R"}]}`)
	var answer struct{ MessageId string } //nolint:revive // as the service spells it
	if err := json.Unmarshal(res.Body.Bytes(), &answer); err != nil || res.Code != 200 || answer.MessageId == "" {
		t.Fatalf("%d %s", res.Code, res.Body)
	}
	got := s.Mails()
	if len(got) != 1 || got[0].ID != answer.MessageId || got[0].Text != "text" || got[0].HTML != "<p>html" || got[0].Tags["run"] != "R" || got[0].Headers[0].Name != "List-Id" || !got[0].At.Equal(at) {
		t.Errorf("kept %+v", got)
	}
	if log.String() != "ses | to grace@example.com: hello\n" {
		t.Errorf("logged %q", log.String())
	}
	for range 300 {
		send(s, "{"+fmt.Sprintf(simple, "")+"}")
	}
	if n := len(s.Mails()); n != 200 {
		t.Errorf("%d mails are kept", n)
	}
}

// What SES refuses is refused, and so is what this machine would ignore.
func TestSendEmail_Refuses(t *testing.T) {
	s := ses.New(new(bytes.Buffer), clockwork.NewFakeClock(), nil)
	valid := "{" + fmt.Sprintf(simple, "") + "}"
	for body, code := range map[string]string{
		strings.Replace(valid, `"hello"`, `"a\r\nBcc: x@example.com"`, 1):                      "BadRequestException",
		strings.Replace(valid, `["grace@example.com"]`, `[]`, 1):                               "BadRequestException",
		strings.Replace(valid, `grace@example.com`, `grace`, 1):                                "BadRequestException",
		"{" + fmt.Sprintf(simple, `,"Headers":[{"Name":"X","Value":"a\nb"}]`) + "}":            "BadRequestException",
		"{" + fmt.Sprintf(simple, `,"Headers":[{"Name":"X","Value":"é"}]`) + "}":               "BadRequestException",
		strings.Replace(valid, `{"From`, `{"EmailTags":[{"Name":"a b","Value":"c"}],"From`, 1): "BadRequestException",
		`{"FromEmailAddress":"a@example.com","Destination":{"ToAddresses":["b@example.com"]}}`: "BadRequestException",
		strings.Replace(valid, `{"From`, `{"ReplyToAddresses":["a@example.com"],"From`, 1):     "ValidationException",
		strings.Replace(valid, `"ToAddresses"`, `"BccAddresses"`, 1):                           "ValidationException",
		`[]`: "SerializationException",
	} {
		res := send(s, body)
		if got := res.Header().Get("X-Amzn-Errortype"); res.Code != 400 || !strings.HasPrefix(got, code) {
			t.Errorf("%s\ngets %d %q %s, want %s", body, res.Code, got, res.Body, code)
		}
	}
	if res := call(s, http.MethodGet, "/v2/email/account", ""); res.Code != 400 || !strings.Contains(res.Body.String(), "served: SendEmail") {
		t.Errorf("GetAccount gets %d %s", res.Code, res.Body)
	}
	if len(s.Mails()) > 0 {
		t.Error("what was refused is kept")
	}
}

// Addresses of the simulator bounce and complain, if a configuration set reports that.
func TestSimulator(t *testing.T) {
	var types []string
	var details []any
	s := ses.New(new(bytes.Buffer), clockwork.NewFakeClock(), func(detailType string, detail any) {
		types, details = append(types, detailType), append(details, detail)
	})
	body := "{" + fmt.Sprintf(simple, "") + `,"ConfigurationSetName":"approvals"}`
	send(s, body)
	send(s, strings.Replace(body, "grace@example.com", "bounce@simulator.amazonses.com", 1))
	send(s, strings.Replace(body, "grace@example.com", "complaint@simulator.amazonses.com", 1))
	send(s, strings.Replace("{"+fmt.Sprintf(simple, "")+"}", "grace@example.com", "bounce@simulator.amazonses.com", 1))
	raw, err := json.Marshal(details)
	if strings.Join(types, ", ") != "Email Bounced, Email Complaint Received" || err != nil ||
		!strings.Contains(string(raw), `"bouncedRecipients":[{"emailAddress":"bounce@simulator`) || !strings.Contains(string(raw), `"ses:configuration-set":["approvals"]`) {
		t.Errorf("%v: %s (%v)", types, raw, err)
	}
}
