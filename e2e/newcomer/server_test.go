package newcomer_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a command that goes on while others are typed: `fasttrack local`.
type server struct {
	cmd     *exec.Cmd
	printed buffer
	ended   chan error
	stop    func()
}

// buffer is what a program prints while a test reads it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// serve types a command that serves the API, in the place of the one before, and waits
// until it does.
func (s *session) serve(t *testing.T, text string) {
	t.Helper()
	if s.server != nil {
		s.server.stop()
	}
	began := time.Now()
	on := &server{cmd: s.command(context.Background(), text, nil), ended: make(chan error, 1)}
	on.cmd.Stdout, on.cmd.Stderr = &on.printed, &on.printed
	on.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // make and npm don't pass a signal on
	if err := on.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { on.ended <- on.cmd.Wait() }()
	served := len(s.steps) // its place in the steps
	on.stop = sync.OnceFunc(func() {
		_ = syscall.Kill(-on.cmd.Process.Pid, syscall.SIGINT)
		select {
		case <-on.ended:
		case <-time.After(10 * time.Second):
			_ = syscall.Kill(-on.cmd.Process.Pid, syscall.SIGKILL)
			<-on.ended
		}
		if served < len(s.steps) {
			s.steps[served].cpu = on.cmd.ProcessState.UserTime() + on.cmd.ProcessState.SystemTime()
		}
		if t.Failed() {
			t.Logf("%s printed:\n%s", text, on.printed.String())
		}
	})
	t.Cleanup(on.stop)
	s.server = on
	s.poll(t, "it does not serve", func() bool {
		res, err := http.Get("http://" + s.value("FASTTRACK_ADDR") + "/healthz")
		if err == nil {
			_ = res.Body.Close()
		}
		return err == nil
	})
	s.steps = append(s.steps, step{name: "fasttrack local serves", took: time.Since(began)})
}

// poll waits until something is so while the server serves.
func (s *session) poll(t *testing.T, otherwise string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !is(); time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-s.server.ended:
			s.server.ended <- err
			t.Fatalf("%s: it ended (%v)", otherwise, err)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal(otherwise)
		}
	}
}

// free returns an address of this machine on which nothing listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
