package signin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/console/signin/issuertest"
)

// How many bytes of cookies a session takes: docs/console/sign-in.md has the table.
// Microsoft Entra ID names groups by identifiers, which compress badly; the others by
// names. 200 of the former make a token that API Gateway refuses too: all headers of a
// request may have 10,240 bytes.
func TestSizesOfSessions(t *testing.T) {
	for name, s := range setups() {
		for _, n := range []int{0, 20, 100, 150, 200} {
			all := groups(n)
			if s.profile.Name != "entra" {
				for i := range all {
					all[i] = fmt.Sprintf("team-%03d-%s", i, []string{"readers", "operators", "admins"}[i%3])
				}
			}
			w := s.open(t, "s")
			w.issuer.SetGroups("ada@example.com", all...)
			if n == 200 && s.profile.Name == "entra" {
				if status, _, body := w.load("/console/"); status != 500 || !strings.Contains(body, "too large") {
					t.Errorf("%s with %d groups: %d", name, n, status)
				}
				if _, id := w.issuer.Tokens("ada@example.com"); len(id) < 10240 {
					t.Errorf("the token has %d bytes, which API Gateway accepts", len(id))
				}
				continue
			}
			w.mustBeIn("/console/")
			total := 0
			for cookie, value := range w.cookies() {
				if len(cookie)+len(value) > 3900 {
					t.Errorf("%s: cookie %s has %d bytes", name, cookie, len(value))
				}
				total += len(cookie) + 1 + len(value)
			}
			if limit := map[bool]int{true: 1, false: 2}[n <= 20]; w.sessions() > limit {
				t.Errorf("%s with %d groups: %d cookies of %d bytes", name, n, w.sessions(), total)
			}
			t.Logf("%-30s %3d groups: token %5d bytes, cookies %5d bytes in %d", name, n, len(w.token.get()), total, w.sessions())
		}
	}
}

// BenchmarkSession measures what a page pays to read its session.
func BenchmarkSession(b *testing.B) {
	for _, n := range []int{0, 20, 100, 200} {
		b.Run(fmt.Sprintf("groups=%d", n), func(b *testing.B) { benchmarkSession(b, n) })
	}
}

func benchmarkSession(b *testing.B, n int) {
	people := issuertest.People()
	people[0].Groups = groups(n)
	w := open(b, issuertest.Okta(), issuertest.Options{People: people}, nil)
	w.mustBeIn("/console/")
	door := w.newDoor(nil)
	r := httptest.NewRequest("GET", w.origin+"/console/", nil)
	bytes := 0
	for name, value := range w.cookies() {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
		bytes += len(name) + len(value) + 1
	}
	for b.Loop() {
		if signer, err := door.Signer(httptest.NewRecorder(), r); signer == nil || err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(bytes), "cookie-bytes")
}
