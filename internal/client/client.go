// Package client calls the API as a person or a machine does.
package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/fasttrack-dev/fasttrack/internal/partition"
)

const maxBody = 8 << 20 // bytes of an answer

// Client calls the API at URL. Each call may be made again: those that change
// something carry an Idempotency-Key.
type Client struct {
	url  string
	http *http.Client
	sign func(ctx context.Context, r *http.Request, body []byte) error
}

// New returns a client of the API at apiURL, the stack's output ApiUrl, whose calls
// are signed by sign. Its error is that of [CheckURL].
func New(apiURL string, sign Signer) (*Client, error) {
	if err := CheckURL(apiURL); err != nil {
		return nil, err
	}
	return &Client{url: strings.TrimRight(apiURL, "/"), http: &http.Client{
		Timeout: 40 * time.Second,
		// What signs a call is for this host alone.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, sign: sign}, nil
}

// Unreachable is an error of a call that got no answer. Whether the API got the
// call is not known.
type Unreachable struct{ error }

func (u Unreachable) Unwrap() error { return u.error }

// Signer adds to a request who calls.
type Signer func(ctx context.Context, r *http.Request, body []byte) error

// Bearer signs with a token.
func Bearer(token string) Signer {
	return func(_ context.Context, r *http.Request, _ []byte) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}

// gatewayHost is an API's own host name
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-publish.html).
var gatewayHost = regexp.MustCompile(`^[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.[a-z0-9.-]+$`)

// SigV4 signs with AWS credentials, for the region in the API's host name, or
// cfg's where it has a name of its own.
func SigV4(cfg aws.Config) Signer {
	signer := v4.NewSigner()
	return func(ctx context.Context, r *http.Request, body []byte) error {
		region := cfg.Region
		if m := gatewayHost.FindStringSubmatch(r.URL.Hostname()); m != nil && partition.HasSuffix(r.URL.Hostname()) {
			region = m[1]
		}
		if region == "" {
			return errors.New("no AWS region is set: set AWS_REGION")
		}
		if cfg.Credentials == nil {
			return errors.New("there are no AWS credentials; see `aws configure`, or give a token in FASTTRACK_TOKEN")
		}
		credentials, err := cfg.Credentials.Retrieve(ctx)
		if err != nil {
			return fmt.Errorf("AWS credentials: %w; see `aws configure`, or give a token in FASTTRACK_TOKEN", err)
		}
		sum := sha256.Sum256(body)
		return signer.SignHTTP(ctx, credentials, r, hex.EncodeToString(sum[:]), "execute-api", region, time.Now())
	}
}

// Do calls method on path, which is escaped, with body as JSON unless it is nil,
// and returns the status and the answer. A status from 300 on is a *Problem.
func (c *Client) Do(ctx context.Context, method, path string, header http.Header, body any) (status int, answer json.RawMessage, err error) {
	var raw []byte
	if body != nil {
		if raw, err = json.Marshal(body); err != nil {
			return 0, nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(raw))
	if err != nil {
		return 0, nil, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if err := c.sign(ctx, req, raw); err != nil {
		return 0, nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return 0, nil, Unreachable{fmt.Errorf("%s can't be reached: %w; is the URL right (--url, FASTTRACK_URL), or `make run` to be started?", c.url, err)}
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return 0, nil, Unreachable{fmt.Errorf("the answer of %s broke off: %w", c.url, err)}
	}
	if res.StatusCode < 300 {
		return res.StatusCode, answer, nil
	}
	return res.StatusCode, answer, problemOf(c.url, res, answer)
}
