package with_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A stand-in for java: it writes its process id and listens on its last argument.
const java = `#!/usr/bin/env bash
echo $$ >"$PIDS/server"
exec python3 -c '
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
time.sleep(300)
' "${@: -1}"
`

// start runs the script with the stand-in and a command that writes its process id and
// the endpoint into the folder pids.
func start(t *testing.T, command string) (with *exec.Cmd, pids string) {
	t.Helper()
	for _, tool := range []string{"bash", "python3", "mkfifo"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v", err)
		}
	}
	bin, pids := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "java"), []byte(java), 0o755); err != nil {
		t.Fatal(err)
	}
	with = exec.Command("./with", t.TempDir(), "bash", "-c", `echo "$LOCALAWS_DYNAMODB_ENDPOINT" >"$PIDS/endpoint"; echo $$ >"$PIDS/command"; `+command)
	with.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "PIDS="+pids, "TMPDIR="+t.TempDir())
	with.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := with.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = with.Process.Kill(); _ = with.Wait() })
	return with, pids
}

// read waits for what a process wrote.
func read(t *testing.T, path string) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if raw, err := os.ReadFile(path); err == nil && strings.HasSuffix(string(raw), "\n") {
			return strings.TrimSpace(string(raw))
		}
	}
	t.Fatalf("%s is not written", path)
	return ""
}

// ends waits until a process is no more.
func ends(t *testing.T, what, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if syscall.Kill(n, 0) != nil || zombie(n) {
			return
		}
	}
	t.Errorf("the %s, process %d, goes on", what, n)
	_ = syscall.Kill(n, syscall.SIGKILL)
}

// zombie reports whether a process has ended without being waited for.
func zombie(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(raw), ") Z ")
}

// The command gets the server's address, its status is the script's, and the
// server ends with it.
func TestWith(t *testing.T) {
	with, pids := start(t, "exit 7")
	err := with.Wait()
	if with.ProcessState.ExitCode() != 7 {
		t.Errorf("%v, want the command's status 7", err)
	}
	if endpoint := read(t, filepath.Join(pids, "endpoint")); !strings.HasPrefix(endpoint, "http://127.0.0.1:") {
		t.Errorf("the command was told of %q", endpoint)
	}
	ends(t, "server", read(t, filepath.Join(pids, "server")))
}

// However the script is ended, the server and the command are too.
func TestWithIsKilled(t *testing.T) {
	for name, kill := range map[string]func(pid int) error{
		"terminated":               func(pid int) error { return syscall.Kill(pid, syscall.SIGTERM) },
		"killed":                   func(pid int) error { return syscall.Kill(pid, syscall.SIGKILL) },
		"killed with all its kind": func(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) },
	} {
		t.Run(name, func(t *testing.T) {
			with, pids := start(t, "exec sleep 300")
			server, command := read(t, filepath.Join(pids, "server")), read(t, filepath.Join(pids, "command"))
			if err := kill(with.Process.Pid); err != nil {
				t.Fatal(err)
			}
			_ = with.Wait()
			ends(t, "server", server)
			ends(t, "command", command)
		})
	}
}
