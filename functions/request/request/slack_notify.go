package request

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/signed"
)

// notifier invokes functions/notify, which reaches people.
type notifier struct {
	cfg      aws.Config
	function string
}

// NewLinkNotifier returns what notifies both sides of a Slack link, by functions/notify; nil
// without that function.
func NewLinkNotifier(cfg aws.Config, function string) LinkNotifier {
	if function == "" {
		return nil
	}
	return notifier{cfg, function}
}

// Linked has the function invoked later: Lambda keeps the event, and retries it.
func (n notifier) Linked(ctx context.Context, a run.SlackAccount, linked bool) error {
	a.Person.Principal = "" // nobody is shown it
	detail, err := json.Marshal(run.SlackLinkChange{Account: a, Linked: linked})
	if err != nil {
		return err
	}
	document, err := json.Marshal(api.BusEvent{DetailType: run.SlackLinkEvent, Detail: detail})
	if err != nil {
		return err
	}
	req, err := signed.Request(ctx, n.cfg, "lambda", http.MethodPost, "/2015-03-31/functions/"+url.QueryEscape(n.function)+"/invocations", document,
		map[string]string{"Content-Type": "application/json", "X-Amz-Invocation-Type": "Event"})
	if err != nil {
		return err
	}
	res, err := n.cfg.HTTPClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16))
	if res.StatusCode != http.StatusAccepted {
		return fmt.Errorf("invoke functions/notify: AWS responds %s", res.Status)
	}
	return nil
}
