package console_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// Whatever a link says, the browser stays below /console/ of the same host.
func FuzzReturnTo(f *testing.F) {
	for _, to := range []string{
		"/console/requests/01J?a=b", "//evil.example.com/console/", "https://evil.example.com/console/", "/console/../x", `/console/\evil`,
		"/console/%2e%2e/x", "/console/%5c%5cevil", "/console//evil.example.com", "/console/;//evil", "http:/console/", "/\tconsole/", "/console/\x00",
		"///console/", "/console/?to=//evil", "/console/#//evil", "/console/%2f%2fevil.example.com", "/console/./", "/console/%", "/console/\u2215\u2215evil",
	} {
		f.Add(to)
	}
	here, err := url.Parse("https://console.example.com/console/new")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, to string) {
		got := console.ReturnTo(to)
		u, err := here.Parse(got)
		if err != nil {
			t.Fatalf("%q becomes %q: %v", to, got, err)
		}
		if u.Scheme != "https" || u.Host != here.Host || !strings.HasPrefix(u.EscapedPath(), "/console/") || !strings.HasPrefix(got, "/console/") {
			t.Errorf("%q becomes %q, which is %s", to, got, u)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return r < ' ' || r == '\\' || r > '~' || r == ' ' }); i >= 0 {
			t.Errorf("%q becomes %q", to, got)
		}
		if again := console.ReturnTo(got); again != got {
			t.Errorf("%q becomes %q, and that %q", to, got, again)
		}
	})
}
