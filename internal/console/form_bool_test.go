package console_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
)

// A box that is not checked is false from the start, as it is when the form is sent.
func TestUncheckedBoxIsFalse(t *testing.T) {
	p := newPosting(t)
	reads := p.respond
	p.respond = func(r *http.Request) any {
		if r.URL.Path == "/me" {
			me := answers(r).(api.Me)
			me.Flow = &api.Flow{Name: "adaptive", May: []string{api.MayRequest}, Fields: []api.Field{
				{Name: "why", Type: api.FieldString, Required: true, When: map[string][]json.RawMessage{"masked": {json.RawMessage("false")}}},
				{Name: "masked", Type: api.FieldBool},
			}}
			return me
		}
		return reads(r)
	}
	_, _, body := get(t, p.handler, adaptiveAt)
	if !strings.Contains(body, `id="f-why"`) {
		t.Fatalf("the form lacks what an unchecked box shows: %s", body)
	}
	in := formOn(t, body, adaptiveAt)
	in.Set("f.why", "x")
	if res, body := post(t, p.handler, adaptiveAt, ada, in); res.StatusCode != 303 {
		t.Fatalf("%d: %s", res.StatusCode, body)
	}
	_, sent := p.last()
	wantFields(t, sent, `{"masked":false,"why":"x"}`)
	in.Set("f.masked", "true")
	if res, body := post(t, p.handler, adaptiveAt, ada, in); res.StatusCode != 303 {
		t.Fatalf("%d: %s", res.StatusCode, body)
	}
	_, sent = p.last()
	wantFields(t, sent, `{"masked":true}`)
}
