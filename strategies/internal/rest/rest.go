// Package rest calls the HTTP API of another system from a strategy function.
//
//   - A call, with its retries, ends a second before the function's time limit, so that
//     the function can still report the failure.
//   - Connections that break and statuses that pass (429, 5xx) are retried. A limit that
//     lasts longer than the function has becomes a [strategy.LaterError], which makes the
//     engine wait.
//   - After a 401 the credentials are read once more, and the call is retried if they
//     changed.
//   - Redirects are not followed, and only https is called, or http on this machine: the
//     credentials reach the named host and no other.
//   - An error holds neither the URL's query, the response nor credentials.
//
// Each call must be repeatable: a response can be lost.
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
	"strings"
	"time"
)

// The limits on one call.
const (
	attempt   = 8 * time.Second
	tries     = 4
	margin    = time.Second
	maxBody   = 8 << 20 // bytes
	firstWait = 200 * time.Millisecond
)

// Credentials authorize calls.
type Credentials interface {
	// Header returns the value of the header Authorization.
	Header(context.Context) (string, error)
	// Rejected reports whether a retry may work after a 401 to that header: the
	// credentials have changed since.
	Rejected(ctx context.Context, header string) (changed bool, err error)
}

// Client calls one service. It is safe for concurrent use.
type Client struct {
	service     string
	base        *url.URL
	credentials Credentials
	header      http.Header
	limited     Limited
	http        *http.Client
}

// Options complete a client.
type Options struct {
	// Credentials authorize each call; nil sends none.
	Credentials Credentials
	// Header is sent with each call.
	Header http.Header
	// Limited recognizes a rate limit; nil is [TooMany].
	Limited Limited
	// Transport sends the requests; nil is [http.DefaultTransport].
	Transport http.RoundTripper
}

// New returns a client of the service, such as "Okta", at baseURL. Each call reports an
// invalid URL.
func New(service, baseURL string, o Options) *Client {
	if o.Limited == nil {
		o.Limited = TooMany
	}
	c := &Client{service: service, credentials: o.Credentials, header: o.Header, limited: o.Limited, http: &http.Client{
		Timeout: attempt, Transport: o.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	u, err := url.Parse(strings.TrimRight(baseURL, "/"))
	if err == nil && u.Host != "" && u.User == nil && u.RawQuery == "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())) {
		c.base = u
	}
	return c
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Path joins segments to a path, each escaped.
func Path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(s))
	}
	return b.String()
}

// Call is one request to the service.
type Call struct {
	// Method is GET if empty.
	Method string
	// Path is appended to the base URL, and is escaped already; see [Path].
	Path  string
	Query url.Values
	// Body is sent as JSON; a [url.Values] as a form.
	Body any
	// Header replaces headers of the client.
	Header http.Header
}

// Do sends a call and decodes the response into v as encoding/json does; a nil v
// discards it. Any status but 2xx is an [Error] or a [strategy.LaterError].
func (c *Client) Do(ctx context.Context, call Call, v any) (http.Header, error) {
	if c.base == nil {
		return nil, fmt.Errorf("the URL of %s must be https://HOST; http is for this machine alone", c.service)
	}
	for segment := range strings.SplitSeq(call.Path, "/") {
		if s, err := url.PathUnescape(segment); err != nil || s == "." || s == ".." {
			return nil, fmt.Errorf("call %s: %q can't be a segment of a path", c.service, segment)
		}
	}
	target := c.base.String() + call.Path
	if len(call.Query) > 0 {
		target += "?" + call.Query.Encode()
	}
	return c.do(ctx, target, call, v)
}

func (c *Client) do(ctx context.Context, target string, call Call, v any) (http.Header, error) {
	var content []byte
	kind := ""
	switch b := call.Body.(type) {
	case nil:
	case url.Values:
		content, kind = []byte(b.Encode()), "application/x-www-form-urlencoded"
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return nil, fmt.Errorf("call %s: %w", c.service, err)
		}
		content, kind = raw, "application/json"
	}
	if call.Method == "" {
		call.Method = http.MethodGet
	}
	ctx, cancel := within(ctx)
	defer cancel()
	r, err := c.send(ctx, target, call, content, kind)
	if err != nil {
		return nil, err
	}
	switch {
	case r.status/100 != 2:
		return r.header, &Error{Service: c.service, Method: call.Method, Path: call.Path, Status: r.status, Body: r.body}
	case v == nil:
		return r.header, nil
	}
	if err := json.Unmarshal(r.body, v); err != nil {
		return nil, fmt.Errorf("%s sent an invalid response to %s %s", c.service, call.Method, call.Path)
	}
	return r.header, nil
}

// within returns a context that ends before the function's time limit.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	if end, limited := ctx.Deadline(); limited {
		return context.WithDeadline(ctx, end.Add(-min(margin, time.Until(end)/4)))
	}
	return context.WithTimeout(ctx, 3*attempt)
}

// response is a response that was read whole.
type response struct {
	status int
	header http.Header
	body   []byte
}

// once sends a request once, and returns the header that authorized it.
func (c *Client) once(ctx context.Context, target string, call Call, content []byte, kind string) (r response, used string, err error) {
	req, err := http.NewRequestWithContext(ctx, call.Method, target, bytes.NewReader(content))
	if err != nil {
		return r, "", errors.New("the request is invalid")
	}
	req.Header = http.Header{"Accept": {"application/json"}, "User-Agent": {"fasttrack"}}
	for _, header := range []http.Header{c.header, call.Header} {
		for name, values := range header {
			req.Header[name] = values
		}
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if c.credentials != nil {
		if used, err = c.credentials.Header(ctx); err != nil {
			return r, "", fatal{err}
		}
		req.Header.Set("Authorization", used)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return r, used, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = fatal{fmt.Errorf("%s sent more than %d MiB", c.service, maxBody>>20)}
	}
	return response{resp.StatusCode, resp.Header, body}, used, err
}

// fatal is an error that a retry does not mend.
type fatal struct{ error }
