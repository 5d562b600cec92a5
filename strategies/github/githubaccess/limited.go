package githubaccess

import (
	"bytes"
	"net/http"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/rest"
)

// limited recognizes GitHub's primary and secondary rate limits, which it reports by 403
// or 429: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
func limited(status int, header http.Header, body []byte) (wait time.Duration, limited bool) {
	if status != http.StatusForbidden && status != http.StatusTooManyRequests {
		return 0, false
	}
	switch {
	case rest.RetryAfter(header) > 0:
		return rest.RetryAfter(header), true
	case header.Get("X-Ratelimit-Remaining") == "0":
		return rest.Until(header, "X-Ratelimit-Reset"), true
	case status == http.StatusTooManyRequests, bytes.Contains(bytes.ToLower(body), []byte("secondary rate limit")):
		return time.Minute, true // the least that GitHub asks for
	}
	return 0, false
}
