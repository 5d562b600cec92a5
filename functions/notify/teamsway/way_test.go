package teamsway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/teamsway"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
)

func notice() deliver.Notice {
	return deliver.Notice{
		Kind: deliver.Ask, Link: "https://access.example.com/console/requests/R", Event: api.Event{ID: "R-2", Type: "fasttrack.run.forward", Entry: api.Entry{Seq: 2, Event: "forward"}},
		Request: api.Request{
			ID: "R", Flow: "aws-access", Status: api.StatusPending, Requester: api.Person{Email: "ada@example.com"}, Title: "Production read-only",
			Reason: "**now** [click](https://evil.example) <at>all</at>" + strings.Repeat("🦊", 3000),
			Review: &api.Review{Checks: []api.Check{{Name: "on call", Passed: true}}},
		},
	}
}

func secret(text string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return text, nil }
}

// The card fits into a message of Teams. What people typed is in no element that reads
// Markdown, and the only link is that of the request.
func TestSend(t *testing.T) {
	status := http.StatusAccepted
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
	}))
	defer server.Close()
	way := teamsway.New(secret(fmt.Sprintf(`{"ops":%q}`, server.URL+"/workflows/s3cret")), true)
	ops := deliver.Addressee{To: "teams:ops", Channel: "ops"}
	if err := way.Send(t.Context(), notice(), ops); err != nil {
		t.Fatal(err)
	}
	var sent struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Type    string
				Body    []struct{ Type string }
				Actions []struct{ Type, URL string }
			}
		}
	}
	if err := json.Unmarshal(body, &sent); err != nil || sent.Type != "message" || len(sent.Attachments) != 1 {
		t.Fatalf("%v: %s", err, body)
	}
	card := sent.Attachments[0]
	if card.ContentType != "application/vnd.microsoft.card.adaptive" || card.Content.Type != "AdaptiveCard" || len(body) > 28<<10 {
		t.Errorf("a card of %d bytes: %s", len(body), body)
	}
	for _, b := range card.Content.Body {
		if b.Type != "RichTextBlock" {
			t.Errorf("a %s reads Markdown", b.Type)
		}
	}
	if len(card.Content.Actions) != 1 || card.Content.Actions[0].Type != "Action.OpenUrl" || card.Content.Actions[0].URL != notice().Link {
		t.Errorf("the actions are %+v", card.Content.Actions)
	}
	for code, permanent := range map[int]bool{429: false, 500: false, 503: false, 302: true, 400: true, 404: true} {
		status = code
		err := way.Send(t.Context(), notice(), ops)
		if err == nil || errors.As(err, new(deliver.Permanent)) != permanent || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%d: %v, want permanent %v", code, err, permanent)
		}
	}
	server.Close()
	if err := way.Send(t.Context(), notice(), ops); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("nobody answers: %v", err)
	}
	late := notice()
	late.Request.Status = api.StatusDenied
	if err := way.Send(t.Context(), late, ops); !errors.As(err, new(deliver.Skip)) {
		t.Errorf("a card about what is decided: %v", err)
	}
}

// The card about a decision says who decided and why, and sends nobody off to decide.
func TestTheDecision(t *testing.T) {
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		body = string(raw)
	}))
	defer server.Close()
	way := teamsway.New(secret(fmt.Sprintf(`{"ops":%q}`, server.URL)), true)
	ops := deliver.Addressee{To: "teams:ops", Channel: "ops"}
	if err := way.Send(t.Context(), notice(), ops); err != nil || !strings.Contains(body, "Decide there") || !strings.Contains(body, "Look and decide") {
		t.Fatalf("the card that asks: %v %s", err, body)
	}
	n := notice()
	n.Kind, n.Request.Status = deliver.Decided, api.StatusDenied
	n.Event = api.Event{ID: "R-3", Type: "fasttrack.run.deny", Entry: api.Entry{Seq: 3, Event: "deny", Status: api.StatusDenied, Actor: api.Actor{Type: api.ActorUser, Email: "grace@example.com"}, Reason: "not today"}}
	if err := way.Send(t.Context(), n, ops); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"Denied": true, "grace@example.com": true, "not today": true, "It needs no decision any more.": true, "Open the request": true, "decide": false, "Decide": false} {
		if strings.Contains(body, text) != want {
			t.Errorf("the card has %q: %v, want %v: %s", text, !want, want, body)
		}
	}
}

// The card about the end of access says who ended it.
func TestTheEnd(t *testing.T) {
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		body = string(raw)
	}))
	defer server.Close()
	n := notice()
	n.Kind, n.Request.Status = deliver.Decided, api.StatusRevoked
	n.Event = api.Event{ID: "R-5", Type: "fasttrack.run.revoke", Entry: api.Entry{Seq: 5, Event: "revoke", Status: api.StatusRevoked, Actor: api.Actor{Type: api.ActorUser, Email: "root@example.com"}, Reason: "the incident is over"}}
	way := teamsway.New(secret(fmt.Sprintf(`{"ops":%q}`, server.URL)), true)
	if err := way.Send(t.Context(), n, deliver.Addressee{To: "teams:ops", Channel: "ops"}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Access was revoked", "root@example.com", "the incident is over", "Nothing to do."} {
		if !strings.Contains(body, text) {
			t.Errorf("the card has no %q: %s", text, body)
		}
	}
}

func TestReaches(t *testing.T) {
	for _, tc := range []struct{ secret, name, why string }{
		{`{"ops":"https://x.example.com/w"}`, "ops", ""},
		{`{"ops":"https://x.example.com/w"}`, "dev", "has no webhook dev"},
		{`{"ops":"https://x.example.com/w"}`, "", "not to people"},
		{`{"ops":"http://x.example.com/w"}`, "ops", "must be an https URL"},
		{`{"ops":"http://127.0.0.1:9000/w"}`, "ops", "must be an https URL"},
		{`https://x.example.com/w`, "ops", `must be {"NAME"`},
	} {
		why, err := teamsway.New(secret(tc.secret), false).Reaches(t.Context(), deliver.Addressee{Channel: tc.name})
		if err != nil || (why == "") != (tc.why == "") || !strings.Contains(why, tc.why) {
			t.Errorf("%s of %s: %q (%v), want %q", tc.name, tc.secret, why, err, tc.why)
		}
	}
	away := teamsway.New(func(context.Context) (string, error) { return "", errors.New("throttled") }, false)
	if _, err := away.Reaches(t.Context(), deliver.Addressee{Channel: "ops"}); err == nil {
		t.Error("a secret that can't be read is no error")
	}
}
