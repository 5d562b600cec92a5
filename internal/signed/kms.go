package signed

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// maxKMS is how long a response of KMS may be.
const maxKMS = 64 << 10

// KMS calls an operation of KMS, and reads its response into out.
func KMS(ctx context.Context, cfg aws.Config, operation string, in, out any) error {
	t := target{"kms", "TrentService", operation}
	raw, err := call(ctx, cfg, t, in, maxKMS)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%s: the response is not valid", t) // it may hold a key
	}
	return nil
}
