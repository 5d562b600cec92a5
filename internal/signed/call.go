package signed

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// How often a call is made, and the pause after the first try; it doubles.
const (
	tries      = 4
	firstPause = 100 * time.Millisecond
)

// target is an operation of a service that takes and returns JSON. family begins its name
// in the protocol.
type target struct{ service, family, operation string }

func (t target) String() string { return t.service + ":" + t.operation }

// call makes a call, and retries it if it was throttled or failed on the way. It returns up
// to most bytes. What AWS refuses is a [*refusal].
func call(ctx context.Context, cfg aws.Config, t target, in any, most int64) ([]byte, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	for n, pause := 1, firstPause; ; n, pause = n+1, 2*pause {
		raw, passing, err := callOnce(ctx, cfg, t, body, most)
		if err == nil || !passing || n == tries {
			return raw, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// callOnce makes one call. passing reports that a retry may succeed.
func callOnce(ctx context.Context, cfg aws.Config, t target, body []byte, most int64) (raw []byte, passing bool, err error) {
	req, err := Request(ctx, cfg, t.service, http.MethodPost, "/", body, map[string]string{
		"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": t.family + "." + t.operation,
	})
	if err != nil {
		return nil, false, err
	}
	res, err := client(cfg).Do(req)
	if err != nil {
		return nil, true, fmt.Errorf("%s: %w", t, err)
	}
	defer res.Body.Close()
	raw, err = io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return nil, true, fmt.Errorf("%s: %w", t, err)
	}
	if res.StatusCode != http.StatusOK {
		why := failure(res.StatusCode, raw)
		return nil, res.StatusCode >= 500 || strings.Contains(why.code, "Throttling"), fmt.Errorf("%s: %w", t, why)
	}
	return raw, false, nil
}

// refusal is an error of AWS.
type refusal struct {
	status        int
	code, message string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

// ErrorCode returns the code of the error, as the SDK's errors do.
func (r *refusal) ErrorCode() string { return r.code }

func failure(status int, raw []byte) *refusal {
	var said struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if json.Unmarshal(raw, &said) != nil || said.Type == "" {
		return &refusal{status, http.StatusText(status), "no reason was given"}
	}
	return &refusal{status, said.Type[strings.LastIndex(said.Type, "#")+1:], said.Message}
}

// client is the configuration's, which the SDK's clients use too.
func client(cfg aws.Config) aws.HTTPClient {
	if cfg.HTTPClient != nil {
		return cfg.HTTPClient
	}
	return http.DefaultClient
}
