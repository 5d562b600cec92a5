package digest

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
)

// ByKMS signs by the key of that ARN, which never leaves KMS.
func ByKMS(client *kms.Client, keyARN string) Signer {
	return func(ctx context.Context, message []byte) ([]byte, error) {
		out, err := client.Sign(ctx, &kms.SignInput{
			KeyId: &keyARN, Message: message, MessageType: types.MessageTypeDigest, SigningAlgorithm: digest.Algorithm,
		})
		if err != nil {
			return nil, fmt.Errorf("sign by %s: %w", keyARN, err)
		}
		return out.Signature, nil
	}
}
