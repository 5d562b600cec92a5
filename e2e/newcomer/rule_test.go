package newcomer_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ownRule adds a flow with a rule to the files that are there, while they are served, and
// tests it. Nothing is left that is not for production.
func (n *newcomer) ownRule(t *testing.T) {
	n.write(t, "flows.yaml", filepath.Join("testdata", "flows.yaml"))
	for _, file := range n.code {
		n.write(t, "hooks/"+file, filepath.Join("testdata", n.language, file))
	}
	printed := n.run(t, n.test)
	if !strings.Contains(printed, "hooks of flow restart (hooks/): ok") {
		t.Errorf("the own flow is not checked:\n%s", printed)
	}
	n.run(t, n.daily+" flows check --strict")
	if after := len(n.files(t)); after > n.counted {
		t.Errorf("the tests leave %d files, want %d", after, n.counted)
	}
	n.poll(t, "the own rule is not served", func() bool {
		code, _ := n.try(n.daily+" flows --json | grep -q restart", []string{"FASTTRACK_AS=ada@acme.test"})
		return code == 0
	})
}

func (n *newcomer) write(t *testing.T, name, from string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	// By rename, as editors save: what is served never reads half of it.
	at := filepath.Join(n.team, filepath.FromSlash(name))
	if err := os.WriteFile(at+".new", raw, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(at+".new", at); err != nil {
		t.Fatal(err)
	}
}

// requests files a request that the own rule approves, and one that it leaves to people,
// of whom one approves.
func (n *newcomer) requests(t *testing.T, where string, as func(who string) []string, flags string) {
	t.Helper()
	file := func(replicas int) string {
		return fmt.Sprintf("%s request restart --field service=billing --field replicas=%d -r 'It hangs' --json --wait 20s%s", n.daily, replicas, flags)
	}
	code, printed := n.timed(file(3), as("ada"))
	if reason := member(printed, "decision", "reason"); code != 0 || reason != "3 replicas serve meanwhile." {
		t.Fatalf("%s, the request ends with %d, decided because %q:\n%s", where, code, reason, printed)
	}
	code, printed = n.timed(file(1), as("ada"))
	id := member(printed, "id")
	if code != 10 || id == "" { // accepted, and not decided yet
		t.Fatalf("%s, the request ends with %d:\n%s", where, code, printed)
	}
	if code, printed := n.timed(n.daily+" approve "+id+flags, as("grace")); code != 0 {
		t.Fatalf("%s, grace's approve ends with %d:\n%s", where, code, printed)
	}
}

// member returns a member of the JSON document that a text begins with, "" for none.
func member(text string, path ...string) string {
	var v any
	_ = json.NewDecoder(strings.NewReader(text)).Decode(&v)
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	found, _ := v.(string)
	return found
}
