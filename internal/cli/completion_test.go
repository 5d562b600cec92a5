package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/pypi"
)

// needs skips a test without a program; in CI it is there.
func needs(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is needed here: %v", program, err)
		}
		t.Skipf("NOT TESTED: %v", err)
	}
	return path
}

// Bash completes without the bash-completion package: commands, flags, and values
// from the API, of which it replaces what follows the =.
func TestCompletion_Bash(t *testing.T) {
	bash := needs(t, "bash")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"flows":[{"name":"aws-access","label":"AWS","fields":[{"name":"target","type":"target"}],"targets":[{"id":"prod-ro"},{"id":"prod-admin"},{"id":"dev"}]}]}`)
	}))
	defer s.Close()
	file := filepath.Join(t.TempDir(), "flows.yaml")
	flows := "flows:\n  - {name: team, admins: [root@example.com], hooks: none, durations: [8h, until_revoked], strategy: {type: lambda, function: f}, " +
		"fields: [{name: target, type: target, required: true}], targets: [{id: prod}]}\n"
	if err := os.WriteFile(file, []byte(flows), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"fasttrack simulate --flows " + file + " ":            "team",
		"fasttrack simulate --flows " + file + " team -d ":    "8h until_revoked",
		"fasttrack simulate --flows " + file + " nothing -d ": "",
		"fasttrack simulate --flows nowhere.yaml ":            "",
		"fasttrack reque":                                     "request",
		"fasttrack request ":                                  "aws-access",
		"fasttrack request aws-access --fie":                  "--field",
		"fasttrack request aws-access --field tar":            "target=",
		"fasttrack request aws-access --field target=prod":    "prod-admin prod-ro",
		"fasttrack request aws-access -r 'a b' -f target=de":  "dev",
		"fasttrack completion z":                              "zsh",
		"fasttrack request aws-access --field target=nothing": "",
	} {
		script := `source <(fasttrack completion bash --no-descriptions)
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9
__start_fasttrack 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}" | sort`
		cmd := exec.CommandContext(t.Context(), bash, "--norc", "--noprofile", "-c", script, "bash", line)
		cmd.Env = append(os.Environ(), "FASTTRACK_URL="+s.URL, "FASTTRACK_AS=ada@example.com")
		out, err := cmd.CombinedOutput()
		if got := strings.Join(strings.Fields(string(out)), " "); err != nil || got != want {
			t.Errorf("%q: got %q, want %q (%v)", line, got, want, err)
		}
	}
}

// The script of every other shell is one for that shell.
func TestCompletion_Syntax(t *testing.T) {
	script := func(shell string) []byte {
		code, out, messages := inProcess(t, "", "completion", shell)
		if code != exitDone || len(out) < 1000 {
			t.Fatalf("%s: it exits %d with %d bytes: %s", shell, code, len(out), messages)
		}
		return []byte(out)
	}
	check := func(t *testing.T, shell string, argv ...string) {
		for _, broken := range []bool{false, true} {
			text := script(shell)
			if broken {
				text = append(text, "\nif {{ (\n"...)
			}
			cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
			cmd.Stdin = bytes.NewReader(text)
			out, err := cmd.CombinedOutput()
			if (err != nil) != broken {
				t.Errorf("%s, broken %v: %v\n%s", shell, broken, err, out)
			}
		}
	}
	t.Run("bash", func(t *testing.T) { check(t, "bash", needs(t, "bash"), "-n") })
	t.Run("zsh", func(t *testing.T) { check(t, "zsh", needs(t, "zsh"), "-n") })
	t.Run("fish", func(t *testing.T) { check(t, "fish", needs(t, "fish"), "--no-execute") })
	t.Run("powershell", func(t *testing.T) {
		venv, err := pypi.Venv("tree-sitter-powershell-0.26.4", "tree-sitter-powershell[core]==0.26.4")
		if err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skipf("NOT TESTED: %v", err)
		}
		check(t, "powershell", filepath.Join(venv, "bin", "python"), "-c", `
import sys, tree_sitter, tree_sitter_powershell
language = tree_sitter.Language(tree_sitter_powershell.language())
sys.exit(tree_sitter.Parser(language).parse(sys.stdin.buffer.read()).root_node.has_error)`)
	})
}
