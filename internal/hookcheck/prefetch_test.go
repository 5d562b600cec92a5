package hookcheck_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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

// The hook of a field that depends on others gets a value of each, and none that these hide.
func TestCheck_PrefetchOfOtherFields(t *testing.T) {
	file := filepath.Join(t.TempDir(), "flows.yaml")
	if err := os.WriteFile(file, []byte(`flows:
  - name: deploy
    admins: [root@example.com]
    fields:
      - {name: service, type: string, prefetch: true, depends_on: [team, note]}
      - {name: team, type: string, allowed: [billing, search]}
      - {name: note, type: string, when: {team: search}}
      - {name: other, type: string, default: x}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	searched := 0
	results := check(t, "deploy", file, func(document []byte) (int, string) {
		var asked struct {
			Hook  string
			Value *string
			Run   struct{ Fields map[string]any }
		}
		if err := json.Unmarshal(document, &asked); err != nil {
			t.Error(err)
		}
		if asked.Run.Fields["note"] != nil {
			t.Errorf("it gets the value of a hidden field: %s", document)
		}
		if asked.Hook != "prefetch" {
			return 200, `{"version":"1","subscriptions":["on_request"]}`
		}
		if asked.Value == nil && asked.Run.Fields["team"] == "billing" && len(asked.Run.Fields) == 1 {
			searched++
		}
		return 200, `{"options":[{"value":"billing"}]}`
	})
	if searched != 1 {
		t.Errorf("%d searches had the team alone", searched)
	}
	wantLines(t, results, []string{"prefetch of service:  1 options"}, false)
}

// Options are read with an empty query, and the first is checked as a value.
func TestCheck_Prefetch(t *testing.T) {
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
		cases  int
		want   []string
		wrong  bool
	}{
		"a search": {func(a asked) (int, string) {
			return 200, fmt.Sprintf(`{"options":[{"value":"billing"},{"value":"b%s"}]}`, a.Query)
		}, 2, []string{"prefetch of service:  2 options"}, false},
		"one that sees what is asked": {func(a asked) (int, string) {
			searching := a.Value == nil && a.Query == "" && len(a.Run.Fields) == 0
			checking := a.Value != nil && *a.Value == "billing" && a.Query == "billing" && a.Run.Fields["urgency"] == "Normal" && len(a.Run.Fields) == 1
			if a.Field != "service" || !searching && !checking {
				return 500, ""
			}
			return 200, `{"options":[{"value":"billing","label":"Billing"}]}`
		}, 2, nil, false},
		"without options": {func(asked) (int, string) { return 200, `{"options":[]}` }, 1, []string{"it returns no options for an empty query"}, false},
		"one that searches in labels alone": {func(a asked) (int, string) {
			if a.Query != "" {
				return 200, `{"options":[]}`
			}
			return 200, `{"options":[{"value":"S1","label":"Billing"}]}`
		}, 2, []string{"prefetch of service, to check a value: its own option", "whoever chooses it is refused"}, true},
		"one that doesn't know prefetch": {func(asked) (int, string) { return 200, `{}` }, 1, []string{"prefetch returned an invalid response: options: missing"}, true},
		"one that says that it failed": {func(asked) (int, string) {
			return 200, `{"options":[],"errors":[{"hook":"prefetch","error":"Okta did not respond: 503"}]}`
		}, 1, []string{"prefetch failed: Okta did not respond: 503"}, true},
		"one that fails": {func(asked) (int, string) { return 502, `` }, 1, []string{"it failed: 502"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			results := check(t, "deploy", file, func(document []byte) (int, string) {
				var a asked
				if err := json.Unmarshal(document, &a); err != nil {
					t.Error(err)
				}
				if a.Hook != "prefetch" {
					return 200, `{"version":"1","subscriptions":["on_request"]}`
				}
				return tc.answer(a)
			})
			if got := len(results) - 27; got != tc.cases {
				t.Errorf("%d cases of prefetch, want %d", got, tc.cases)
			}
			wantLines(t, results, tc.want, tc.wrong)
		})
	}
}
