package cli

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// statusAPI answers every call with a request of one status.
func statusAPI(t *testing.T, status string, code int) string {
	t.Helper()
	s := httptest.NewServer(answering(status, code))
	t.Cleanup(s.Close)
	return s.URL
}

func answering(status string, code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/flows" {
			fmt.Fprint(w, `{"flows":[{"name":"f"}]}`)
			return
		}
		if r.Method == http.MethodPost {
			w.WriteHeader(code)
		}
		fmt.Fprintf(w, `{"id":"01JD0000000000000000000000","flow":"f","status":%q,"duration_seconds":60,"requester":{"id":"ada@example.com"},
			"history":[{"seq":1,"event":"request","at":"2026-11-23T10:00:00Z","actor":{"type":"user","id":"ada@example.com"}}]}`, status)
	}
}

// fasttrack is the program itself, as testscript.Main puts it on the path.
func fasttrack(t *testing.T, url string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "fasttrack", args...)
	cmd.Env = append(os.Environ(), "FASTTRACK_URL="+url, "FASTTRACK_AS=ada@example.com")
	return cmd
}

const anID = "01JD0000000000000000000000"

// Only an approved request exits 0, whichever command waited for it.
func TestExit_ByStatus(t *testing.T) {
	for status, want := range map[string]int{
		"requested": exitUndecided, "pending": exitUndecided, "approved": exitDone, "active": exitDone, "denied": exitDenied, "expired": exitExpired,
		"canceled": exitCanceled, "failed": exitNotGranted, "ended": exitOver, "revoked": exitOver, "something": exitUndecided,
	} {
		url := statusAPI(t, status, http.StatusOK)
		for _, args := range [][]string{{"request", "f"}, {"approve", anID}, {"watch", "--decided", "--every=100ms", "--timeout=150ms", anID}, {"request", "f", "--decided", "--every=100ms", "--timeout=150ms"}} {
			want := want
			if slices.Contains(args, "--decided") && want == exitUndecided {
				want = exitTimedOut
			}
			for _, args := range [][]string{args, append(args, "--json")} {
				if got, out, messages := inProcess(t, url, args...); got != want {
					t.Errorf("%s: %v exits %d, want %d\n%s%s", status, args, got, want, out, messages)
				}
			}
		}
	}
	url := statusAPI(t, "pending", http.StatusAccepted)
	for _, args := range [][]string{{"approve", anID}, {"deny", anID}, {"cancel", anID}, {"revoke", anID}} {
		if got, _, _ := inProcess(t, url, args...); got != exitUndecided {
			t.Errorf("%v that is not known to have come to anything exits %d, want %d", args, got, exitUndecided)
		}
	}
}

func codeOf(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// A signal runs nothing of what waits for the approval: `watch --decided ID &&
// ./deploy` in a shell, as it is documented, and the command by itself.
func TestExit_BySignal(t *testing.T) {
	for name, tc := range map[string]struct {
		hangs   bool
		command string
		signal  syscall.Signal
		want    int
	}{
		"Ctrl-C between looks":        {false, "watch --decided " + anID, syscall.SIGINT, exitInterrupted},
		"SIGTERM between looks":       {false, "watch --decided " + anID, syscall.SIGTERM, exitTerminated},
		"Ctrl-C to the end of access": {false, "watch --json " + anID, syscall.SIGINT, exitInterrupted},
		"Ctrl-C during a look":        {true, "watch --decided " + anID, syscall.SIGINT, exitInterrupted},
		"SIGTERM during a look":       {true, "watch " + anID, syscall.SIGTERM, exitTerminated},
		"Ctrl-C while people decide":  {false, "request f --decided", syscall.SIGINT, exitInterrupted},
		"SIGTERM while people decide": {false, "request f --decided", syscall.SIGTERM, exitTerminated},
		"Ctrl-C before it is made":    {true, "request f --decided", syscall.SIGINT, exitInterrupted},
		"Ctrl-C during a request":     {true, "request f", syscall.SIGINT, exitInterrupted},
		"SIGTERM during an approval":  {true, "approve " + anID, syscall.SIGTERM, exitTerminated},
	} {
		for _, shell := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, shell %v", name, shell), func(t *testing.T) {
				t.Parallel()
				reached := make(chan struct{}, 100)
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					reached <- struct{}{}
					if tc.hangs {
						_, _ = io.Copy(io.Discard, r.Body) // the server sees who hangs up only then
						<-r.Context().Done()
						return
					}
					answering("pending", http.StatusOK)(w, r)
				}))
				t.Cleanup(s.Close)
				t.Cleanup(s.CloseClientConnections)
				deployed := filepath.Join(t.TempDir(), "deployed")
				cmd := exec.CommandContext(t.Context(), "fasttrack", strings.Fields(tc.command)...)
				if shell {
					cmd = exec.CommandContext(t.Context(), "sh", "-c", "fasttrack "+tc.command+" && touch "+deployed+"; true")
				}
				cmd.Env = append(os.Environ(), "FASTTRACK_URL="+s.URL, "FASTTRACK_AS=ada@example.com")
				cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				<-reached
				// As a terminal does: to the shell and to what it runs.
				if err := syscall.Kill(-cmd.Process.Pid, tc.signal); err != nil {
					t.Fatal(err)
				}
				if got := codeOf(cmd.Wait()); !shell && got != tc.want {
					t.Errorf("it exits %d, want %d", got, tc.want)
				}
				if _, err := os.Stat(deployed); err == nil {
					t.Error("the deployment was run")
				}
			})
		}
	}
}

// docs/cli.md has the table that the help prints.
func TestExit_Documented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	_, help, _ := inProcess(t, "", "help", "exit-codes")
	seen := map[int]bool{}
	for _, e := range exitCodes {
		if row := fmt.Sprintf("| %d | %s |\n", e.code, e.when); !strings.Contains(string(docs), row) {
			t.Errorf("docs/cli.md has no row %s", row)
		}
		if !strings.Contains(help, fmt.Sprintf("%3d  %s\n", e.code, e.when)) {
			t.Errorf("the help does not say %d  %s:\n%s", e.code, e.when, help)
		}
		if seen[e.code] {
			t.Errorf("%d means two things", e.code)
		}
		seen[e.code] = true
	}
}
