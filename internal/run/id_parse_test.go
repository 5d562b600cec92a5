package run_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// An id is found however it was typed: in either case, and with letters in place of
// the digits that look like them.
func TestParseID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := run.NewID(time.UnixMilli(rapid.Int64Range(0, 1<<48-1).Draw(t, "at")))
		typed := []byte(id)
		for i, c := range typed {
			same := string(c)
			switch c {
			case '1':
				same = "1iIlL"
			case '0':
				same = "0oO"
			default:
				same += strings.ToLower(same)
			}
			typed[i] = rapid.SampledFrom([]byte(same)).Draw(t, "c")
		}
		if got, ok := run.ParseID(string(typed)); !ok || got != id {
			t.Fatalf("%s is read as %q (%v), want %s", typed, got, ok, id)
		}
	})
	for _, in := range []string{"", "01", strings.Repeat("U", 26), strings.Repeat("u", 26), strings.Repeat("0", 27), "0123456789ABCDEFGHJKMNPQR/", "0123456789ABCDEFGHJKMNPQ\u0131"} {
		if got, ok := run.ParseID(in); ok {
			t.Errorf("%q is read as %s", in, got)
		}
	}
}
