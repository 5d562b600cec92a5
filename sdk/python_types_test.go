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
	mypy := os.Getenv("FASTTRACK_MYPY")
	if mypy == "" {
		t.Skip("FASTTRACK_MYPY is not set; make python-types sets it")
	}
	program := "from datetime import timedelta\nfrom fasttrack_hooks import *\nfrom fasttrack_hooks.testing import event\n"
	var want []string // the lines that are refused, with the text that says so
	line := strings.Count(program, "\n")
	add := func(code, refused string) {
		program += code + "\n"
		line++
		if refused != "" {
			want = append(want, fmt.Sprintf("%d %s", line, refused))
		}
	}
	outcomes := map[string]string{
		"approve": "Approval", "deny": "Denial", "ignore": "Ignoring", "expire": "Expiry", "escalate": "Escalation", "deescalate": "Deescalation", "revoke": "Revocation",
	}
	for hook, may := range transitions(t) {
		for verb, class := range outcomes {
			refused := ""
			if !slices.Contains(may, verb) {
				refused = class
			}
			// Both in a function with its type, and in one whose type is only found.
			add(fmt.Sprintf(`Hooks(%s=lambda e: %s("x"))`, hook, verb), refused)
			add(fmt.Sprintf(`def %s_%s(e: Event) -> %s: return %s("x")`, hook, verb, class, verb), "")
			add(fmt.Sprintf(`Hooks(%s=%s_%s)`, hook, hook, verb), refused)
		}
		if len(may) > 0 {
			add(fmt.Sprintf(`Hooks(%s=lambda e: continue_())`, hook), "")
			add(fmt.Sprintf(`Hooks(%s=lambda e: None)`, hook), "None")
		}
	}
	for code, refused := range map[string]string{
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
		add(code, refused)
	}
	got := check(t, mypy, program)
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

// check returns what the type checker says of each line of a program. The SDK itself must
// be without a finding.
func check(t *testing.T, mypy, program string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "program.py")
	if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(mypy, dir, "python/fasttrack_hooks"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	out, _ := run(mypy, dir, file)
	said := map[string]string{}
	for line := range strings.Lines(out) {
		if _, rest, found := strings.Cut(line, "program.py:"); found {
			at, text, _ := strings.Cut(rest, ": ")
			said[at] += text
		}
	}
	return said
}

func run(mypy, cache string, what string) (string, error) {
	command := exec.Command(mypy, "--strict", "--python-version", "3.10", "--cache-dir", cache, what)
	command.Env = append(os.Environ(), "MYPYPATH=python")
	out, err := command.CombinedOutput()
	return string(out), err
}

func number(t *testing.T, text string) int {
	t.Helper()
	var n int
	if _, err := fmt.Sscan(text, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
