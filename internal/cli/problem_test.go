package cli

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// How problems of the API read.
func TestProblemText(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		body   string
		args   []string
		want   string
	}{
		"who decided, and when": {
			409, `{"status":409,"detail":"This request is denied already.","run":{"status":"denied"},"decision":{"event":"deny","reason":"not now\n2026: x","by":{"type":"user","id":"g","email":"grace@example.com"},"at":"2026-11-23T10:00:00Z"}}`,
			[]string{"approve", anID}, "The request was denied by grace@example.com at 2026-11-23T10:00:00Z: not now ⏎ 2026: x\n",
		},
		"what became of it": {
			409, `{"status":409,"detail":"This request is active already.","run":{"status":"active"},"decision":{"event":"approve","reason":"","by":{"type":"hook","id":"on_request"},"at":"2026-11-23T10:00:00Z"}}`,
			[]string{"deny", anID}, "The request was approved by on_request at 2026-11-23T10:00:00Z, and is active\n",
		},
		"nobody": {
			409, `{"status":409,"detail":"This request is expired already.","run":{"status":"expired"},"decision":{"event":"expire","reason":"","by":{"type":"engine","id":"engine"},"at":"2026-11-23T10:00:00Z"}}`,
			[]string{"deny", anID}, "The request expired at 2026-11-23T10:00:00Z\n",
		},
		"who ended it": {
			409, `{"status":409,"detail":"No access is active.","run":{"status":"revoked"},"decision":{"event":"approve","reason":"fine","by":{"type":"user","id":"g","email":"grace@example.com"},"at":"2026-11-23T10:00:00Z"},"decided_by":{"event":"revoke","by":{"type":"user","id":"a","email":"ada@example.com"},"at":"2026-11-23T11:00:00Z"}}`,
			[]string{"revoke", anID}, "Access was revoked by ada@example.com at 2026-11-23T11:00:00Z\n",
		},
		"another conflict":   {409, `{"status":409,"detail":"This request is pending: there is no access to revoke."}`, []string{"revoke", anID}, "This request is pending: there is no access to revoke.\n"},
		"a flag for a field": {400, `{"status":400,"detail":"x","errors":[{"field":"fields.target","detail":"it is required; must be a string"},{"field":"reason","detail":"it is required"},{"field":"fields.n","detail":"must be a whole number"}]}`, []string{"request", "f"}, "fields.target: it is required; must be a string; give --field target=VALUE\nreason: it is required; give --reason\nfields.n: must be a whole number\n"},
		"an escape":          {404, `{"status":404,"detail":"no\u001b]0;x\u0007\u202e"}`, []string{"show", anID}, "no\\u001b]0;x\\u0007\\u202e\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/flows" {
					_, _ = io.WriteString(w, `{"flows":[{"name":"f"}]}`)
					return
				}
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			}))
			defer s.Close()
			if _, _, got := inProcess(t, s.URL, tc.args...); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// A refused caller gets what was wrong with their credential, and never the token.
func TestUnauthorized(t *testing.T) {
	now := time.Now()
	jwt := func(claims string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
	}
	for name, tc := range map[string]struct {
		status int
		token  string
		want   string
	}{
		"expired":        {401, jwt(fmt.Sprintf(`{"exp":%d}`, now.Add(-time.Hour).Unix())), "FASTTRACK_TOKEN expired at 20"},
		"too early":      {401, jwt(fmt.Sprintf(`{"nbf":%d.5}`, now.Add(time.Hour).Unix())), "is not valid before 20"},
		"another issuer": {401, jwt(`{"iss":"https://issuer.example","aud":"app"}`), `of issuer "https://issuer.example" for audience "app": they must be`},
		"no JWT":         {401, "secret", "FASTTRACK_TOKEN is not a JSON Web Token"},
		"another mode":   {403, jwt(`{}`), "unset FASTTRACK_TOKEN"},
		"--as":           {401, "", "called as --as (FASTTRACK_AS) ada@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, `{"message":"Unauthorized"}`)
			}))
			defer s.Close()
			p := process(t, map[string]string{"FASTTRACK_TOKEN": tc.token, "FASTTRACK_URL": s.URL, "FASTTRACK_AS": "ada@example.com"})
			args := []string{"list"}
			if tc.token != "" {
				args = append(args, "--as", "")
			}
			code, _, got := p.runs(t.Context(), args...)
			if code != exitNotYou || !strings.Contains(got, tc.want) || tc.token != "" && strings.Contains(got, tc.token) {
				t.Errorf("it exits %d with %q, want %q", code, got, tc.want)
			}
			_, _, got = p.runs(t.Context(), append(args, "--json")...)
			wantProblem(t, got, "about:blank")
		})
	}
}

// A token goes to no other host in the clear, and no call is made with it.
func TestTokenStaysSecret(t *testing.T) {
	for _, url := range []string{"http://approvals.example.com", "http://192.0.2.1:8080", "approvals.example.com"} {
		p := process(t, map[string]string{"FASTTRACK_TOKEN": "secret", "FASTTRACK_URL": url})
		if code, _, got := p.runs(t.Context(), "list"); code != exitUsage || !strings.Contains(got, "https://") || strings.Contains(got, "secret") {
			t.Errorf("%s: %d %q", url, code, got)
		}
	}
}

// What was mistyped is suggested.
func TestSuggestions(t *testing.T) {
	for line, want := range map[string]string{
		"lst":              `unknown command "lst" for "fasttrack"; did you mean "list"? See `,
		"flows chek":       `unknown command "chek" for "fasttrack flows"; did you mean "check"? See `,
		"xyzzy":            `unknown command "xyzzy" for "fasttrack"; see `,
		"help aprove":      `did you mean "approve"?`,
		"list --veiw mine": "unknown flag: --veiw; did you mean --view? See ",
		"list --xyzzy":     "unknown flag: --xyzzy; see ",
	} {
		if _, _, got := inProcess(t, "", strings.Fields(line)...); !strings.HasPrefix(got, want) && !(strings.HasPrefix(want, "did") && strings.Contains(got, want)) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}
