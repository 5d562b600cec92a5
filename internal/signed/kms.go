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

// KMS calls an operation of KMS, and retries it if it was throttled or failed on the way.
func KMS(ctx context.Context, cfg aws.Config, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	for n, pause := 1, firstPause; ; n, pause = n+1, 2*pause {
		passing, err := kmsOnce(ctx, cfg, operation, body, out)
		if err == nil || !passing || n == tries {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// kmsOnce makes one call. passing reports that a retry may succeed.
func kmsOnce(ctx context.Context, cfg aws.Config, operation string, body []byte, out any) (passing bool, err error) {
	req, err := Request(ctx, cfg, "kms", http.MethodPost, "/", body, map[string]string{
		"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "TrentService." + operation,
	})
	if err != nil {
		return false, err
	}
	res, err := client(cfg).Do(req)
	if err != nil {
		return true, fmt.Errorf("kms:%s: %w", operation, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return true, fmt.Errorf("kms:%s: %w", operation, err)
	}
	if res.StatusCode != http.StatusOK {
		why := failure(res.StatusCode, raw)
		return res.StatusCode >= 500 || strings.Contains(why.code, "Throttling"), fmt.Errorf("kms:%s: %w", operation, why)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return false, fmt.Errorf("kms:%s: the response is not valid", operation) // it may hold a key
	}
	return false, nil
}

// refusal is an error of KMS.
type refusal struct{ code, message string }

func (r *refusal) Error() string { return r.code + ": " + r.message }

// ErrorCode returns the code of the error, as the SDK's errors do.
func (r *refusal) ErrorCode() string { return r.code }

func failure(status int, raw []byte) *refusal {
	var said struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if json.Unmarshal(raw, &said) != nil || said.Type == "" {
		return &refusal{http.StatusText(status), "no reason was given"}
	}
	return &refusal{said.Type[strings.LastIndex(said.Type, "#")+1:], said.Message}
}

// client is the configuration's, which the SDK's clients use too.
func client(cfg aws.Config) aws.HTTPClient {
	if cfg.HTTPClient != nil {
		return cfg.HTTPClient
	}
	return http.DefaultClient
}
