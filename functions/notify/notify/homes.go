package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/signed"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// showHomes has functions/slack show App Homes again, and doesn't wait for it: what they
// hold is for functions/slack alone to read, as each of their people.
func showHomes(ctx context.Context, cfg aws.Config, function string, homes []store.SlackHome) error {
	document, err := json.Marshal(map[string]any{"homes": homes})
	if err != nil {
		return err
	}
	req, err := signed.Request(ctx, cfg, "lambda", http.MethodPost, "/2015-03-31/functions/"+url.QueryEscape(function)+"/invocations", document,
		map[string]string{"Content-Type": "application/json", "X-Amz-Invocation-Type": "Event"})
	if err != nil {
		return fmt.Errorf("invoke functions/slack: %w", err)
	}
	res, err := cfg.HTTPClient.Do(req)
	if err != nil {
		return fmt.Errorf("invoke functions/slack: %w", err)
	}
	if err := res.Body.Close(); err != nil {
		return fmt.Errorf("invoke functions/slack: %w", err)
	}
	if res.StatusCode != http.StatusAccepted {
		return fmt.Errorf("invoke functions/slack: AWS responds %s", res.Status)
	}
	return nil
}
