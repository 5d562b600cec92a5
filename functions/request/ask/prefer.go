package ask

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// maxWait is the longest wait, in seconds: API Gateway gives up after 30.
const maxWait = 20

// preferWait reads the wait preference of a Prefer header (RFC 7240), which may
// hold others. One that can't be met is ignored, as section 2 has it, and so is one
// that is malformed; the answer's Preference-Applied says which one was applied.
func preferWait(header string) (wait time.Duration, applied bool) {
	for _, preference := range outsideQuotes(header, ',') {
		token := outsideQuotes(preference, ';')[0]
		name, value, _ := strings.Cut(strings.TrimSpace(token), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "wait") {
			continue
		}
		// Of one that is there twice, the first counts (RFC 7240, section 2).
		n, err := strconv.ParseUint(unquote(strings.TrimSpace(value)), 10, 31)
		return time.Duration(n) * time.Second, err == nil && n <= maxWait
	}
	return 0, false
}

// unquote returns what a quoted string holds, and anything else as it is.
func unquote(s string) string {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// outsideQuotes splits s where a separator stands outside of a quoted string
// (RFC 9110, section 5.6.4). It gives at least one part.
func outsideQuotes(s string, separator byte) []string {
	var parts []string
	quoted, from := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case !quoted && s[i] == separator:
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	return append(parts, s[from:])
}

// await reads the run until it is decided or waits for people, for at most wait;
// then it gives the run as it stands. The run is stored already, so a read that
// fails is no reason to answer that the call did.
func (s service) await(ctx context.Context, c *httpapi.Call, r *run.Run, wait time.Duration) *run.Run {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	// The first looks come quickly: most runs are decided within milliseconds.
	for pause := 2 * time.Millisecond; r.Status == run.Requested; pause = min(2*pause, 250*time.Millisecond) {
		select {
		case <-ctx.Done():
			return r
		case <-time.After(pause):
		}
		next, err := s.Store.Load(ctx, r.ID)
		switch {
		case err == nil:
			r = next
		case ctx.Err() == nil:
			c.Log.Warn("waiting for a decision", "error", err.Error())
		}
	}
	return r
}
