package slackway

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// responseLimit is how long after a form was kept Slack may still show the response to its
// submission: Slack waits three seconds, and clocks differ.
const responseLimit = 3500 * time.Millisecond

// afterResponse updates the forms that were submitted just now once more. functions/slack
// keeps a form, reads the run and responds; an update that comes before the response is
// overwritten by it, and the form would show what was true before.
func (w *Way) afterResponse(ctx context.Context, api *slack.Client, n deliver.Notice, copies []store.SlackCopy) error {
	var errs []error
	for _, c := range copies {
		wait := c.Submitted.Add(responseLimit).Sub(w.Now())
		if c.Kind != store.SlackView || c.Done || n.Run.Status == run.Requested || wait <= 0 {
			continue
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return errors.Join(append(errs, ctx.Err())...)
		}
		now, err := w.Store.Load(ctx, n.Run.ID)
		if err == nil {
			err = w.update(ctx, api, now, c, n.Link)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
