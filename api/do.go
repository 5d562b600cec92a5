package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody is the size of the largest response that is read, in bytes. Lambda responds
// with at most 6 MB.
const maxBody = 8 << 20

// maxPause is the longest wait before a retry. A call whose Retry-After is longer is
// not retried.
const maxPause = 5 * time.Second

// ConnectionError is a call without a response. The API may have received it: repeat
// it with the same idempotency key.
type ConnectionError struct {
	// URL is the API's.
	URL string
	Err error
}

func (e *ConnectionError) Error() string { return fmt.Sprintf("cannot reach %s: %v", e.URL, e.Err) }

// Unwrap returns the cause.
func (e *ConnectionError) Unwrap() error { return e.Err }

// ResponseError is a successful response that is not one of this API: the URL is of
// something else, or the API is of a newer major version.
type ResponseError struct {
	// URL is the API's.
	URL    string
	Status int
	Err    error
}

func (e *ResponseError) Error() string {
	return fmt.Sprintf("unexpected response of %s (%d): %v; is it the URL of the API, and of a version that this program knows?", e.URL, e.Status, e.Err)
}

// Unwrap returns the cause.
func (e *ResponseError) Unwrap() error { return e.Err }

// do makes a call, and retries it.
func (client *Client) do(ctx context.Context, c *call) (Response, error) {
	var body []byte
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return Response{}, fmt.Errorf("encode %s %s: %w", c.method, c.path, err)
		}
	}
	for retries := 0; ; retries++ {
		r, err := client.once(ctx, c, body)
		after, retry := retryable(err)
		if !retry || retries >= client.options.Retries {
			return r, err
		}
		if after == 0 {
			after = 100*time.Millisecond<<retries + rand.N(100*time.Millisecond) // #nosec G404 -- spreads retries, keeps nothing secret
		}
		if end, limited := ctx.Deadline(); after > maxPause || limited && time.Until(end) < after {
			return r, err
		}
		select {
		case <-ctx.Done():
			return r, err
		case <-time.After(after):
		}
	}
}

// retryable reports whether a call that failed may succeed if it is repeated, and how
// long the API wants it to wait.
func retryable(err error) (after time.Duration, retry bool) {
	var p *Problem
	if errors.As(err, &p) {
		return p.RetryAfter, p.Temporary() && p.Type != ProblemDraining
	}
	var c *ConnectionError
	return 0, errors.As(err, &c) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// once makes one attempt of a call.
func (client *Client) once(ctx context.Context, c *call, body []byte) (Response, error) {
	target := client.url + c.path
	if len(c.query) > 0 {
		target += "?" + c.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, c.method, target, bytes.NewReader(body))
	if err != nil {
		return Response{}, err
	}
	req.Header = c.header.Clone()
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json, application/problem+json")
	}
	req.Header.Set("User-Agent", client.options.UserAgent)
	if channel := client.options.Channel; channel != "" && channel != ChannelAPI && c.method == http.MethodPost {
		req.Header.Set("Fasttrack-Channel", string(channel))
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if client.signer != nil {
		if err := client.signer.Sign(ctx, req, body); err != nil {
			return Response{}, err
		}
	}
	res, err := client.options.HTTPClient.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // without the URL, whose query may be private
		}
		return Response{}, &ConnectionError{client.url, err}
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	r := Response{Status: res.StatusCode, Header: res.Header, Body: answer}
	switch {
	case err != nil:
		return r, &ConnectionError{client.url, fmt.Errorf("the response broke off: %w", err)}
	case len(answer) > maxBody:
		return Response{Status: r.Status, Header: r.Header}, &ResponseError{client.url, r.Status, fmt.Errorf("it has more than %d bytes", maxBody)}
	case res.StatusCode >= 300:
		return r, problemOf(client.url, res, answer)
	}
	return r, nil
}

func isJSON(h http.Header) bool {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

// retryAfter returns the Retry-After header in its form of seconds.
func retryAfter(h http.Header) time.Duration {
	if n, err := strconv.ParseUint(h.Get("Retry-After"), 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	return 0
}
