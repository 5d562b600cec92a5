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
	may := api.ConfirmAllowed{May: true, From: now.Add(-time.Hour), Until: now.Add(time.Hour)}
	p.respond = func(r *http.Request) any {
		v, is := reads(r).(api.Request)
		if !is {
			return requestAnswers(r)
		}
		v.You.Confirm, v.UntilRevoked, v.DurationSeconds = &may, true, 90*24*3600
		return v
	}
	const at = "/console/requests/LIVE/confirm"
	_, _, body := get(t, p.handler, "/console/requests/LIVE")
	if !strings.Contains(body, "It lasts until it is revoked") {
		t.Errorf("the page doesn't say that it lasts until it is revoked")
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
	may = api.ConfirmAllowed{Why: "It is too early."}
	if _, _, body = get(t, p.handler, "/console/requests/LIVE"); strings.Contains(body, at) || !strings.Contains(body, "It is too early.") {
		t.Errorf("who may not confirm has a form, or isn't told why")
	}
}
