package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// TestExtendForm presses the button: the extension is a request of its own, whose page
// opens.
func TestExtendForm(t *testing.T) {
	p := newPosting(t)
	reads := p.respond
	p.respond = func(r *http.Request) any {
		v, is := reads(r).(api.Request)
		switch {
		case strings.HasSuffix(r.URL.Path, "/extend"):
			return waiting("MORE")
		case is:
			v.You.Extend = &api.ExtendAllowed{May: true, DurationsSeconds: []int{3600, 1800}, EndsAt: now.Add(time.Hour)}
			return v
		}
		return requestAnswers(r)
	}
	const at = "/console/requests/LIVE/extend"
	_, _, body := get(t, p.handler, "/console/requests/LIVE")
	in := formOn(t, body, at)
	in.Set("duration", "1800")
	in.Set("reason", " Not done. ")
	res, body := post(t, p.handler, at, ada, in)
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/console/requests/MORE?done=ask" {
		t.Fatalf("%d to %q: %s", res.StatusCode, to, body)
	}
	call, sent := p.last()
	if call.URL.Path != "/requests/LIVE/extend" || call.Header.Get("Idempotency-Key") != in.Get("key") || call.Header.Get("Fasttrack-Channel") != "web" {
		t.Errorf("%s with %v", call.URL, call.Header)
	}
	if sent != `{"duration_seconds":1800,"reason":"Not done."}` {
		t.Errorf("sent %s", sent)
	}
	in.Set("duration", "x")
	if res, _ := post(t, p.handler, at, ada, in); res.StatusCode != http.StatusBadRequest {
		t.Errorf("no duration: %d", res.StatusCode)
	}
}
