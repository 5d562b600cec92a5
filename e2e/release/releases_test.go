package release_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/moduleproxy"
	"github.com/fasttrack-dev/fasttrack/tools/modules"
)

// The releases of the test.
const (
	first  = "v1.2.3"
	second = "v1.3.0"
)

// edit is what the second release has in the place of a text of the first.
type edit struct{ file, old, new string }

// Names that only the second release has: a member of the hook contract, and a state of
// the machine.
const (
	newMember = "severity"
	newState  = "Announce"
)

// contract has hooks send a severity to an engine that accepts it. The engine stores it
// with the run and in the document of the state machine, and shows it as evidence. Every
// step passes a new state.
var contract = []edit{
	{"internal/hookapi/invocation.go", `"errors", "flows", "puts",` + "\n}", `"errors", "flows", "puts", "` + newMember + `",` + "\n}"},
	{"internal/hookapi/read.go", "\tcase \"output\":\n", `	case "` + newMember + `":
		if err = strictjson.Decode(value, &a.Severity); err == nil {
			a.Checks = append(a.Checks, run.Check{Name: "` + newMember + `", Passed: true, Detail: a.Severity})
		}
` + "\tcase \"output\":\n"},
	{"internal/hookapi/response.go", "type Response struct {\n", "type Response struct {\n\tSeverity string\n"},
	{"internal/run/position.go", "type Engine struct {\n", "type Engine struct {\n\tSeverity string `json:\"" + newMember + ",omitempty\"`\n"},
	{"internal/engine/hook_response.go", "\t\td.keepUnknownMembers(a)\n", "\t\td.keepUnknownMembers(a)\n\t\td.Engine.Severity = a.Severity\n"},
	{"internal/engine/stepfn/document.go", "type Document struct {\n", "type Document struct {\n\tSeverity string `json:\"" + newMember + ",omitempty\"`\n"},
	{"internal/engine/stepfn/document.go", "Next: r.Engine.Next, Seconds: 1}", "Next: r.Engine.Next, Seconds: 1, Severity: r.Engine.Severity}"},
	{"hook/wire.go", "\tErrors []hookError `json:\"errors,omitempty\"`\n}", "\tErrors []hookError `json:\"errors,omitempty\"`\n\tSeverity string `json:\"" + newMember + ",omitempty\"`\n}"},
	{"hook/accepts.go", "\t\t{\"flows\", ", "\t\t{\"" + newMember + "\", r.Severity != \"\", false, func() { r.Severity = \"\" }},\n\t\t{\"flows\", "},
	{"hook/respond.go", "\treturn in.reply(c.response)\n", "\tc.response.Severity = \"low\"\n\treturn in.reply(c.response)\n"},
	{"lifecycle.asl.json", "\"Next\": \"Route\"\n    },\n", "\"Next\": \"" + newState + "\"\n    },\n    \"" + newState + "\": { \"Type\": \"Pass\", \"Next\": \"Route\" },\n"},
	{"CHANGELOG.md", "## Unreleased\n", "## " + second + "\n\n### Hooks\n\n- **Look at the severity of each request.** Hooks return it.\n- Nothing to do here.\n\n## " + first + "\n"},
}

// publish releases the checkout and, with another contract, a patched copy of it. It
// returns what the go command needs to find them.
func publish(t *testing.T, dir string) []string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	proxy := moduleproxy.New(filepath.Join(dir, "proxy"))
	if err := proxy.Release(root, first); err != nil {
		t.Fatal(err)
	}
	if err := proxy.Release(patched(t, root), second); err != nil {
		t.Fatal(err)
	}
	// Modules of others come from the module cache. What the SDKs need is in it only once
	// they were built by themselves.
	for _, name := range modules.Nested {
		list := exec.Command("go", "list", "-deps", "./...")
		list.Dir, list.Env = filepath.Join(root, name), append(os.Environ(), "GOWORK=off")
		if out, err := list.CombinedOutput(); err != nil {
			t.Fatalf("go list: %v\n%s", err, out)
		}
	}
	env, err := proxy.Environ(filepath.Join(dir, "modules"))
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// patched returns a copy of the checkout with another contract.
func patched(t *testing.T, root string) string {
	t.Helper()
	copied := t.TempDir()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	names, err := list.Output()
	if err != nil {
		t.Skipf("this is no repository: %v", err)
	}
	for name := range strings.SplitSeq(string(bytes.TrimRight(names, "\x00")), "\x00") {
		content, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(copied, name)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(copied, name), content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range contract {
		path := filepath.Join(copied, filepath.FromSlash(e.file))
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(content, []byte(e.old)) {
			t.Fatalf("%s no longer has %q: change the second release of this test", e.file, e.old)
		}
		if err := os.WriteFile(path, bytes.ReplaceAll(content, []byte(e.old), []byte(e.new)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// The second release can be made of today's checkout.
func TestSecondRelease(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	copied := patched(t, root)
	machine, err := os.ReadFile(filepath.Join(copied, "lifecycle.asl.json"))
	if err != nil || bytes.Count(machine, []byte(`"Next": "`+newState+`"`)) != 1 {
		t.Errorf("the machine enters %s in %d places (%v), want 1", newState, bytes.Count(machine, []byte(`"Next": "`+newState+`"`)), err)
	}
}
