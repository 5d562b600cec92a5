// Package awshttp is the HTTP client for AWS SDK clients: it sends each request in
// one piece.
//
// The SDK closes a request's body as soon as the response begins. net/http may
// still be looking for the body's end at that moment: of a body that it does not
// know to be in memory, it has sent everything before. The SDK's closed body then
// reports io.EOF as a failure, net/http closes the connection, and the rest of the
// response is lost. The SDK retries such a call after up to a second. A service
// that answers within a fraction of a millisecond, or a function that waits for a
// processor, loses several in a hundred large responses.
package awshttp

import (
	"bytes"
	"io"
	"net/http"
)

// Doer sends requests, such as an [http.Client].
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Client is an aws.HTTPClient. With a body that is known to be in memory, nothing
// is left to read when the response begins. net/http then also repeats a request
// by itself when its connection turns out to be closed before anything was sent,
// such as after a function was frozen.
//
// It is not for requests that stream their body.
type Client struct{ Doer }

// Do sends r.
func (c Client) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.ContentLength <= 0 {
		return c.Doer.Do(r)
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	whole := r.WithContext(r.Context()) // r's own body stays the SDK's to close
	whole.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	whole.Body = io.NopCloser(bytes.NewReader(content))
	return c.Doer.Do(whole)
}
