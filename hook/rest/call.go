package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/fasttrack-dev/fasttrack/hook/internal/limit"
)

// Request is a call of any method.
type Request struct {
	// Method is GET if empty.
	Method string
	// Path is appended to the client's base URL. It is escaped already; see [Path].
	Path  string
	Query url.Values
	// Body is sent as JSON; a [url.Values] as a form.
	Body any
}

// Get calls path and decodes the response into v, as encoding/json does.
func (c *Client) Get(ctx context.Context, path string, query url.Values, v any) error {
	_, err := c.Do(ctx, Request{Path: path, Query: query}, v)
	return err
}

// Post sends body as JSON, or as a form if it is a [url.Values], and decodes the
// response into v. See [Client.Do] for when it is sent twice.
func (c *Client) Post(ctx context.Context, path string, body, v any) error {
	_, err := c.Do(ctx, Request{Method: http.MethodPost, Path: path, Body: body}, v)
	return err
}

// Do sends a request and decodes the response into v; a nil v discards it. Any
// status but 2xx is an [Error]. It returns the response's header.
//
// A POST or PATCH is retried only where it had no effect: after 429 and 503, and
// where no connection was made. The hook itself is called at least once, so make
// what it changes repeatable by the run's id.
func (c *Client) Do(ctx context.Context, r Request, v any) (http.Header, error) {
	target, err := c.url(r.Path, r.Query)
	if err != nil {
		return nil, err
	}
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	body, contentType, err := encode(r.Body)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", c.service, err)
	}
	return c.send(ctx, r.Method, target, body, contentType, v)
}

// encode returns a body and its type; both are empty for none.
func encode(body any) ([]byte, string, error) {
	switch b := body.(type) {
	case nil:
		return nil, "", nil
	case url.Values:
		return []byte(b.Encode()), "application/x-www-form-urlencoded", nil
	}
	raw, err := json.Marshal(body)
	return raw, "application/json", err
}

// send calls until the service answers, the hook's time is nearly over, or a retry is
// of no use.
func (c *Client) send(ctx context.Context, method, target string, body []byte, contentType string, v any) (http.Header, error) {
	started := time.Now()
	ctx, cancel := limit.Within(ctx)
	defer cancel()
	var content any // a nil slice would be a body
	if contentType != "" {
		content = body
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, method, target, content)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", c.service, err)
	}
	if req.Header, err = c.header(ctx); err != nil {
		return nil, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	attempts := &attempts{service: c.service, method: method, started: started}
	resp, err := attempts.client(c.http).Do(req)
	if err != nil {
		return nil, attempts.failed(ctx, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	switch {
	case resp.StatusCode/100 != 2:
		return nil, &Error{Service: c.service, Status: resp.StatusCode, Path: req.URL.Path, Body: raw[:min(len(raw), maxErrorBody)], retryAfter: resp.Header.Get("Retry-After")}
	case err != nil:
		return nil, attempts.failed(ctx, err)
	case len(raw) > maxBody:
		return nil, fmt.Errorf("%s sent more than %d MiB", c.service, maxBody>>20)
	case v == nil:
		return resp.Header, nil
	case len(bytes.TrimSpace(raw)) == 0:
		return nil, fmt.Errorf("%s sent an empty response; it must be JSON", c.service)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return nil, fmt.Errorf("%s sent unexpected JSON: %w", c.service, err)
	}
	return resp.Header, nil
}
