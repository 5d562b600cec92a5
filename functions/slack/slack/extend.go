package slack

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// openExtend shows the form in which access is extended. Who may not extend it learns why.
func (c *call) openExtend(ctx context.Context, in interaction, id string) error {
	_, v, r, ok, err := c.about(ctx, in, id)
	if err != nil || !ok {
		return err
	}
	may := api.ExtendAllowed{Why: "This access can't be extended now: it is not active, or not yours, or its flow does not let it be extended."}
	if r.You != nil && r.You.Extend != nil {
		may = *r.You.Extend
	}
	if x := r.Extension; x != nil && may.May {
		switch x.Status {
		case api.StatusRequested, api.StatusPending, api.StatusApproved:
			may = api.ExtendAllowed{Why: "Request " + x.ID + " to extend this access is open. Only one can be."}
		}
	}
	if !may.May {
		return c.show(ctx, v, notice(may.Why))
	}
	metadata, err := c.seal(sealed{Request: r.ID, Action: slackui.ActionExtend}, in.user())
	if err != nil {
		return err
	}
	return c.show(ctx, v, slackui.ExtendForm(r, may, metadata))
}

// extend requests an extension of access, as the form says. Its outcome is shown as that of
// any new request.
func (c *call) extend(ctx context.Context, in interaction, s sealed, who slackcaller.Caller) (any, error) {
	body := map[string]any{}
	n, err := strconv.Atoi(in.of(slackui.DurationBlock, slackui.Element).chosen())
	if err != nil || n < 1 {
		return errorsOf(map[string]string{slackui.DurationBlock: "Choose a time."}), nil
	}
	body["duration_seconds"] = n
	if reason := strings.TrimSpace(in.of(slackui.ReasonBlock, slackui.Element).text()); reason != "" {
		body["reason"] = reason
	}
	var r api.Request
	err = c.do(ctx, c.Request, who, operation{
		route: "POST /requests/{id}/extend", path: map[string]string{"id": s.Request}, body: body, key: "slack:" + in.View.ID, wait: c.patience(ctx),
	}, &r)
	var p problem
	switch {
	case err == nil:
		return becomes(c.outcome(ctx, in, who, r)), nil
	case errors.As(err, &p) && p.Status == http.StatusBadRequest:
		return errorsOf(wrongOf(p, slackui.DurationBlock)), nil
	case errors.As(err, &p) && p.Status < 500 && p.Status != http.StatusTooManyRequests:
		return becomes(notice(said(p))), nil
	}
	return c.failed(unanswered(err), slackui.DurationBlock)
}

// wrongOf returns what is wrong with the form of an action, by block: below the block given
// unless it is about the reason.
func wrongOf(p problem, block string) map[string]string {
	wrong := map[string]string{}
	for _, e := range p.Errors {
		at := block
		if e.Field == "reason" || e.Field == "note" {
			at = slackui.ReasonBlock
		}
		if wrong[at] == "" {
			wrong[at] = slackui.Line(e.Detail, slackui.MaxError)
		}
	}
	if len(wrong) == 0 {
		wrong[block] = slackui.Line(said(p), slackui.MaxError)
	}
	return wrong
}
