package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// terminal is the program on a pseudo terminal, with a person in front of it.
type terminal struct {
	*os.File
	t    *testing.T
	cmd  *exec.Cmd
	came chan []byte
	all  bytes.Buffer
	seen int
}

// onConsole runs the program on a terminal so many columns wide.
func onConsole(t *testing.T, columns uint16, url string, args ...string) *terminal {
	t.Helper()
	return commandOnConsole(t, columns, fasttrack(t, url, args...))
}

func commandOnConsole(t *testing.T, columns uint16, cmd *exec.Cmd) *terminal {
	t.Helper()
	cmd.Env = append(cmd.Env, "TERM=xterm", "TZ=UTC")
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: columns})
	if err != nil {
		t.Fatal(err)
	}
	// Ctrl-C would else flush what the program says about it, if that comes first.
	modes, err := unix.IoctlGetTermios(int(file.Fd()), getTermios)
	if err != nil {
		t.Fatal(err)
	}
	modes.Lflag |= unix.NOFLSH
	if err := unix.IoctlSetTermios(int(file.Fd()), setTermios, modes); err != nil {
		t.Fatal(err)
	}
	c := &terminal{File: file, t: t, cmd: cmd, came: make(chan []byte, 1000)}
	t.Cleanup(func() { _ = file.Close() })
	go func() {
		defer close(c.came)
		for {
			b := make([]byte, 4096)
			n, err := file.Read(b)
			if n > 0 {
				c.came <- b[:n]
			}
			if err != nil { // EIO, once the program has ended
				return
			}
		}
	}()
	return c
}

// await reads until the terminal shows what, after what was awaited before.
func (c *terminal) await(what string) {
	c.t.Helper()
	for {
		if i := strings.Index(c.all.String()[c.seen:], what); i >= 0 {
			c.seen += i + len(what)
			return
		}
		select {
		case b, more := <-c.came:
			c.all.Write(b)
			if !more {
				c.t.Fatalf("it ended without %q:\n%s", what, c.all.String())
			}
		case <-time.After(20 * time.Second):
			c.t.Fatalf("it never shows %q:\n%s", what, c.all.String())
		}
	}
}

func (c *terminal) types(keys string) {
	c.t.Helper()
	if _, err := io.WriteString(c, keys); err != nil {
		c.t.Fatal(err)
	}
}

// ends waits for the end and returns the exit code, and all that was shown.
func (c *terminal) ends() (int, string) {
	c.t.Helper()
	for b := range c.came {
		c.all.Write(b)
	}
	return codeOf(c.cmd.Wait()), strings.ReplaceAll(c.all.String(), "\r\n", "\n")
}
