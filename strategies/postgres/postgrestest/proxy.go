package postgrestest

import (
	"net"
	"strconv"
	"sync"
	"testing"
)

// Proxy passes connections on to a server, and cuts one where a test says so.
type Proxy struct {
	Port int

	server string
	mu     sync.Mutex
	// sent counts what clients have sent; at cut, the connection ends: before it is
	// passed on, or after.
	sent, cut int
	after     bool
}

// NewProxy returns one that ends with the test.
func (s *Server) NewProxy(t testing.TB) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &Proxy{Port: l.Addr().(*net.TCPAddr).Port, server: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port))}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p
}

// Cut has the connection end at the n-th message of a client from now on: before it
// reaches the server, or after. 0 cuts nothing.
func (p *Proxy) Cut(n int, after bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent, p.cut, p.after = 0, n, after
}

// Sent is how many messages clients sent since the last call to [Proxy.Cut].
func (p *Proxy) Sent() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent
}

func (p *Proxy) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	silent := make(chan struct{})
	go func() { // what the server sends
		b := make([]byte, 64<<10)
		for {
			n, err := server.Read(b)
			select {
			case <-silent:
				return
			default:
			}
			if err != nil {
				_ = client.Close()
				return
			}
			_, _ = client.Write(b[:n]) // whoever is gone does not read
		}
	}()
	b := make([]byte, 64<<10)
	for {
		n, err := client.Read(b)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.sent++
		cut, after := p.sent == p.cut, p.after
		p.mu.Unlock()
		if cut && !after {
			return
		}
		if cut {
			close(silent)
		}
		if _, err := server.Write(b[:n]); err != nil || cut {
			return // what was sent before the end is read: TCP keeps it
		}
	}
}
