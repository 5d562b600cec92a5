package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// One line a hook says which, of which run, what came of it and how long it
// took; none holds a value of the request.
func TestLog(t *testing.T) {
	var written bytes.Buffer
	was := logger
	logger = slog.New(slog.NewJSONHandler(&written, nil))
	t.Cleanup(func() { logger = was })
	flows := Flows{"*": {
		OnRequest: func(context.Context, *Event) (FromRequest, error) { return Continue(), nil },
		GetPermissions: func(_ context.Context, e *Event) (Permissions, error) {
			return Permissions{}, errors.New(e.Fields.String("a"))
		},
		GetNotifications: func(_ context.Context, e *Event) ([]Notification, error) { panic(e.Fields.String("a")) },
		OnApprove:        func(context.Context, *Event) (FromApprove, error) { return nil, nil },
		OnDeny:           func(_ context.Context, e *Event) (FromDeny, error) { return Ignore(e.Fields.String("a")), nil },
		AfterDeny:        func(context.Context, *Event) error { select {} },
		Prefetch: map[string]func(context.Context, *Search) ([]Option, error){
			"f": func(context.Context, *Search) ([]Option, error) { return []Option{{Value: "s3cret"}}, nil },
		},
	}}
	for _, hook := range []string{"on_request", "on_approve", "on_deny", "after_deny", "prefetch"} {
		asked := `{"version":"1","hook":"` + hook + `","timeout_seconds":1,"field":"f","query":"s3cret","run":{"id":"01J","flow":{"name":"f","vars":{"v":"s3cret"}},"fields":{"a":"s3cret"}}}`
		if _, err := flows.Respond(t.Context(), []byte(asked)); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(written.String(), "s3cret") {
		t.Errorf("a value was written:\n%s", written.String())
	}
	want := []string{
		"on_request continue INFO", "get_permissions error ERROR", "get_notifications panic ERROR",
		"on_approve invalid ERROR", "on_deny ignore INFO", "after_deny timeout ERROR", "prefetch 1 options INFO",
	}
	var got []string
	for line := range strings.Lines(written.String()) {
		var l struct {
			Level, Msg, Hook, Flow, Outcome, Stack string
			RunID                                  string `json:"run_id"`
			Took                                   *int64 `json:"took_ms"`
			Time                                   time.Time
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.Msg == "panic" {
			if !strings.Contains(l.Stack, "log_test.go") {
				t.Errorf("the stack is %s", l.Stack)
			}
			continue
		}
		if l.RunID != "01J" || l.Flow != "f" || l.Took == nil || l.Time.IsZero() {
			t.Errorf("the line is %s", line)
		}
		got = append(got, l.Hook+" "+l.Outcome+" "+l.Level)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}
