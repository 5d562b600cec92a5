package hook_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestForwardOnlyCompiles compiles small programs: a transition that is not
// forward is a compile error that names the types.
func TestForwardOnlyCompiles(t *testing.T) {
	for name, tc := range map[string]struct{ hooks, want string }{
		"escalate in OnEscalate":  {`OnEscalate: func(context.Context, *hook.Event) (hook.FromEscalate, error) { return hook.Escalate("go"), nil }`, ""},
		"deny in OnRequest":       {`OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Deny("no"), nil }`, ""},
		"a shorter approval":      {`OnApprove: func(context.Context, *hook.Event) (hook.FromApprove, error) { return hook.Approve("a").For(time.Hour), nil }`, ""},
		"deny in OnEscalate":      {`OnEscalate: func(context.Context, *hook.Event) (hook.FromEscalate, error) { return hook.Deny("too late"), nil }`, "hook.Denial does not implement hook.FromEscalate"},
		"approve in OnDeny":       {`OnDeny: func(context.Context, *hook.Event) (hook.FromDeny, error) { return hook.Approve("yes"), nil }`, "hook.Approval does not implement hook.FromDeny"},
		"ignore in OnRequest":     {`OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Ignore("x"), nil }`, "hook.Ignoring does not implement hook.FromRequest"},
		"approve in AfterApprove": {`AfterApprove: func(context.Context, *hook.Event) error { return hook.Approve("x") }`, "does not implement error"},
		"go on everywhere":        {`OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Continue(), nil }, OnDeescalate: func(context.Context, *hook.Event) (hook.FromDeescalate, error) { return hook.Continue(), nil }`, ""},
		"a shorter denial":        {`OnRequest: func(context.Context, *hook.Event) (hook.FromRequest, error) { return hook.Deny("no").For(time.Hour), nil }`, "no field or method For"},
		"revoke in WhileActive":   {`WhileActive: func(context.Context, *hook.Event) (hook.FromActive, error) { return hook.Revoke("x"), nil }`, ""},
		"end in WhileActive":      {`WhileActive: func(context.Context, *hook.Event) (hook.FromActive, error) { return hook.Deescalate("x"), nil }`, "hook.Deescalation does not implement hook.FromActive"},
		"revoke in OnDeescalate":  {`OnDeescalate: func(context.Context, *hook.Event) (hook.FromDeescalate, error) { return hook.Revoke("x"), nil }`, "hook.Revocation does not implement hook.FromDeescalate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := "package main\n\nimport (\n\t\"context\"\n\t\"time\"\n\n\t\"github.com/fasttrack-dev/fasttrack/hook\"\n)\n\nvar _ = time.Hour\nvar _ context.Context\n\nfunc main() { hook.Serve(hook.Flows{\"f\": {" + tc.hooks + "}}) }\n"
			out, err := compile(t, program)
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("it does not compile: %s", out)
			case tc.want != "" && err == nil:
				t.Error("it compiles")
			case !strings.Contains(string(out), tc.want):
				t.Errorf("the compiler says %s, want %q", out, tc.want)
			}
		})
	}
}

// compile builds a program and returns what the compiler says. The program is outside
// of the tree. An overlay makes it a part of this module, so that it needs nothing but
// the module cache.
func compile(t *testing.T, program string) ([]byte, error) {
	t.Helper()
	dir := t.TempDir()
	source, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
	place, err := filepath.Abs(filepath.Join("testdata", "program", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{place: source}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(source, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		t.Fatal(err)
	}
	return exec.Command("go", "build", "-buildvcs=false", "-overlay", overlay, "-o", os.DevNull, "./testdata/program").CombinedOutput()
}
