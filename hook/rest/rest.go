// Package rest reads the JSON of another system's HTTP API for a hook: within
// the hook's time, again where that helps, and with errors that a reviewer can
// read.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/fasttrack-dev/fasttrack/hook/internal/limit"
)

// The limits on one call.
const (
	maxBody = 4 << 20 // bytes of an answer
	attempt = 4 * time.Second
	retries = 4
)

// MaxPages is how many pages of a list are read at most; a longer list is an
// error, since a part of it would answer wrongly.
const MaxPages = 100

// Client calls one service.
type Client struct {
	service   string
	base      *url.URL
	authorize func(context.Context, http.Header) error
	http      *http.Client
}

// New takes the service's name as errors say it ("PagerDuty"), the URL that
// paths are added to, and a function that adds the credentials to a request's
// header. The URL is https, or http on loopback. A wrong URL is told by every
// call, so that a hook's package can make clients without a place for errors.
func New(service, base string, authorize func(context.Context, http.Header) error) *Client {
	c := &Client{service: service, authorize: authorize, http: &http.Client{
		Timeout: attempt,
		// Credentials go to nobody but the service.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if u, err := url.Parse(strings.TrimRight(base, "/")); err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())) {
		c.base = u
	}
	return c
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Get reads what is at path into v, as encoding/json does, and gives the
// answer's header. The path is already escaped.
func (c *Client) Get(ctx context.Context, path string, query url.Values, v any) (http.Header, error) {
	return c.Do(ctx, http.MethodGet, path, query, nil, v)
}

// Do is [Client.Get] for any method, with a form as its body. It may be sent
// more than once.
func (c *Client) Do(ctx context.Context, method, path string, query, form url.Values, v any) (http.Header, error) {
	if c.base == nil {
		return nil, fmt.Errorf("the URL of %s is not one: https://host was expected", c.service)
	}
	u := c.base.String() + path
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	return c.send(ctx, method, u, form, v)
}

// Next reads the page that the header of the last one links to as rel="next"
// (RFC 8288), if there is one. A link to another host is refused: it would get
// the credentials.
func (c *Client) Next(ctx context.Context, last http.Header, v any) (header http.Header, there bool, err error) {
	next := nextLink(last)
	if next == "" {
		return nil, false, nil
	}
	u, err := c.base.Parse(next)
	if err != nil || u.Scheme != c.base.Scheme || u.Host != c.base.Host {
		return nil, false, fmt.Errorf("%s links to another host for its next page", c.service)
	}
	header, err = c.send(ctx, http.MethodGet, u.String(), nil, v)
	return header, true, err
}

func nextLink(header http.Header) string {
	for _, line := range header.Values("Link") {
		for _, link := range strings.Split(line, ", <") {
			target, params, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(link), "<"), ">")
			if ok && strings.Contains(params, `rel="next"`) {
				return target
			}
		}
	}
	return ""
}

// send calls until it is answered, the hook's time is nearly over, or calling
// again is of no use.
func (c *Client) send(ctx context.Context, method, target string, form url.Values, v any) (http.Header, error) {
	started := time.Now()
	ctx, cancel := limit.Within(ctx)
	defer cancel()
	var body io.ReadSeeker
	if form != nil {
		body = bytes.NewReader([]byte(form.Encode()))
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", c.service, err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "fasttrack")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if err := c.authorize(ctx, req.Header); err != nil {
		return nil, err
	}
	attempts := &attempts{service: c.service, started: started}
	resp, err := attempts.client(c.http).Do(req)
	if err != nil {
		return nil, attempts.failed(ctx, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case resp.StatusCode/100 != 2:
		return nil, &Error{c.service, resp.StatusCode, req.URL.Path, resp.Header.Get("Retry-After")}
	case err != nil:
		return nil, attempts.failed(ctx, err)
	case len(raw) > maxBody:
		return nil, fmt.Errorf("%s answered more than %d MiB", c.service, maxBody>>20)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return nil, fmt.Errorf("%s answered something that is not understood: %w", c.service, err)
	}
	return resp.Header, nil
}

// attempts are those of one call.
type attempts struct {
	service string
	started time.Time
	status  int   // of the last attempt that was answered and is made again
	broken  error // of the last attempt that was not answered
}

func (a *attempts) client(h *http.Client) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient: h, RetryMax: retries, RetryWaitMin: 200 * time.Millisecond, RetryWaitMax: 2 * time.Second,
		Backoff:      retryablehttp.DefaultBackoff, // which minds Retry-After
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
		CheckRetry: func(ctx context.Context, resp *http.Response, err error) (bool, error) {
			if err != nil && ctx.Err() == nil {
				a.broken = err
			}
			again, err := retryablehttp.DefaultRetryPolicy(ctx, resp, err)
			if err != nil || !again || resp == nil {
				return again, err
			}
			a.status = resp.StatusCode
			sayRetryAfter(resp)
			end, _ := ctx.Deadline()
			// What would be waited for in vain is told at once.
			return time.Now().Add(retryablehttp.DefaultBackoff(0, 0, 0, resp)).Before(end), nil
		},
	}
}

// sayRetryAfter gives a 429 the Retry-After that it says otherwise: Okta names the
// second of the Unix epoch at which its limit ends, by its own clock
// (https://developer.okta.com/docs/reference/rl-best-practices/).
func sayRetryAfter(resp *http.Response) {
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "" {
		return
	}
	reset, err := strconv.ParseInt(resp.Header.Get("X-Rate-Limit-Reset"), 10, 64)
	if err != nil {
		return
	}
	now, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	resp.Header.Set("Retry-After", strconv.FormatInt(max(reset-now.Unix(), 0), 10))
}

// failed says why a call has no answer.
func (a *attempts) failed(ctx context.Context, err error) error {
	if a.status != 0 {
		return &Error{service: a.service, Status: a.status}
	}
	if a.broken != nil {
		err = a.broken
	}
	var network *net.OpError
	var timeout net.Error
	switch {
	case a.broken == nil && ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("%s did not answer within %s", a.service, time.Since(a.started).Round(100*time.Millisecond))
	case errors.As(err, &network):
		return fmt.Errorf("%s could not be reached: %w", a.service, network.Err)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // which says it without the URL
	}
	return fmt.Errorf("%s could not be reached: %w", a.service, err)
}
