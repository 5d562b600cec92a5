package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

// serve answers "METHOD path" with the JSON that is said for it, else 404.
func serve(t *testing.T, answers map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, there := answers[r.Method+" "+r.URL.Path]
		if !there {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

type onRequest = func(context.Context, *hook.Event) (hook.FromRequest, error)

// expect calls the hook and compares its outcome, or its error, in words.
func expect(t *testing.T, call onRequest, e *hook.Event, want string) {
	t.Helper()
	got, err := call(t.Context(), e)
	said := ""
	if err != nil {
		said = err.Error()
	} else {
		said = got.(interface{ String() string }).String()
	}
	if said != want {
		t.Errorf("got %s, want %s", said, want)
	}
}

func TestOnCall(t *testing.T) {
	t.Setenv("FASTTRACK_SECRET_PAGERDUTY_TOKEN", "k")
	up := serve(t, map[string]string{"GET /oncalls": `{"oncalls": [{"user": {"id": "A", "email": "ada@example.com"}, "schedule": {"id": "P123"}}]}`})
	for name, tc := range map[string]struct{ url, email, schedule, want string }{
		"on call":             {up, "ada@example.com", "P123", "approve: ada@example.com is on call."},
		"not on call":         {up, "eve@example.com", "P123", "continue"},
		"of another schedule": {up, "ada@example.com", "P9", "continue"},
		"another service":     {serve(t, nil), "ada@example.com", "P123", "PagerDuty has no /oncalls: 404"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, approveOnCall, hooktest.Event(hooktest.Var("pagerduty_url", tc.url), hooktest.Var("pagerduty_schedule", tc.schedule), hooktest.ByUser(tc.email)), tc.want)
		})
	}
}

func TestGroups(t *testing.T) {
	t.Setenv("FASTTRACK_SECRET_OKTA_TOKEN", "k")
	group := func(name string) string { return `{"id": "` + name + `", "profile": {"name": "` + name + `"}}` }
	answers := map[string]string{
		"GET /api/v1/groups":                       "[" + group("deployers") + "," + group("contractors") + "]",
		"GET /api/v1/users/ada@example.com":        `{"id": "1", "status": "ACTIVE"}`,
		"GET /api/v1/users/bob@example.com":        `{"id": "2", "status": "ACTIVE"}`,
		"GET /api/v1/users/eve@example.com":        `{"id": "3", "status": "ACTIVE"}`,
		"GET /api/v1/users/sue@example.com":        `{"id": "4", "status": "SUSPENDED"}`,
		"GET /api/v1/users/sue@example.com/groups": "[" + group("deployers") + "]",
		"GET /api/v1/users/ada@example.com/groups": "[" + group("deployers") + "]",
		"GET /api/v1/users/bob@example.com/groups": "[" + group("deployers") + "," + group("contractors") + "]",
		"GET /api/v1/users/eve@example.com/groups": "[]",
	}
	for email, want := range map[string]string{
		"ada@example.com": "approve: ada@example.com is in the group deployers.",
		"bob@example.com": "deny: bob@example.com is in the group contractors.",
		"eve@example.com": "continue",
		"sue@example.com": "user sue@example.com is SUSPENDED in Okta, and can't sign in",
		"x@example.com":   "Okta has no user x@example.com",
	} {
		expect(t, decideByGroups, hooktest.Event(hooktest.Var("okta_url", serve(t, answers)), hooktest.Var("always", "deployers"), hooktest.Var("never", "contractors"), hooktest.ByUser(email)), want)
	}
}

func TestRoles(t *testing.T) {
	t.Setenv("FASTTRACK_SECRET_ONELOGIN_CREDENTIALS", "id:secret")
	url := serve(t, map[string]string{
		"POST /auth/oauth2/v2/token": `{"access_token": "t", "expires_in": 3600}`,
		"GET /api/2/roles":           `[{"id": 7, "name": "Administrator"}, {"id": 8, "name": "Reader"}]`,
		"GET /api/2/users":           `[{"id": 1, "email": "ada@example.com"}]`,
		"GET /api/2/users/1":         `{"id": 1, "status": 1, "state": 1, "role_ids": [7]}`,
	})
	for _, tc := range []struct{ email, role, want string }{
		{"ada@example.com", "Administrator", "approve: ada@example.com has the role Administrator."},
		{"ada@example.com", "Reader", "continue"},
		{"x@example.com", "Reader", "OneLogin has no user x@example.com"},
	} {
		expect(t, approveByRole, hooktest.Event(hooktest.Var("onelogin_url", url), hooktest.Var("role", tc.role), hooktest.ByUser(tc.email)), tc.want)
	}
}

// The deciding function gets the whole question, and its answer is taken at its
// word or not at all.
func TestCustomLambda(t *testing.T) {
	asked := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		asked = string(raw)
		function := strings.Split(r.URL.Path, "/")[3]
		_, _ = io.WriteString(w, map[string]string{
			"yes": `{"decision": "approve", "reason": "fine"}`, "no": `{"decision": "deny", "reason": "a freeze"}`, "ask": `{"decision": "ask"}`, "maybe": `{"decision": "maybe"}`, "empty": `{}`,
		}[function])
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"} {
		t.Setenv(name, value)
	}
	for decider, want := range map[string]string{
		"yes": "approve: fine", "no": "deny: a freeze", "ask": "continue",
		"maybe": `maybe decided "maybe"; it must be approve, deny or ask`, "empty": `empty decided ""; it must be approve, deny or ask`,
		"": "the function's name is empty",
	} {
		expect(t, askDecider, hooktest.Event(hooktest.Flow("custom-lambda"), hooktest.Var("decider", decider), hooktest.Field("service", "web"), hooktest.Why("fix")), want)
	}
	const want = `{"run_id":"01JDBX0000000000000000TEST","flow":"custom-lambda","requester":{"type":"user","id":"ada@example.com","email":"ada@example.com","name":"","groups":null,"machine":false},"reason":"fix","fields":{"service":"web"}}`
	if asked != want {
		t.Errorf("it was asked %s, want %s", asked, want)
	}
}
