package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const prefetchFlow = `flows:
  - name: deploy
    admins: [root@example.com]
    vars: {team: sre}
    fields:
      - {name: service, type: string, prefetch: true}
      - {name: urgency, type: string, default: Normal}
`

// What the kit says about functions that answer with options.
func TestHooksCheckPrefetch(t *testing.T) {
	type asked struct {
		Hook, Field, Query string
		Value              *string
		Run                struct {
			Fields map[string]any
		}
	}
	file := filepath.Join(t.TempDir(), "flows.yaml")
	if err := os.WriteFile(file, []byte(prefetchFlow), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		answer func(a asked) (int, string)
		want   []string
		wrong  bool
	}{
		"a search": {func(a asked) (int, string) {
			return 200, fmt.Sprintf(`{"options":[{"value":"billing"},{"value":"b%s"}]}`, a.Query)
		}, []string{"ok     prefetch of service                                2 options", "ok     prefetch of service, to check a value", "27 cases, 0 wrong"}, false},
		"one that sees what is asked": {func(a asked) (int, string) {
			searching := a.Value == nil && a.Query == "" && len(a.Run.Fields) == 0
			checking := a.Value != nil && *a.Value == "billing" && a.Query == "billing" && a.Run.Fields["urgency"] == "Normal" && len(a.Run.Fields) == 1
			if a.Field != "service" || !searching && !checking {
				return 500, ""
			}
			return 200, `{"options":[{"value":"billing","label":"Billing"}]}`
		}, []string{"27 cases, 0 wrong"}, false},
		"without options": {func(asked) (int, string) { return 200, `{"options":[]}` }, []string{"note: it has no options for who has typed nothing yet", "26 cases, 0 wrong"}, false},
		"one that searches in labels alone": {func(a asked) (int, string) {
			if a.Query != "" {
				return 200, `{"options":[]}`
			}
			return 200, `{"options":[{"value":"S1","label":"Billing"}]}`
		}, []string{"WRONG  prefetch of service, to check a value", "whoever chooses it is refused", "27 cases, 1 wrong"}, true},
		"one that doesn't know prefetch": {func(asked) (int, string) { return 200, `{}` }, []string{"prefetch gave an invalid answer: options: it is missing", "26 cases, 1 wrong"}, true},
		"one that says that it failed": {func(asked) (int, string) {
			return 200, `{"options":[],"errors":[{"hook":"prefetch","error":"Okta did not answer: 503"}]}`
		}, []string{"prefetch failed: Okta did not answer: 503"}, true},
		"one that fails": {func(asked) (int, string) { return 502, `` }, []string{"it failed: 502 Bad Gateway"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var a asked
				if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
					t.Error(err)
				}
				status, body := 200, `{"version":"1","subscriptions":["on_request"]}`
				if a.Hook == "prefetch" {
					status, body = tc.answer(a)
				}
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
			}))
			defer server.Close()
			code, out, messages := process(t, nil).runs(t.Context(), "hooks", "check", server.URL, "--with-guards", "--flow", "deploy", "--flows", file)
			if (code != exitDone) != tc.wrong {
				t.Errorf("it exits %d: %s", code, messages)
			}
			for _, want := range tc.want {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in:\n%s", want, out)
				}
			}
		})
	}
}
