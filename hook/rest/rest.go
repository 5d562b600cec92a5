// Package rest calls the HTTP API of another system from a hook. It reads and
// writes JSON, and takes care of what a hook must not get wrong:
//
//   - A call, with its retries, ends half a second before the hook's time limit, so
//     that the hook can still report the failure.
//   - A call is retried after a status that passes: 429 and 5xx. It waits as long as
//     the response asks for (Retry-After, or the rate limit headers of Okta,
//     PagerDuty and OneLogin), and fails at once where that is longer than the hook
//     has.
//   - Redirects are not followed, and only https is called, or http on this machine:
//     the credentials reach the named host and no other.
//   - An error names the service and says what to do. A reviewer reads it in the
//     request's history, so it holds neither the URL nor the response.
//
// An integration of your own is a client, a type and a call; see the example.
package rest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// The limits on one call.
const (
	maxBody = 4 << 20 // bytes of a response
	attempt = 4 * time.Second
	retries = 4
)

// MaxPages is the number of pages of a list that are read. A longer list is an
// error: a part of it would answer wrongly.
const MaxPages = 100

// Client calls one service. It is safe for concurrent use.
type Client struct {
	service string
	base    *url.URL
	auth    Auth
	http    *http.Client
}

// Auth adds credentials to the header of a request.
type Auth func(context.Context, http.Header) error

// Bearer sends a token as "Authorization: Bearer TOKEN".
func Bearer(token func(context.Context) (string, error)) Auth {
	return func(ctx context.Context, h http.Header) error {
		text, err := token(ctx)
		h.Set("Authorization", "Bearer "+text)
		return err
	}
}

// Basic sends credentials of the form "user:password" by HTTP's basic
// authentication.
func Basic(credentials func(context.Context) (string, error)) Auth {
	return func(ctx context.Context, h http.Header) error {
		pair, err := credentials(ctx)
		if err != nil {
			return err
		}
		user, password, found := strings.Cut(pair, ":")
		if !found || user == "" || password == "" {
			return errors.New(`the credentials must be "user:password"; check the secret`)
		}
		r := http.Request{Header: h}
		r.SetBasicAuth(user, password)
		return nil
	}
}

// New returns a client. service is the name that errors have ("PagerDuty"), baseURL
// is what paths are appended to, and a nil auth sends no credentials.
//
// The base URL is https, or http on this machine, as in tests. Each call reports a
// base URL that is invalid, so that New needs no error.
func New(service, baseURL string, auth Auth) *Client {
	if auth == nil {
		auth = func(context.Context, http.Header) error { return nil }
	}
	c := &Client{service: service, auth: auth, http: &http.Client{
		Timeout:       attempt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if u, err := url.Parse(strings.TrimRight(baseURL, "/")); err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())) {
		c.base = u
	}
	return c
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Path joins segments to a path, each escaped: Path("users", "a/b") is "/users/a%2Fb".
func Path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(s))
	}
	return b.String()
}

// url returns the address of a path. A segment "." or ".." would lead to another
// path than the one that was written, so it is refused.
func (c *Client) url(path string, query url.Values) (string, error) {
	if c.base == nil {
		return "", fmt.Errorf("the URL of %s must be https://HOST; http is for this machine alone", c.service)
	}
	for segment := range strings.SplitSeq(path, "/") {
		if s, err := url.PathUnescape(segment); err != nil || s == "." || s == ".." {
			return "", fmt.Errorf("call %s: %q can't be a segment of a path", c.service, segment)
		}
	}
	u := c.base.String() + path
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	return u, nil
}

// header returns the header of a request, with credentials.
func (c *Client) header(ctx context.Context) (http.Header, error) {
	h := http.Header{"Accept": {"application/json"}, "User-Agent": {"fasttrack"}}
	if err := c.auth(ctx, h); err != nil {
		return nil, err
	}
	for _, values := range h {
		if strings.ContainsFunc(strings.Join(values, ""), unicode.IsControl) {
			return nil, fmt.Errorf("the credentials for %s hold a line break or another control character; check the secret", c.service)
		}
	}
	return h, nil
}
