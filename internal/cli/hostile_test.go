package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// What an older release stored is shown so that no line of it looks like one of
// the program's, nothing of it reaches the terminal as a command, and JSON is the
// same data.
func TestHostileText(t *testing.T) {
	const forged = "2026-11-23T10:05:00Z  approve     root@example.com: fine"
	const hostile = "ok\n  " + forged + "\r\n\u2028  " + forged + "\x1b]0;pwned\a\u202egnp\u200b"
	person := map[string]any{"type": "user", "id": "x", "email": "ada@example.com", "name": "A\u202eda\n  " + forged}
	r := map[string]any{
		"id": anID, "flow": "f", "status": "denied", "requester": person, "reason": hostile, "fields": map[string]any{"why": hostile, "t": map[string]any{"id": "p", "label": hostile}},
		"created_at": "2026-11-23T10:00:00Z",
		"decision":   map[string]any{"event": "deny", "reason": hostile, "by": person, "at": "2026-11-23T10:01:00Z", "checks": []any{map[string]any{"name": hostile, "detail": hostile}}},
		"review":     map[string]any{"approvers": []string{"group:" + hostile}, "errors": []any{map[string]any{"hook": "on_request", "error": hostile}}, "expires_at": "2026-11-23T11:00:00Z"},
		"history":    []any{map[string]any{"seq": 1, "event": "request", "at": "2026-11-23T10:00:00Z", "actor": person, "reason": hostile, "error": hostile}},
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		var body any = r
		if q.URL.Path == "/requests" {
			body = map[string]any{"runs": []any{r}}
		}
		_ = json.NewEncoder(w).Encode(body)
	}))
	defer s.Close()
	for _, args := range [][]string{{"show", anID}, {"list"}, {"explain", anID}, {"watch", anID}, {"show", "--json", anID}, {"explain", "--json", anID}, {"deny", anID}} {
		code, out, messages := inProcess(t, s.URL, args...)
		if code != exitDone && code != exitDenied {
			t.Fatalf("%v exits %d: %s", args, code, messages)
		}
		if !strings.Contains(out, "2026-11-23") || text.Visible(out) != out {
			t.Errorf("%v prints %q", args, out)
		}
		for line := range strings.Lines(out) {
			if strings.HasPrefix(strings.TrimSpace(line), forged) {
				t.Errorf("%v prints a line of the request's own as one of its:\n%s", args, out)
			}
		}
		if args[0] == "show" && len(args) == 3 {
			var got map[string]any
			if err := json.Unmarshal([]byte(out), &got); err != nil || got["reason"] != hostile {
				t.Errorf("the JSON is other data: %v %q", err, got["reason"])
			}
		}
	}
}
