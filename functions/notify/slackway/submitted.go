package slackway

import (
	"context"
	"errors"
	"slices"
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
	for _, c := range w.submitted(n.Run, copies) {
		select {
		case <-time.After(c.Submitted.Add(responseLimit).Sub(w.Now())):
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

// submitted returns the forms that were submitted just now, the first one first. Waiting for
// one leaves none of the others out.
func (w *Way) submitted(r *run.Run, copies []store.SlackCopy) (forms []store.SlackCopy) {
	if r.Status == run.Requested {
		return nil // the forms show that already
	}
	now := w.Now()
	for _, c := range copies {
		if c.Kind == store.SlackView && !c.Done && c.Submitted.Add(responseLimit).After(now) {
			forms = append(forms, c)
		}
	}
	slices.SortFunc(forms, func(a, b store.SlackCopy) int { return a.Submitted.Compare(b.Submitted) })
	return forms
}
