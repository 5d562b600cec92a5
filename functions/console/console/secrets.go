package console

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// secrets reads secrets from Secrets Manager. The SDK's client would add to each cold
// start, used or not.
type secrets struct {
	cfg aws.Config
}

func secretsOf(cfg aws.Config) secrets { return secrets{cfg} }

// maxSecret is how long a response of Secrets Manager may be: a secret has at most
// 65,536 bytes.
const maxSecret = 1 << 18

// text returns a function that reads a secret's text.
func (s secrets) text(arn string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		body, err := json.Marshal(map[string]string{"SecretId": arn})
		if err != nil {
			return "", err
		}
		r, err := signed.Request(ctx, s.cfg, "secretsmanager", http.MethodPost, "/", body, map[string]string{
			"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.GetSecretValue",
		})
		if err != nil {
			return "", err
		}
		res, err := s.cfg.HTTPClient.Do(r)
		if err != nil {
			return "", fmt.Errorf("call Secrets Manager: %w", err)
		}
		defer res.Body.Close()
		raw, err := io.ReadAll(io.LimitReader(res.Body, maxSecret))
		if err != nil {
			return "", fmt.Errorf("call Secrets Manager: %w", err)
		}
		var out struct {
			SecretString string
			Type         string `json:"__type"`
		}
		err = json.Unmarshal(raw, &out)
		switch {
		case res.StatusCode != http.StatusOK: // of the body, the error code alone is safe to log
			return "", fmt.Errorf("the secret: AWS responds %d %s", res.StatusCode, out.Type[strings.LastIndex(out.Type, "#")+1:])
		case err != nil, out.SecretString == "":
			return "", errors.New("the secret has no text")
		}
		return out.SecretString, nil
	}
}

// minKey is how long the text of a key must be.
const minKey = 32

// keys returns a function that reads the keys of the cookies. The secret holds one, or
// two with a space between during a rotation; the first seals.
func (s secrets) keys(arn string) func(context.Context) ([][]byte, error) {
	read := s.text(arn)
	return func(ctx context.Context) ([][]byte, error) {
		text, err := read(ctx)
		if err != nil {
			return nil, err
		}
		words := strings.Fields(text)
		if len(words) == 0 || len(words) > 2 {
			return nil, fmt.Errorf("the secret must hold one or two keys, with a space between, got %d", len(words))
		}
		var keys [][]byte
		for _, word := range words {
			if len(word) < minKey {
				return nil, fmt.Errorf("a key must have at least %d characters, got %d", minKey, len(word))
			}
			key, err := hkdf.Key(sha256.New, []byte(word), nil, "fasttrack console cookies", 32)
			if err != nil {
				return nil, err
			}
			keys = append(keys, key)
		}
		return keys, nil
	}
}
