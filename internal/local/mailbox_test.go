package local

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/ses"
)

// A mail is shown as it is, and runs nothing, whatever it holds.
func TestMailbox(t *testing.T) {
	service := ses.New(new(bytes.Buffer), clockwork.NewFakeClock(), nil)
	box := newMailbox(service)
	get := func(path, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		box.ServeHTTP(w, r)
		return w
	}
	if res := get(MailPath, "text/html"); res.Code != 200 || !strings.Contains(res.Body.String(), "No mail was sent yet") {
		t.Errorf("an empty list: %d %s", res.Code, res.Body)
	}
	raw, err := json.Marshal(map[string]any{
		"FromEmailAddress": "fasttrack <fasttrack@example.com>", "Destination": map[string]any{"ToAddresses": []string{"grace@example.com"}},
		"Content": map[string]any{"Simple": map[string]any{
			"Subject": map[string]string{"Data": "<script>alert(1)</script>"}, "Headers": []map[string]string{{"Name": "List-Id", "Value": "<x.example.com>"}},
			"Body": map[string]any{"Text": map[string]string{"Data": "<b>text"}, "Html": map[string]string{"Data": `<p>html <a href="https://x.example.com">Open</a>`}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := httptest.NewRequest(http.MethodPost, "/v2/email/outbound-emails", bytes.NewReader(raw))
	service.ServeHTTP(httptest.NewRecorder(), sent)
	mails := service.Mails()
	if len(mails) != 1 {
		t.Fatalf("%d mails were sent", len(mails))
	}
	for path, want := range map[string]string{
		MailPath:                               "&lt;script&gt;alert(1)&lt;/script&gt;",
		MailPath + "/" + mails[0].ID:           "&lt;b&gt;text",
		MailPath + "/" + mails[0].ID + "/html": `<p>html <a target="_blank" rel="noopener" href="https://x.example.com">`,
	} {
		res := get(path, "text/html")
		policy := res.Header().Get("Content-Security-Policy")
		if res.Code != 200 || !strings.Contains(res.Body.String(), want) || strings.Contains(res.Body.String(), "<script") || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src") {
			t.Errorf("%s: %d, policy %q, %s", path, res.Code, policy, res.Body)
		}
	}
	var listed struct{ Mails []ses.Mail }
	if res := get(MailPath, "application/json"); json.Unmarshal(res.Body.Bytes(), &listed) != nil || len(listed.Mails) != 1 || listed.Mails[0].Text != "<b>text" {
		t.Errorf("as JSON: %s", res.Body)
	}
	if res := get(MailPath+"/unknown", "text/html"); res.Code != 404 {
		t.Errorf("an unknown mail: %d", res.Code)
	}
}
