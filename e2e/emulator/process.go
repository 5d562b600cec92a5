package emulator

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"
)

// process is a server of the emulator that runs until it is stopped, or until
// the process that started it ends.
type process struct {
	cmd    *exec.Cmd
	name   string
	ended  chan struct{}
	result error
}

// startProcess runs a server and waits until it answers at ready, for at most a
// minute.
func startProcess(ctx context.Context, name, path string, args, env []string, log io.Writer, ready string) (*process, error) {
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.WaitDelay = 5 * time.Second
	endWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{cmd: cmd, name: name, ended: make(chan struct{})}
	go func() {
		p.result = cmd.Wait()
		close(p.ended)
	}()
	if err := p.answers(ctx, ready); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *process) answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			return res.Body.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", p.name, ctx.Err())
		case <-p.ended:
			return fmt.Errorf("%s ended: %w", p.name, p.result)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (p *process) stop() {
	kill(p.cmd)
	<-p.ended
}

// freePort gives a port of loopback that nobody listened on a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// lockedWriter lets several servers write to one log.
type lockedWriter struct {
	mu sync.Mutex
	to io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}
