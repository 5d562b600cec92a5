package logs_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/logs"
)

func TestRedact(t *testing.T) {
	for s, want := range map[string]string{
		`Post "https://hooks.example.com/services/T0/B0/s3cret": dial tcp: refused`: `Post "https://hooks.example.com/…": dial tcp: refused`,
		"https://example.com":                                        "https://example.com",
		"https://example.com/?token=s3cret":                          "https://example.com/…",
		"https://example.com?token=s3cret":                           "https://example.com/…",
		"https://user:s3cret@example.com/x":                          "https://example.com/…",
		"no user ada@example.com, or <eve@example.com>":              "no user <address>, or <<address>>",
		"load lease lambda#sso|1|Ada#prod-ro: throttled":             "load lease lambda#… throttled",
		"load lease lambda#ada@example.com#prod: no":                 "load lease lambda#… no",
		"User: arn:aws:iam::123456789012:user/ada is not authorized": "User: arn:aws:iam::123456789012:user/… is not authorized",
		"RUN#01JD":   "RUN#01JD",
		"status 503": "status 503",
		"a@":         "a@",
		"":           "",
	} {
		if got := logs.Redact(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}

func TestNew(t *testing.T) {
	var b bytes.Buffer
	logs.New(&b).With("who", "ada@example.com").Error("failed for eve@example.com", "error", errors.New("x@example.com"), "list", []string{"y@example.com"}, "run_id", "01JD", "n", 7)
	if out := b.String(); strings.Contains(out, "example.com") || !strings.Contains(out, `"run_id":"01JD","n":7`) {
		t.Errorf("got %s", out)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("a@b", "https://h/p?q")
	f.Fuzz(func(t *testing.T, before, after string) {
		const address, secret = "ada@example.com", "https://hooks.example.com/s3cret-path"
		got := logs.Redact(before + " " + address + " " + after + " " + secret + " " + before)
		if strings.Contains(got, address) && !strings.Contains(before+after, "ada@") || strings.Contains(got, "s3cret-path") && !strings.Contains(before+after, "s3cret-path") {
			t.Fatalf("got %q", got)
		}
	})
}
