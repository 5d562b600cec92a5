package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Limited reports whether a response says that the service takes no more calls for now,
// and for how long; 0 if it does not say.
type Limited func(status int, header http.Header, body []byte) (wait time.Duration, limited bool)

// TooMany is the [Limited] of a service that sends 429, with Retry-After or without.
func TooMany(status int, header http.Header, _ []byte) (time.Duration, bool) {
	if status != http.StatusTooManyRequests {
		return 0, false
	}
	return RetryAfter(header), true
}

// RetryAfter returns the time that the header Retry-After asks for, 0 for none.
func RetryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if n, err := strconv.ParseFloat(value, 64); err == nil && n > 0 {
		return time.Duration(min(n, 86400) * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(sent(header)), 0)
	}
	return 0
}

// Until returns the time until a header's value, in seconds since 1970, by the
// service's own clock; 0 for none.
func Until(header http.Header, name string) time.Duration {
	n, err := strconv.ParseInt(header.Get(name), 10, 64)
	if err != nil {
		return 0
	}
	// The whole second must be over.
	return min(max(time.Unix(n, 0).Sub(sent(header))+time.Second, time.Second), 24*time.Hour)
}

// sent is when the service sent a response, by its own clock.
func sent(header http.Header) time.Time {
	if at, err := http.ParseTime(header.Get("Date")); err == nil {
		return at
	}
	return time.Now()
}

// unsaid is how long a limit lasts that the service grants no time for.
const unsaid = 2 * time.Second

// send sends a request until the service responds, the time is over, or a retry is of no
// use.
func (c *Client) send(ctx context.Context, target string, call Call, content []byte, kind string) (response, error) {
	renewed := false
	for try := 1; ; try++ {
		r, used, err := c.once(ctx, target, call, content, kind)
		wait := firstWait << (try - 1)
		var failure error
		var final fatal
		switch {
		case errors.As(err, &final):
			return r, final.error
		case err != nil && ctx.Err() != nil:
			return r, fmt.Errorf("%s did not respond in time", c.service)
		case err != nil:
			failure = fmt.Errorf("%s can't be reached", c.service)
		case r.status == http.StatusUnauthorized && c.credentials != nil && !renewed:
			changed, err := c.credentials.Rejected(ctx, used)
			if err != nil || !changed {
				return r, err
			}
			renewed = true
			continue
		case r.status/100 == 5:
			failure, wait = &Error{Service: c.service, Method: call.Method, Path: call.Path, Status: r.status}, max(wait, RetryAfter(r.header))
		default:
			d, limited := c.limited(r.status, r.header, r.body)
			if !limited {
				return r, nil
			}
			wait = max(d, wait)
			failure = strategy.Later(max(d, unsaid), "%s takes no more calls for now (%d)", c.service, r.status)
		}
		if try == tries || !pause(ctx, wait) {
			return r, failure
		}
	}
}

// least is the time that must be left for the call after a pause.
const least = 2 * time.Second

// pause waits, and reports whether there is time for the call after that.
func pause(ctx context.Context, d time.Duration) bool {
	if end, limited := ctx.Deadline(); limited && time.Until(end) < d+least {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
