package main

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

// The test calls the hook with events, and a server of its own stands for PagerDuty.
func TestApproveOnCall(t *testing.T) {
	t.Setenv("FASTTRACK_SECRET_PAGERDUTY_TOKEN", "key") // the secret pagerduty-token, on this machine
	pagerduty := http.NewServeMux()
	pagerduty.HandleFunc("GET /oncalls", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"oncalls": [{"user": {"id": "U1", "email": "ada@example.com"}, "schedule": {"id": "P123"}}]}`))
	})
	server := httptest.NewServer(pagerduty)
	defer server.Close()

	for email, want := range map[string]hook.FromRequest{
		"ada@example.com": hook.Approve("ada@example.com is on call."),
		"eve@example.com": hook.Continue(),
		"":                hook.Continue(), // a machine
	} {
		got, err := approveOnCall(t.Context(), event(server.URL, email))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v (%v), want %v", email, got, err, want)
		}
	}
	// A call of PagerDuty that fails is an error of the hook: people decide.
	if got, err := approveOnCall(t.Context(), event(server.URL+"/elsewhere", "ada@example.com")); err == nil {
		t.Errorf("got %v, want an error", got)
	}
}

func event(url, email string) *hook.Event {
	return hooktest.Event(hooktest.Flow("on-call"), hooktest.ByUser(email),
		hooktest.Var("pagerduty_url", url), hooktest.Var("pagerduty_schedule", "P123"))
}
