// Package loopback recognizes addresses of this machine.
package loopback

import (
	"net"
	"strings"
)

// Is reports whether a host is this machine: localhost, or an address on loopback.
func Is(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
