package signed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// maxSecret is how long a response of Secrets Manager may be: a secret has at most
// 65,536 bytes.
const maxSecret = 1 << 18

// Secret returns the text of a secret of Secrets Manager, the one of an ARN. Its errors hold
// nothing of it.
func Secret(ctx context.Context, cfg aws.Config, arn string) (string, error) {
	raw, err := call(ctx, cfg, target{"secretsmanager", "secretsmanager", "GetSecretValue"}, map[string]string{"SecretId": arn}, maxSecret)
	var no *refusal
	switch {
	case errors.As(err, &no): // of the response, the error code alone is safe to log
		return "", fmt.Errorf("the secret: AWS responds %d %s", no.status, no.code)
	case err != nil:
		return "", err
	}
	var out struct{ SecretString string }
	if json.Unmarshal(raw, &out) != nil || out.SecretString == "" {
		return "", errors.New("the secret has no text")
	}
	return out.SecretString, nil
}
