package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
)

// called is how each command is called so that it reaches the API or AWS: $AWS is
// an endpoint of AWS, $DIR a folder with flows.yaml. The others do their work on
// this machine.
var called = map[string]string{
	"approve":          "approve ID",
	"audit export":     "audit export --table t --endpoint-url $AWS",
	"audit verify":     "audit verify ID",
	"backtest":         "backtest --table t --since 1h --flows $DIR/flows.yaml --endpoint-url $AWS",
	"cancel":           "cancel ID",
	"withdraw":         "withdraw ID",
	"review":           "review ID --verdict justified",
	"console":          "console --no-open",
	"deny":             "deny ID",
	"deployments add":  "deployments add x --endpoint-url $AWS",
	"drain":            "drain --table t --endpoint-url $AWS",
	"erase":            "erase ada@example.com --table t --dry-run --endpoint-url $AWS",
	"events":           "events",
	"explain":          "explain ID",
	"extend":           "extend ID",
	"confirm":          "confirm ID",
	"flows":            "flows",
	"flows check":      "flows check $DIR/flows.yaml --deployed --endpoint-url $AWS",
	"flows options":    "flows options f field",
	"flows push":       "flows push $DIR/flows.yaml --table t --endpoint-url $AWS",
	"flows history":    "flows history --table t --endpoint-url $AWS",
	"flows rollback":   "flows rollback --table t --endpoint-url $AWS",
	"flows apply":      "flows apply ID --table t --endpoint-url $AWS",
	"flows review":     "flows review ID --table t --endpoint-url $AWS",
	"flows diff":       "flows diff $DIR/flows.yaml --table t --endpoint-url $AWS",
	"hooks check":      "hooks check $AWS",
	"list":             "list",
	"me":               "me",
	"notify replay":    "notify replay --endpoint-url $AWS",
	"reconcile":        "reconcile --endpoint-url $AWS",
	"reindex":          "reindex --table t --endpoint-url $AWS",
	"request":          "request f",
	"revoke":           "revoke ID",
	"show":             "show ID",
	"slack":            "slack",
	"slack link":       "slack link ABCD-EFGH --yes",
	"slack unlink":     "slack unlink T1-U1",
	"stats":            "stats f",
	"audit verify -s":  "audit verify --server ID",
	"simulate":         "simulate f --as ada@example.com --flows $DIR/flows.yaml --endpoint-url $AWS",
	"strategies check": "strategies check $AWS",
	"watch":            "watch --every=100ms ID",
	"audit verify -t":  "audit verify --table t --endpoint-url $AWS",
}

// here are the commands that reach nothing, and how each of them fails.
var here = map[string]string{
	"build":              "build",
	"deploy":             "deploy",
	"flows list":         "flows list $DIR/none.yaml",
	"init":               "init $DIR",
	"flows show":         "flows show $DIR/none.yaml",
	"upgrade":            "upgrade v1.2.3",
	"local":              "local --flows $DIR/none.yaml",
	"deployments remove": "deployments remove none",
	"test":               "test", // in a folder that is no team's
	"strategies add":     "strategies add eks --into $DIR",
	"strategies list":    "",
	"version":            "",
	"help":               "", "completion bash": "", "completion zsh": "", "completion fish": "", "completion powershell": "",
}

// commandLine replaces what stands for something in a call.
func commandLine(line, url, dir string) []string {
	words := strings.Fields(strings.NewReplacer("$AWS", url, "$DIR", dir).Replace(line))
	for i, w := range words {
		if w == "ID" {
			words[i] = anID
		}
	}
	return words
}

func flowsFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "flows.yaml"), []byte("flows: [{name: f, admins: [root@example.com, linus@example.com]}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Every command has a place in these tests.
func TestExit_EveryCommand(t *testing.T) {
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		path := strings.TrimPrefix(c.CommandPath(), "fasttrack ")
		_, reaches := called[path]
		_, alone := here[path]
		if !reaches && !alone && !c.HasSubCommands() && !c.IsAdditionalHelpTopicCommand() {
			t.Errorf("%s: no test says with which code it ends", path)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRootCommand(process(t, nil)))
}

// What is wrong on a command line is 2, whichever command it is, and --json says
// so as a problem document.
func TestExit_Usage(t *testing.T) {
	dir := flowsFolder(t)
	t.Chdir(dir)
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		path := strings.Fields(c.CommandPath())[1:]
		for _, wrong := range [][]string{{"--nonsense"}, {"--help=perhaps"}, {"a", "b", "c", "d", "--nonsense"}, {"--json", "--nonsense"}} {
			code, _, messages := inProcess(t, "", append(path[:len(path):len(path)], wrong...)...)
			if code != exitUsage || messages == "" {
				t.Errorf("%v %v exits %d, want %d\n%s", path, wrong, code, exitUsage, messages)
			}
			if wrong[0] == "--json" {
				wantProblem(t, messages, problemUsage)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRootCommand(process(t, nil)))
	for _, line := range []string{
		"nonsense", "flows nonsense", "help nonsense", "help flows nonsense", "completion nonsense", "version more", "reconcile more", "notify more", "notify replay more", "local more",
		"flows check a b", "flows list a b", "show", "show a b", "request", "approve", "deny", "cancel", "withdraw", "extend", "confirm", "revoke", "watch", "explain",
		"flows options", "flows review", "flows review a --backtest 90d", "hooks check", "reindex", "reindex --table t --after x", "erase", "erase ada@example.com", "drain", "audit export", "audit verify", "backtest --concurrency 0", "simulate",
		"watch --every 1ms ID", "events --every 1ms", "events --from nonsense", "events --within nonsense", "events x", "watch --timeout=-1s ID", "request f --wait 1h", "approve -d forever ID", "list --limit nonsense",
		"deployments add x --url example.com", "deployments add x --url http://example.com", "list --url example.com", "list --url http://example.com",
	} {
		if code, _, messages := inProcess(t, "http://127.0.0.1:1", commandLine(line, "", dir)...); code != exitUsage || messages == "" {
			t.Errorf("%s exits %d, want %d\n%s", line, code, exitUsage, messages)
		}
	}
}

func wantProblem(t *testing.T, out, kind string) {
	t.Helper()
	var p struct{ Type, Title, Detail string }
	if err := json.Unmarshal([]byte(out), &p); err != nil || p.Type != kind || p.Title == "" || p.Detail == "" {
		t.Errorf("want a problem document of type %s (%v), got:\n%s", kind, err, out)
	}
}

// What cannot be reached, or does not exist, exits 1. (watch retries, and so does
// drain without --once.)
func TestExit_Failed(t *testing.T) {
	dir := flowsFolder(t)
	t.Chdir(dir)
	const nowhere = "http://127.0.0.1:1"
	for name, line := range called {
		if name != "watch" && !strings.Contains(line, "$AWS") {
			if code, _, messages := inProcess(t, nowhere, commandLine(line, "", dir)...); code != exitFailed || messages == "" {
				t.Errorf("%s exits %d, want %d\n%s", name, code, exitFailed, messages)
			}
			code, _, messages := inProcess(t, nowhere, append(commandLine(line, "", dir), "--json")...)
			if code != exitFailed {
				t.Errorf("%s --json exits %d, want %d", name, code, exitFailed)
			}
			wantProblem(t, messages, problemFailed)
		}
	}
	for name, line := range here {
		if line != "" {
			if code, _, messages := inProcess(t, "", commandLine(line, "", dir)...); code != exitFailed || messages == "" {
				t.Errorf("%s exits %d, want %d\n%s", name, code, exitFailed, messages)
			}
		}
	}
	// AWS refuses every call.
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
		w.WriteHeader(400)
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","message":"not yours"}`)
	}))
	defer s.Close()
	for name, line := range called {
		if strings.Contains(line, "$AWS") {
			if code, out, messages := inProcess(t, nowhere, commandLine(line, s.URL, dir)...); code != exitFailed || out+messages == "" {
				t.Errorf("%s exits %d, want %d\n%s", name, code, exitFailed, messages)
			}
		}
	}
}

// Every command that calls the API ends with the code of what it answers, and
// --json prints that answer on standard error, and nothing else anywhere.
func TestExit_ByProblem(t *testing.T) {
	dir := flowsFolder(t)
	for status, want := range map[int]int{400: exitInput, 401: exitNotYou, 403: exitNotYou, 404: exitNotYou, 409: exitConflict, 422: exitInput, 429: exitFailed, 500: exitFailed, 503: exitFailed} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"type":"urn:fasttrack:problem:x","title":"T","status":%d,"detail":"D","more":7}`, status)
		}))
		for name, line := range called {
			if strings.Contains(line, "$AWS") || name == "watch" && want == exitFailed { // watch goes on
				continue
			}
			for _, flag := range []string{"", "--json"} {
				code, out, messages := inProcess(t, s.URL, append(commandLine(line, "", dir), strings.Fields(flag)...)...)
				var p struct{ More int }
				isDocument := json.Unmarshal([]byte(messages), &p) == nil && p.More == 7
				if code != want || isDocument != (flag == "--json") || out != "" || messages == "" {
					t.Errorf("%d: %s %s exits %d, want %d; it prints %q, and on standard error %q", status, name, flag, code, want, out, messages)
				}
			}
		}
		s.Close()
	}
}

// A signal ends every command at once, wherever it waits.
func TestExit_EveryCommandBySignal(t *testing.T) {
	dir := flowsFolder(t)
	for name, line := range called {
		for signal, want := range map[syscall.Signal]int{syscall.SIGINT: exitInterrupted, syscall.SIGTERM: exitTerminated} {
			t.Run(fmt.Sprint(name, " ", want), func(t *testing.T) {
				t.Parallel()
				reached := make(chan struct{}, 1000)
				s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					reached <- struct{}{}
					_, _ = io.Copy(io.Discard, r.Body)
					<-r.Context().Done()
				}))
				t.Cleanup(s.Close)
				t.Cleanup(s.CloseClientConnections)
				cmd := fasttrack(t, s.URL, commandLine(line, s.URL, dir)...)
				var stderr strings.Builder
				cmd.Stderr = &stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				<-reached
				if err := cmd.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				if got := codeOf(cmd.Wait()); got != want || !strings.HasPrefix(stderr.String(), "interrupted") {
					t.Errorf("it exits %d, want %d\n%s", got, want, stderr.String())
				}
			})
		}
	}
}

// Standard input that does not end is no reason to wait after a signal.
func TestExit_BySignalWhileReading(t *testing.T) {
	dir := flowsFolder(t)
	never, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	cmd := exec.CommandContext(t.Context(), "fasttrack", "simulate", "--as", "ada@example.com", "--flows", filepath.Join(dir, "flows.yaml"), "--request", "-")
	cmd.Stdin = never
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// The first part has been read once the pipe is empty again; a signal before
	// the program listens for it would end it all the same, with another code.
	if _, err := w.Write(make([]byte, 1<<17)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if got := codeOf(cmd.Wait()); got != exitInterrupted {
		t.Errorf("it exits %d, want %d", got, exitInterrupted)
	}
}

// A command whose output is lost is not done.
func TestExit_OutputLost(t *testing.T) {
	url := statusAPI(t, "approved", http.StatusOK)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	for _, line := range []string{"show ID", "show --json ID", "explain ID", "flows", "request f", "approve ID", "watch --decided ID", "version", "help"} {
		p := process(t, map[string]string{"FASTTRACK_URL": url, "FASTTRACK_AS": "ada@example.com"})
		p.Args, p.Out, p.Err = commandLine(line, "", ""), full, io.Discard
		if got := Run(t.Context(), p); got != exitFailed {
			t.Errorf("%s exits %d, want %d", line, got, exitFailed)
		}
	}
}
