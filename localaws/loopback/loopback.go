// Package loopback restricts a server to this machine: it listens on loopback addresses
// only and refuses web pages of other sites, since callers of a local stack may act as
// anyone.
package loopback

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// Listen opens addr ("127.0.0.1:8080", "localhost:0", "[::1]:8080"). An address
// that other machines could reach, an empty host included, is refused; so is a
// port in use, with a message that says which.
func Listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("address %q is not host:port, such as 127.0.0.1:8080", addr)
	}
	if !is(host) {
		return nil, fmt.Errorf("address %q is not on loopback: use 127.0.0.1, [::1] or localhost, since anyone who reaches the local stack can act as anyone", addr)
	}
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("address %s is in use by another program: stop it, or choose another address", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return l, nil
}

// sdkPrefix is the prefix that AWS SDKs put before the host for some operations, such as
// StartSyncExecution. It lets no other site in: neither sync-localhost nor
// sync-127.0.0.1 can be registered.
const sdkPrefix = "sync-"

// Guard passes requests to next that name this machine. A Host header with another name
// (DNS rebinding) is answered 421. An Origin header of another site is answered 403,
// unless origins lists it. Requests without an Origin (curl, SDKs) pass.
func Guard(next http.Handler, origins ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		port := localPort(r)
		if !namesThisMachine(strings.TrimPrefix(r.Host, sdkPrefix), port) {
			refuse(w, http.StatusMisdirectedRequest, "this host name is not served here")
			return
		}
		for _, origin := range r.Header.Values("Origin") {
			u, err := url.Parse(origin)
			own := err == nil && u.Scheme == "http" && namesThisMachine(u.Host, port)
			if !own && !slices.ContainsFunc(origins, func(o string) bool { return strings.EqualFold(o, origin) }) {
				refuse(w, http.StatusForbidden, "requests of other origins are not served here")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"message":%q}`, message)
}

// namesThisMachine reports whether hostport is a loopback name with the port
// that the request came in on (80 may be left out).
func namesThisMachine(hostport, port string) bool {
	host, p, err := net.SplitHostPort(hostport)
	if err != nil {
		host, p = strings.Trim(hostport, "[]"), "80"
	}
	return p == port && is(host)
}

// is reports whether a host is this machine: localhost, or an address on loopback.
func is(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// localPort returns the port on which r arrived.
func localPort(r *http.Request) string {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return ""
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return ""
	}
	return port
}
