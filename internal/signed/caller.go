package signed

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// CallerARN returns whom the credentials of cfg belong to.
func CallerARN(ctx context.Context, cfg aws.Config) (string, error) {
	req, err := Request(ctx, cfg, "sts", http.MethodPost, "/", []byte("Action=GetCallerIdentity&Version=2011-06-15"), map[string]string{
		"Content-Type": "application/x-www-form-urlencoded",
	})
	if err != nil {
		return "", err
	}
	res, err := client(cfg).Do(req)
	if err != nil {
		return "", fmt.Errorf("sts:GetCallerIdentity: %w", err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return "", fmt.Errorf("sts:GetCallerIdentity: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("sts:GetCallerIdentity: AWS responds %s", res.Status)
	}
	var out struct {
		ARN string `xml:"GetCallerIdentityResult>Arn"`
	}
	if err := xml.Unmarshal(raw, &out); err != nil || out.ARN == "" {
		return "", errors.New("sts:GetCallerIdentity: the response is not valid")
	}
	return out.ARN, nil
}
