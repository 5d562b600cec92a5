package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// awsSocket is the environment variable that has this binary, called aws, hand its
// call to the process of [serveAWS].
const awsSocket = "FASTTRACK_E2E_AWS"

// serveAWS starts the process that runs the AWS command line, and returns its socket
// and a folder for PATH in which aws is this binary.
func serveAWS(t *testing.T, venv string) (socket, bin string) {
	t.Helper()
	// A socket's path may have 108 bytes.
	dir, err := os.MkdirTemp("", "aws")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket = filepath.Join(dir, "s")
	cmd := exec.CommandContext(t.Context(), filepath.Join(venv, "bin", "python"), "testdata/aws/serve.py", socket)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the AWS command line is not ready: %q, %v", line, err)
	}
	self, err := os.Executable()
	if err == nil {
		err = os.Symlink(self, filepath.Join(dir, "aws"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return socket, dir
}

// callAWS hands a call of aws over, with its input and outputs, and returns its exit
// status.
func callAWS(socket string, args []string) int {
	// Version 1 takes payloads as they are, and has no option to say so as version 2
	// wants it.
	if i := slices.Index(args, "--cli-binary-format"); i >= 0 && i+1 < len(args) {
		args = slices.Delete(args, i, i+2)
	}
	status, err := func() (int, error) {
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
		if err != nil {
			return 0, err
		}
		folder, err := os.Getwd()
		if err != nil {
			return 0, err
		}
		environment := map[string]string{}
		for _, v := range os.Environ() {
			name, value, _ := strings.Cut(v, "=")
			environment[name] = value
		}
		call, err := json.Marshal([]any{args, environment, folder})
		if err != nil {
			return 0, err
		}
		if _, _, err := conn.WriteMsgUnix(append(call, '\n'), syscall.UnixRights(0, 1, 2), nil); err != nil {
			return 0, err
		}
		answer, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(strings.TrimSpace(answer))
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "aws:", err)
		return 255
	}
	return status
}
