package rest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// attempts are those of one call.
type attempts struct {
	service, method string
	started         time.Time
	status          int   // of the last response that is retried
	broken          error // of the last attempt without a response
}

func (a *attempts) client(h *http.Client) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient: h, RetryMax: retries, RetryWaitMin: 200 * time.Millisecond, RetryWaitMax: 2 * time.Second,
		Backoff:      retryablehttp.DefaultBackoff, // which waits for Retry-After
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		CheckRetry: func(ctx context.Context, resp *http.Response, err error) (bool, error) {
			if err != nil && ctx.Err() == nil {
				a.broken = err
			}
			again, err := retryablehttp.DefaultRetryPolicy(ctx, resp, err)
			if err != nil || !again || !a.repeatable(resp) {
				return false, err
			}
			if resp == nil {
				return true, nil
			}
			a.status = resp.StatusCode
			setRetryAfter(resp)
			end, _ := ctx.Deadline()
			// A wait that is too long for the hook fails at once.
			return time.Now().Add(retryablehttp.DefaultBackoff(0, 0, 0, resp)).Before(end), nil
		},
	}
}

// repeatable reports whether the last attempt may be repeated. One of a method that
// is not idempotent (RFC 9110, section 9.2.2) may only where it had no effect.
func (a *attempts) repeatable(resp *http.Response) bool {
	if a.method != http.MethodPost && a.method != http.MethodPatch {
		return true
	}
	if resp != nil {
		return resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable
	}
	var network *net.OpError
	return errors.As(a.broken, &network) && network.Op == "dial"
}

// resets are the headers that say when a rate limit ends, where a 429 has no
// Retry-After: Okta's as seconds of the Unix epoch, by its own clock
// (https://developer.okta.com/docs/reference/rl-best-practices/), PagerDuty's
// (https://support.pagerduty.com/main/docs/rest-api-rate-limits) and OneLogin's
// (https://developers.onelogin.com/api-docs/2/oauth20-tokens/get-rate-limit) as
// seconds from now.
var resets = []string{"X-Rate-Limit-Reset", "Ratelimit-Reset", "X-Ratelimit-Reset"}

// epoch distinguishes seconds of the Unix epoch from seconds from now: no wait is 30
// years.
const epoch = 1_000_000_000

// setRetryAfter adds a Retry-After to a 429 that has another of the headers.
func setRetryAfter(resp *http.Response) {
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "" {
		return
	}
	for _, name := range resets {
		wait, err := strconv.ParseInt(resp.Header.Get(name), 10, 64)
		if err != nil {
			continue
		}
		if wait >= epoch {
			now, err := http.ParseTime(resp.Header.Get("Date"))
			if err != nil {
				now = time.Now()
			}
			wait -= now.Unix()
		}
		resp.Header.Set("Retry-After", strconv.FormatInt(max(wait, 0), 10))
		return
	}
}

// failed returns the error of a call that has no response.
func (a *attempts) failed(ctx context.Context, err error) error {
	if a.status != 0 {
		return &Error{Service: a.service, Status: a.status}
	}
	if a.broken != nil {
		err = a.broken
	}
	var network *net.OpError
	var timeout net.Error
	switch {
	case a.broken == nil && ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("%s did not respond within %s", a.service, time.Since(a.started).Round(100*time.Millisecond))
	case errors.As(err, &network):
		return fmt.Errorf("%s could not be reached: %w", a.service, network.Err)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // which has no URL in its text
	}
	return fmt.Errorf("%s could not be reached: %w", a.service, err)
}
