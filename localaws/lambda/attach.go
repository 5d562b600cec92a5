package lambda

import (
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/loopback"
)

const (
	// attachGrace is how long an attached function counts as present after its last
	// poll: a runtime client takes a moment between two.
	attachGrace = 2 * time.Second
	// attachTimeout is the time limit of an attached function, the largest of
	// Lambda's own: whoever debugs one may stop it for a while.
	attachTimeout = 15 * time.Minute
)

var functionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// AttachAddr is the AWS_LAMBDA_RUNTIME_API value with which any process serves
// the named function, for runtime clients that take a path in it (Go's and
// Rust's do; Node's drops it and Python's fails to report init errors over it).
// Those need a port of their own: see Attach.
func (s *Service) AttachAddr(name string) string {
	return s.listener.Addr().String() + "/" + name
}

// Attach opens a Runtime API for a function of another process, on a loopback port of
// its own (0 is any), and returns its address for AWS_LAMBDA_RUNTIME_API. Until a
// process polls there, the function is not found.
func (s *Service) Attach(name string, port int) (string, error) {
	f, err := s.attached(name)
	if err != nil {
		return "", err
	}
	l, err := loopback.Listen(fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return "", fmt.Errorf("attach function %s: %w", name, err)
	}
	srv := &http.Server{ReadHeaderTimeout: headersWithin, Handler: loopback.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serveRuntime(w, r, "", f, nil)
	}))}
	s.mu.Lock()
	s.ports = append(s.ports, srv)
	s.mu.Unlock()
	go srv.Serve(l)
	return l.Addr().String(), nil
}

// attached finds or makes the queue of a function whose processes come by
// themselves.
func (s *Service) attached(name string) (*function, error) {
	if !functionName.MatchString(name) {
		return nil, fmt.Errorf("%q is not a function name", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.functions[name]
	if !ok {
		f = newFunction(s, Function{Name: name, Timeout: attachTimeout})
		f.kind, f.version, f.closed = kindAttached, "$LATEST", s.closed
		s.functions[name] = f
	}
	if f.kind != kindAttached {
		return nil, fmt.Errorf("function %s is the stack's own: nothing else can attach as it", name)
	}
	return f, nil
}
