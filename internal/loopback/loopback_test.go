package loopback_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/loopback"
)

func TestIs(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.1.2.3": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "0.0.0.0": false, "::": false, "10.0.0.1": false, "localhost.example.com": false, "127.0.0.1.example.com": false, "[::1]": false,
	} {
		if got := loopback.Is(host); got != want {
			t.Errorf("%q: got %v, want %v", host, got, want)
		}
	}
}
