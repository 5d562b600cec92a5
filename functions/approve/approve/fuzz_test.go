package approve_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/approve/approve"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi/openapitest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Whatever an event of an act holds, its answer is described and no failure of
// the server; one that is refused stored nothing, one that is taken is one act.
func FuzzAct(f *testing.F) {
	document, err := openapitest.Read(request.OpenAPI())
	if err != nil {
		f.Fatal(err)
	}
	verbs := []string{"approve", "deny", "cancel", "revoke", "withdraw"}
	for i := range verbs {
		f.Add(i, i, "", `{"reason":"r"}`, false, "application/json", "k")
	}
	f.Add(0, 0, "01J00000000000000000000000", `{}`, false, "", "")
	f.Add(0, 0, "../x", `{"duration_seconds":60}`, true, "text/plain", strings.Repeat("k", 256))
	f.Add(1, 1, "", `{"reason":"a","reason":"b"}`, false, "application/x-www-form-urlencoded", "\x00")
	f.Add(1, 2, "\xff", `{"Reason":"\ud800"}`, true, "application/json; charset=utf-16", " ")
	people := []run.Person{grace, {ID: "ada@example.com", Email: "ada@example.com"}, {ID: "root@example.com", Email: "root@example.com"}, {ID: "eve@example.com"}, {ID: "arn:aws:iam::1:role/ci", Machine: true}}
	f.Fuzz(func(t *testing.T, verb, who int, id, body string, encoded bool, contentType, key string) {
		w := pending(t, "")
		w.who = people[int(uint(who)%uint(len(people)))]
		route := "POST /requests/{id}/" + verbs[int(uint(verb)%uint(len(verbs)))]
		if id == "" {
			id = w.run.ID
		}
		api := approve.New(approve.Deps{Identify: w, Store: w, StepFunctions: w, Now: func() time.Time { return w.now }})
		api.Log = slog.New(slog.DiscardHandler)
		ev := httpapi.Event{RouteKey: route, RawPath: "/requests/" + id, PathParameters: map[string]string{"id": id}, Headers: map[string]string{}, Body: body, IsBase64Encoded: encoded}
		for name, value := range map[string]string{"content-type": contentType, "idempotency-key": key} {
			if value != "" {
				ev.Headers[name] = value
			}
		}
		if encoded && len(body)%2 == 0 {
			ev.Body = base64.StdEncoding.EncodeToString([]byte(body))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		got, err := api.Handle(ctx, ev)
		if err != nil || got.StatusCode >= 500 {
			t.Fatalf("%+v: %v, %d %s", ev, err, got.StatusCode, got.Body)
		}
		if err := document.Check("POST", "/requests/x/"+strings.TrimPrefix(route, "POST /requests/{id}/"), got.StatusCode, got.Headers["content-type"], []byte(got.Body)); err != nil {
			t.Fatalf("%+v: %v", ev, err)
		}
		taken := got.StatusCode < 300
		if taken != (len(w.acts) == 1) || len(w.acts) > 1 || taken && id != w.run.ID {
			t.Fatalf("%+v: %d %s with %d acts", ev, got.StatusCode, got.Body, len(w.acts))
		}
		var p struct {
			Errors []struct{ Field, Detail string }
		}
		if err := json.Unmarshal([]byte(got.Body), &p); err != nil {
			t.Fatal(err)
		}
		if got.StatusCode == 400 && (len(p.Errors) == 0 || p.Errors[0].Field == "" || p.Errors[0].Detail == "") {
			t.Fatalf("%+v: %s names no field", ev, got.Body)
		}
	})
}
