package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// TestConfirmForm presses the button of who may confirm, and says to others why they may not.
func TestConfirmForm(t *testing.T) {
	p := newPosting(t)
	reads := p.respond
	reminded, failed := false, (*api.LastError)(nil)
	may := api.ConfirmAllowed{May: true, From: now.Add(-time.Hour), Until: now.Add(time.Hour)}
	p.respond = func(r *http.Request) any {
		v, is := reads(r).(api.Request)
		if !is {
			return requestAnswers(r)
		}
		v.LastError = failed
		v.You.Confirm, v.UntilRevoked, v.DurationSeconds = &may, true, 90*24*3600
		if reminded {
			v.History = append(v.History, api.Entry{Seq: 9, Event: api.EventRemind, Status: api.StatusActive, EndsAt: v.Access.EndsAt})
		}
		return v
	}
	const at = "/console/requests/LIVE/confirm"
	_, _, body := get(t, p.handler, "/console/requests/LIVE")
	if !strings.Contains(body, "It lasts until it is revoked") {
		t.Errorf("the page doesn't say that it lasts until it is revoked")
	}
	if strings.Contains(body, "It ends unless you confirm") {
		t.Error("the page reminds of what nobody was reminded of")
	}
	in := formOn(t, body, at)
	in.Set("reason", " Still on call. ")
	res, body := post(t, p.handler, at, ada, in)
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/console/requests/LIVE?done=confirm" {
		t.Fatalf("%d to %q: %s", res.StatusCode, to, body)
	}
	call, sent := p.last()
	if call.URL.Path != "/requests/LIVE/confirm" || sent != `{"note":"Still on call."}` || call.Header.Get("Idempotency-Key") != in.Get("key") {
		t.Errorf("%s: %s", call.URL, sent)
	}
	reminded = true
	if _, _, body = get(t, p.handler, "/console/requests/LIVE"); !strings.Contains(body, "It ends unless you confirm that you still need it, by ") {
		t.Error("the page doesn't say that it ends")
	}
	may = api.ConfirmAllowed{Why: "It is too early: from " + now.Add(time.Hour).Format(time.RFC3339) + ".", From: now.Add(time.Hour)}
	if _, _, body = get(t, p.handler, "/console/requests/LIVE"); strings.Contains(body, at) || !strings.Contains(body, "It is too early: from <time") {
		t.Errorf("who may not confirm has a form, or isn't told from when")
	}
	failed = &api.LastError{Where: "confirm", Text: "no such user"}
	if _, _, body = get(t, p.handler, "/console/requests/LIVE"); !strings.Contains(body, "This access could not be granted anew") {
		t.Errorf("the page doesn't say that a confirm failed")
	}
	may = api.ConfirmAllowed{Why: "It is too early."}
	if _, _, body = get(t, p.handler, "/console/requests/LIVE"); strings.Contains(body, at) || !strings.Contains(body, "It is too early.") {
		t.Errorf("who may not confirm has a form, or isn't told why")
	}
}
