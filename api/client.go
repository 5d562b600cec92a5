package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client calls the API. It is safe for concurrent use.
//
// The error of a call is a [*Problem] if the API refused it, a [*ConnectionError] if
// it got no response, and a [*ResponseError] if the response is not one of this API.
type Client struct {
	url     string
	signer  Signer
	options Options
}

// Options change how a [Client] calls.
type Options struct {
	// HTTPClient sends the calls. Nil is a client with a timeout of 40 seconds. Redirects
	// are never followed, whatever it says: the credentials are for the API alone.
	HTTPClient *http.Client
	// UserAgent is the User-Agent header. Empty is "fasttrack-go".
	UserAgent string
	// Channel is what the history shows as the channel of requests and actions:
	// [ChannelWeb] for a web page, [ChannelCLI] for a command line. Empty is [ChannelAPI].
	// It is the program's own statement, and identifies nobody.
	Channel Channel
	// Retries is how often a call is retried that got no response, or a [Problem] that is
	// [Problem.Temporary]. 0 is 2 retries; negative is none. Every call is safe to retry:
	// those that change something have an idempotency key.
	Retries int
}

// New returns a client of the API at apiURL, which is the stack's output ApiUrl, or the
// URL of a custom domain with its base path. It returns the error of [CheckURL].
func New(apiURL string, signer Signer) (*Client, error) {
	return NewWithOptions(apiURL, signer, Options{})
}

// NewWithOptions is [New] with options.
func NewWithOptions(apiURL string, signer Signer, o Options) (*Client, error) {
	if err := CheckURL(apiURL); err != nil {
		return nil, err
	}
	h := http.Client{Timeout: 40 * time.Second}
	if o.HTTPClient != nil {
		h = *o.HTTPClient
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	o.HTTPClient = &h
	if o.UserAgent == "" {
		o.UserAgent = "fasttrack-go"
	}
	if o.Retries == 0 {
		o.Retries = 2
	}
	return &Client{url: strings.TrimRight(apiURL, "/"), signer: signer, options: o}, nil
}

// Response is an HTTP response of the API; see [Capture].
type Response struct {
	Status int
	Header http.Header
	// Body is the body as it came, with members that this release doesn't know.
	Body json.RawMessage
}

// CallOption changes one call.
type CallOption func(*call)

// Capture stores the HTTP response of a call. It is the one that made the call
// succeed, or the last one.
func Capture(r *Response) CallOption { return func(c *call) { c.capture = r } }

// call is one call of the API.
type call struct {
	method, path string
	query        url.Values
	header       http.Header
	body         any
	capture      *Response
}

// post is a call that changes something, which a key makes safe to repeat.
func post(path, key string, body any) *call {
	if key == "" {
		key = rand.Text()
	}
	return &call{method: http.MethodPost, path: path, body: body, header: http.Header{"Idempotency-Key": {key}}}
}

func get(path string) *call { return &call{method: http.MethodGet, path: path, header: http.Header{}} }

// prefer asks the API to wait before it responds.
func (c *call) prefer(wait time.Duration) error {
	if wait < 0 || wait > MaxWait {
		return fmt.Errorf("wait must be between 0 and %s, got %s", MaxWait, wait)
	}
	if seconds := int(wait.Seconds()); seconds > 0 {
		c.header.Set("Prefer", fmt.Sprintf("wait=%d", seconds))
	}
	return nil
}

// made makes the call and returns its response as it came.
func (client *Client) made(ctx context.Context, c *call, opts []CallOption) (Response, error) {
	for _, o := range opts {
		o(c)
	}
	r, err := client.do(ctx, c)
	if c.capture != nil {
		*c.capture = r
	}
	return r, err
}

// decode makes the call and decodes its response.
func decode[T any](ctx context.Context, client *Client, c *call, opts []CallOption) (*T, Response, error) {
	r, err := client.made(ctx, c, opts)
	if err != nil {
		return nil, r, err
	}
	v := new(T)
	if err := json.Unmarshal(r.Body, v); err != nil {
		if !isJSON(r.Header) {
			err = fmt.Errorf("its content type is %q, not JSON", r.Header.Get("Content-Type"))
		}
		return nil, r, &ResponseError{client.url, r.Status, err}
	}
	return v, r, nil
}
