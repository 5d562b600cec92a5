package sdk_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A type checker takes the outcomes that each hook may return, and refuses all others: a
// transition back to an earlier state is a mistake that shows while it is typed.
func TestPythonTypes(t *testing.T) {
	if os.Getenv("FASTTRACK_MYPY") == "" || os.Getenv("FASTTRACK_PYRIGHT") == "" {
		t.Skip("FASTTRACK_MYPY and FASTTRACK_PYRIGHT are not set; make python-types sets them")
	}
	for name, c := range map[string]checker{"mypy": mypy, "pyright": pyright} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, folder := range []string{"python/fasttrack_hooks", pythonExample, programs(t)} {
				if out, err := c(t, folder); err != nil {
					t.Errorf("%s: %v\n%s", folder, err, out)
				}
			}
			refusesBackwardTransitions(t, c)
		})
	}
}

func refusesBackwardTransitions(t *testing.T, c checker) {
	t.Helper()
	program := "from datetime import timedelta\nfrom fasttrack_hooks import *\nfrom fasttrack_hooks.testing import event\n"
	var want []string // the lines that are refused, with the text that says so
	line := strings.Count(program, "\n")
	add := func(code, why string) {
		program += code + "\n"
		line++
		if why != "" {
			want = append(want, fmt.Sprintf("%d %s", line, why))
		}
	}
	outcomes := map[string]string{
		"approve": "Approval", "deny": "Denial", "ignore": "Ignoring", "expire": "Expiry", "escalate": "Escalation", "deescalate": "Deescalation", "revoke": "Revocation",
	}
	for hook, may := range transitions(t) {
		for verb, class := range outcomes {
			why := ""
			if !slices.Contains(may, verb) {
				why = class
			}
			// Both in a function with its type, and in one whose type is only found.
			add(fmt.Sprintf(`Hooks(%s=lambda e: %s("x"))`, hook, verb), why)
			add(fmt.Sprintf(`def %s_%s(e: Event) -> %s: return %s("x")`, hook, verb, class, verb), "")
			add(fmt.Sprintf(`Hooks(%s=%s_%s)`, hook, hook, verb), why)
		}
		if len(may) > 0 {
			add(fmt.Sprintf(`Hooks(%s=lambda e: continue_())`, hook), "")
			add(fmt.Sprintf(`Hooks(%s=lambda e: None)`, hook), "None")
		}
	}
	for code, why := range map[string]string{
		`def a(e: Event) -> FromEscalate: return deny("too late")`:               "Denial",
		`def b(e: Event) -> FromRequest: return ignore("x")`:                     "Ignoring",
		`def c(e: Event) -> FromRequest: return approve("x").for_(timedelta(1))`: "",
		`deny("x").for_(timedelta(1))`:                                           "for_",
		`Hooks(get_permissions=lambda e: Permissions(KEEP, timeout_seconds=60))`: "",
		`Hooks(get_permissions=lambda e: Permissions("grace@example.com"))`:      "str",
		`Hooks(get_permissions=lambda e: Permissions())`:                         "approvers",
		`Hooks(get_notifications=lambda e: [Notification(["slack:#ops"])])`:      "",
		`Hooks(get_notifications=lambda e: None)`:                                "",
		`Hooks(get_notifications=lambda e: ["slack:#ops"])`:                      "str",
		`Hooks(prefetch={"a": lambda s: [Option(s.query)]})`:                     "",
		`Hooks(prefetch={"a": lambda s: [s.query]})`:                             "str",
		`Hooks(on_reqest=lambda e: approve("x"))`:                                "on_reqest",
		`def d(e: Event) -> bool: return e.check("a", e.fields.bool("b"), "c")`:  "",
		`def f(e: Event) -> int: return e.fields.string("a")`:                    "str",
		`def g(e: Event) -> str: return e.user.emial`:                            "emial",
		`def h(e: Event) -> int: return e.recent().approved`:                     "None",
		`serve({"a": Hooks()})`:                                                  "",
		`serve({"a": lambda e: approve("x")})`:                                   "Hooks",
		`event("on_approve", by_user="grace@example.com", fields={"a": "b"})`:    "",
		`event(feilds={})`: "feilds",
		`def i(e: Event) -> None: e.output({"a": [1]}); e.step("on_request").decode()`: "",
	} {
		add(code, why)
	}
	got := refused(t, c, program)
	for _, w := range want {
		at, text, _ := strings.Cut(w, " ")
		if !strings.Contains(got[at], text) {
			t.Errorf("the type checker says %q of %s, want %s", got[at], strings.Split(program, "\n")[number(t, at)-1], text)
		}
		delete(got, at)
	}
	for at, text := range got {
		t.Errorf("the type checker refuses %s: %s", strings.Split(program, "\n")[number(t, at)-1], text)
	}
}

// transitions returns those that each hook may return, by the schema.
func transitions(t *testing.T) map[string][]string {
	t.Helper()
	raw, err := os.ReadFile("../schema/hook-answer.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]struct {
			Enum       []string
			Properties map[string]json.RawMessage
		} `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	may := map[string][]string{}
	for _, hook := range schema.Defs["hook"].Enum {
		var transition struct{ Enum []string }
		if raw := schema.Defs[hook].Properties["transition"]; string(raw) != "false" {
			if err := json.Unmarshal(raw, &transition); err != nil {
				t.Fatal(err)
			}
		}
		may[hook] = transition.Enum
	}
	return may
}

// checker is a type checker: it returns what it says of the files in a folder.
type checker func(t *testing.T, folder string) (string, error)

func mypy(t *testing.T, folder string) (string, error) {
	t.Helper()
	return run(t, os.Getenv("FASTTRACK_MYPY"), "--strict", "--python-version", "3.10", "--cache-dir", t.TempDir(), folder)
}

// pyright has its settings from a file, and checks what lies beside it.
func pyright(t *testing.T, folder string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	settings, err := json.Marshal(map[string]any{"extraPaths": []string{absolute(t, "python")}, "typeCheckingMode": "standard", "pythonVersion": "3.9"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pyrightconfig.json"), settings, 0o600); err != nil {
		t.Fatal(err)
	}
	return run(t, os.Getenv("FASTTRACK_PYRIGHT"), "--project", dir)
}

func run(t *testing.T, command string, args ...string) (string, error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), command, args...)
	c.Env = append(os.Environ(), "MYPYPATH="+absolute(t, "python"))
	out, err := c.CombinedOutput()
	return string(out), err
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// refused returns what the type checker says of each line of a program.
func refused(t *testing.T, c checker, program string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "program.py"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := c(t, dir) // which fails where it refuses a line
	said := map[string]string{}
	at := ""
	for line := range strings.Lines(out) {
		if _, rest, found := strings.Cut(line, "program.py:"); found {
			at = rest[:strings.IndexAny(rest, ": ")]
		}
		if at != "" && !strings.HasPrefix(line, "Found ") {
			said[at] += line
		}
	}
	return said
}

func number(t *testing.T, text string) int {
	t.Helper()
	var n int
	if _, err := fmt.Sscan(text, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
