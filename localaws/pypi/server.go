package pypi

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"time"
)

// Server is a server for tests on a loopback port of its own. It ends with Stop, or
// with the process that started it.
type Server struct {
	// URL is the server's address.
	URL *url.URL

	name   string
	cmd    *exec.Cmd
	ended  chan struct{}
	result error
}

// Serve starts a server with the command for a port and waits at most a minute until
// it answers at the path ready.
func Serve(ctx context.Context, name, ready string, command func(port int) *exec.Cmd) (*Server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL:  &url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", port)},
		name: name, cmd: command(port), ended: make(chan struct{}),
	}
	// Its own children may hold its output open.
	s.cmd.WaitDelay = 5 * time.Second
	endWithParent(s.cmd)
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		s.result = s.cmd.Wait()
		close(s.ended)
	}()
	if err := s.answers(ctx, s.URL.String()+ready); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) answers(ctx context.Context, url string) error {
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
			return fmt.Errorf("%s does not answer: %w", s.name, ctx.Err())
		case <-s.ended:
			return fmt.Errorf("%s ended: %w", s.name, s.result)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Stop kills the server and its children, and waits until it has ended.
func (s *Server) Stop() {
	kill(s.cmd)
	<-s.ended
}

// freePort returns a port of loopback that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
