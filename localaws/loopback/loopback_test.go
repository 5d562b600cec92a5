package loopback_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/loopback"
)

// Only loopback addresses are listened on; the refusal names the address.
func TestListen(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:0":    "",
		"localhost:0":    "",
		"0.0.0.0:0":      "not on loopback",
		":0":             "not on loopback",
		"192.0.2.7:0":    "not on loopback",
		"example.com:80": "not on loopback",
		"8080":           "not host:port",
	} {
		l, err := loopback.Listen(addr)
		if want == "" {
			if err != nil {
				t.Errorf("Listen(%q): %v", addr, err)
				continue
			}
			l.Close()
			continue
		}
		if err == nil {
			l.Close()
			t.Errorf("Listen(%q) succeeded, want an error with %q", addr, want)
		} else if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), addr) {
			t.Errorf("Listen(%q) = %q, want it to name the address and say %q", addr, err, want)
		}
	}
}

// A port in use is one clear line.
func TestListen_PortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = loopback.Listen(l.Addr().String())
	if err == nil || !strings.Contains(err.Error(), l.Addr().String()+" is in use") || strings.Contains(err.Error(), "\n") {
		t.Errorf("Listen of a used port = %v, want one line that says it is in use", err)
	}
}

// Host names and origins of others are refused before the handler sees them.
func TestGuard(t *testing.T) {
	srv := httptest.NewServer(loopback.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	})))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())

	tests := []struct {
		name, host, origin string
		want               int
	}{
		{"ip", "127.0.0.1:" + port, "", 418},
		{"localhost", "localhost:" + port, "", 418},
		{"ipv6", "[::1]:" + port, "", 418},
		{"own origin", "localhost:" + port, "http://localhost:" + port, 418},
		{"rebound name", "evil.example:" + port, "", 421},
		{"other port", "127.0.0.1:1", "", 421},
		{"no port", "localhost", "", 421},
		{"foreign origin", "127.0.0.1:" + port, "https://evil.example", 403},
		{"other local site", "127.0.0.1:" + port, "http://localhost:3000", 403},
		{"null origin", "127.0.0.1:" + port, "null", 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, _ := http.NewRequest("GET", srv.URL, nil)
			req.Host = tt.host
			if tt.origin != "" {
				req.Header.Set("Origin", tt.origin)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != tt.want {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.want)
			}
		})
	}
}
