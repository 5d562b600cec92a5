package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
)

// newStarting is newPosting, where the flow of the form takes a start.
func newStarting(t *testing.T) *posting {
	p := newPosting(t)
	answer := p.respond
	p.respond = func(r *http.Request) any {
		v := answer(r)
		if me, is := v.(api.Me); is && me.Flow != nil {
			me.Flow.Rules.StartsWithinSeconds = 30 * 24 * 3600
			return me
		}
		return v
	}
	return p
}

// TestFormStarts sends the time that the clocks of a zone show, without a script: with
// its offset from UTC. A time that is skipped or comes twice stays in the form.
func TestFormStarts(t *testing.T) {
	p := newStarting(t)
	_, _, body := get(t, p.handler, formAt)
	for _, part := range []string{`type="datetime-local"`, `name="zone" value="UTC" data-zone`, "Until the start you can cancel it."} {
		if !strings.Contains(body, part) {
			t.Errorf("the form has no %q", part)
		}
	}
	for _, tc := range []struct{ at, zone, sent, mistake string }{
		{"", "Europe/Berlin", "", ""},
		{"2026-12-24T09:00", "Europe/Berlin", `"starts_at":"2026-12-24T09:00:00+01:00"`, ""},
		{"2026-12-24T09:00", "", `"starts_at":"2026-12-24T09:00:00Z"`, ""},
		{"2026-10-25T03:00", "Europe/Berlin", `"starts_at":"2026-10-25T03:00:00+01:00"`, ""},
		{"2026-10-25T02:30", "Europe/Berlin", "", "2026-10-25T02:30:00&#43;02:00 or 2026-10-25T02:30:00&#43;01:00"},
		{"2027-03-28T02:30", "Europe/Berlin", "", "does not exist in Europe/Berlin"},
		{"2026-12-24T09:00", "Mars", "", "nknown time zone"},
		{"soon", "UTC", "", "ust be a time such as"},
	} {
		before := len(p.sent)
		in := filledForm()
		in.Set("starts", tc.at)
		in.Set("zone", tc.zone)
		res, body := post(t, p.handler, formAt, ada, in)
		if tc.mistake != "" {
			form := formOn(t, body, formAt)
			if res.StatusCode != 400 || len(p.sent) != before || !strings.Contains(body, tc.mistake) || form.Get("starts") != tc.at || form.Get("zone") != tc.zone || strings.Contains(body, "data-zone") {
				t.Errorf("%s in %s: %d, want %q: %s", tc.at, tc.zone, res.StatusCode, tc.mistake, body)
			}
			continue
		}
		if res.StatusCode != 303 {
			t.Fatalf("%s in %s: %d", tc.at, tc.zone, res.StatusCode)
		}
		if _, sent := p.last(); tc.sent == "" && strings.Contains(sent, "starts_at") || !strings.Contains(sent, tc.sent) {
			t.Errorf("%s in %s: sent %s", tc.at, tc.zone, sent)
		}
	}
	p.refuse = &api.Problem{Type: api.ProblemInvalidRequest, Title: "Bad Request", Status: 400, Detail: "Invalid request.", Errors: []api.FieldError{{Field: "starts_at", Detail: "must be within 30 days"}}}
	in := filledForm()
	in.Set("starts", "2027-12-24T09:00")
	in.Set("zone", "UTC")
	if _, body := post(t, p.handler, formAt, ada, in); !strings.Contains(body, `<a href="#starts">Start</a>`) || !strings.Contains(body, "Must be within 30 days") {
		t.Errorf("the API's refusal is not at the field: %s", body)
	}
	if _, _, body := get(t, newPosting(t).handler, formAt); strings.Contains(body, "datetime-local") {
		t.Error("a flow without starts has the field")
	}
	if _, _, body := get(t, p.handler, formAt+"?"+url.Values{"starts": {"2026-12-24T09:00"}, "zone": {"Asia/Tokyo"}}.Encode()); formOn(t, body, formAt).Get("zone") != "Asia/Tokyo" {
		t.Errorf("an address does not fill it in: %s", body)
	}
}
