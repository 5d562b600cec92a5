package slack

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// eventOf has the actions of the API by the button.
var eventOf = map[string]api.EventName{
	slackui.ActionApprove: api.EventApprove, slackui.ActionShorten: api.EventApprove, slackui.ActionDeny: api.EventDeny,
	slackui.ActionWithdraw: api.EventWithdraw, slackui.ActionRevoke: api.EventRevoke, slackui.ActionReturn: api.EventRevoke,
	slackui.ActionReview: api.EventReview, slackui.ActionConfirm: api.EventConfirm,
}

// clicked serves a click on a button, or the choice of a flow in the form.
func (c *call) clicked(ctx context.Context, in interaction) error {
	for _, a := range in.Actions {
		switch {
		case a.ActionID == slackui.ActionFlow && a.Selected != nil && in.View != nil:
			return c.chooseFlow(ctx, in, a.Selected.Value)
		case a.ActionID == slackui.Element && in.View != nil && in.View.CallbackID == requestForm:
			return c.evaluate(ctx, in)
		case a.ActionID == slackui.ActionRequest:
			return c.openForm(ctx, in.user(), in.Trigger, place{})
		case a.ActionID == slackui.ActionLink:
			return c.openLink(ctx, in.user(), in.Trigger)
		case a.ActionID == slackui.ActionExtend:
			return c.openExtend(ctx, in, a.Value)
		case eventOf[a.ActionID] != "":
			return c.button(ctx, in, a.ActionID, a.Value, a.TS)
		}
	}
	return nil // such as a link, which Slack opens itself
}

// about opens a modal for a click on a button of a request: that Slack takes the trigger
// proves the click. Then it reads the request. ok is false where nothing is left to do.
func (c *call) about(ctx context.Context, in interaction, id string) (who slackcaller.Caller, v opened, r api.Request, ok bool, err error) {
	u := in.user()
	who, v, ok, err = c.opening(ctx, u, in.Trigger)
	if err != nil {
		return who, v, r, false, c.clickAgain(ctx, in, err)
	}
	if !ok {
		if c.home(u) == "" && in.ResponseURL != "" {
			err = c.answer(ctx, in.ResponseURL, "This Slack workspace may not use fasttrack.")
		}
		return who, v, r, false, err
	}
	if r, err = c.read(ctx, who, id); err != nil {
		return who, v, r, false, c.explain(ctx, v, u, err)
	}
	return who, v, r, true, nil
}

// button serves a button that acts on a request. Who may not act learns why before typing a
// reason.
func (c *call) button(ctx context.Context, in interaction, action, id, ts string) error {
	u := in.user()
	who, v, r, ok, err := c.about(ctx, in, id)
	if err != nil || !ok {
		return err
	}
	if action != slackui.ActionReturn && action != slackui.ActionConfirm { // which are on no card
		c.keepCard(ctx, in, r)
	}
	may := allowed(r, eventOf[action])
	if !may.May {
		err := c.show(ctx, v, notice(late(r, may.Why)))
		c.refresh(ctx, in, who, r)
		return err
	}
	needs := may.ReasonRequired != nil && *may.ReasonRequired
	if action == slackui.ActionDeny || action == slackui.ActionShorten || action == slackui.ActionRevoke || action == slackui.ActionWithdraw || action == slackui.ActionReview || needs {
		metadata, err := c.seal(sealed{Request: r.ID, Action: action}, u)
		if err != nil {
			return err
		}
		if action == slackui.ActionReview {
			return c.show(ctx, v, slackui.ReviewForm(r, metadata))
		}
		return c.show(ctx, v, slackui.ActionForm(r, action, needs, metadata))
	}
	view, err := c.act(ctx, who, r.ID, action, slackui.ActionValues{}, "slack:"+cmp.Or(ts, v.id)+":"+u.id, store.SlackCopy{Key: v.id})
	if err != nil {
		return c.explain(ctx, v, u, err)
	}
	if err := c.show(ctx, v, view); err != nil {
		return err
	}
	if in.View != nil && in.View.Type == "home" {
		return c.showHome(ctx, u, who)
	}
	return nil
}

// act acts on a request, and returns the view of what came of it. If more is to come, or
// the engine does not respond in time, the modal is kept: it shows that later.
func (c *call) act(ctx context.Context, who slackcaller.Caller, id, action string, values slackui.ActionValues, key string, modal store.SlackCopy) (*slack.ModalViewRequest, error) {
	modal.Action = string(eventOf[action])
	body := map[string]any{}
	if values.Reason != "" {
		body["reason"] = values.Reason
	}
	if values.Verdict != "" {
		body = map[string]any{"verdict": values.Verdict, "note": values.Reason}
	}
	if values.DurationSeconds > 0 {
		body["duration_seconds"] = values.DurationSeconds
	}
	var r api.Request
	err := c.do(ctx, c.Approve, who, operation{
		route: "POST /requests/{id}/" + string(eventOf[action]), path: map[string]string{"id": id}, body: body, key: key, spare: acting,
	}, &r)
	ctx, cancel := c.showing(ctx)
	defer cancel()
	if err != nil {
		err = unanswered(err)
		if errors.Is(err, errUnanswered) && modal.Submitted.IsZero() { // no form that somebody fills in
			c.keepModal(ctx, who, api.Request{ID: id}, modal)
		}
		return nil, err
	}
	if goesOn(r) {
		r = c.keepModal(ctx, who, r, modal)
	}
	return slackui.Acted(r, eventOf[action], c.link(r.ID)), nil
}

// submitAction takes the form of an action: its reason, or a shorter time.
func (c *call) submitAction(ctx context.Context, in interaction, s sealed, who slackcaller.Caller) (any, error) {
	switch {
	case s.Request != "" && s.Action == slackui.ActionExtend:
		return c.extend(ctx, in, s, who)
	case eventOf[s.Action] == "" || s.Request == "":
		return nil, badCall("unknown action")
	}
	values := slackui.ActionValues{Reason: strings.TrimSpace(in.of(slackui.ReasonBlock, slackui.Element).text())}
	block := slackui.ReasonBlock
	if s.Action == slackui.ActionShorten {
		n, err := strconv.Atoi(in.of(slackui.DurationBlock, slackui.Element).chosen())
		if err != nil || n < 1 {
			return errorsOf(map[string]string{slackui.DurationBlock: "Choose a time."}), nil
		}
		values.DurationSeconds, block = n, slackui.DurationBlock
	}
	if s.Action == slackui.ActionReview {
		values.Verdict, block = api.ReviewVerdict(in.of(slackui.VerdictBlock, slackui.Element).chosen()), slackui.VerdictBlock
		if values.Verdict == "" {
			return errorsOf(map[string]string{block: "Choose a verdict."}), nil
		}
	}
	view, err := c.act(ctx, who, s.Request, s.Action, values, "slack:"+in.View.ID, store.SlackCopy{Key: in.View.ID, Submitted: c.Now().UTC()})
	var p problem
	switch {
	case err == nil:
		return becomes(view), nil
	case errors.As(err, &p) && p.Status == http.StatusBadRequest:
		return errorsOf(wrongOf(p, block)), nil
	case errors.As(err, &p) && p.Status < 500 && p.Status != http.StatusTooManyRequests:
		return becomes(notice(said(p))), nil
	}
	return c.failed(err, block)
}

// allowed returns whether the user may do it, by what the engine said.
func allowed(r api.Request, e api.EventName) api.Allowed {
	if r.You == nil { // of an older release
		return api.Allowed{May: true}
	}
	switch e {
	case api.EventApprove:
		return r.You.Approve
	case api.EventDeny:
		return r.You.Deny
	case api.EventRevoke:
		return r.You.Revoke
	case api.EventWithdraw:
		if r.You.Withdraw != nil {
			return *r.You.Withdraw
		}
		return api.Allowed{Why: "You have no approval of this request to withdraw."}
	case api.EventConfirm:
		if c := r.You.Confirm; c != nil {
			return api.Allowed{May: c.May, Why: c.Why}
		}
		return api.Allowed{Why: "You have no access by this request to confirm."}
	case api.EventReview:
		if r.You.Review != nil {
			return *r.You.Review
		}
		return api.Allowed{Why: "This request is no emergency, so it needs no review."}
	}
	return api.Allowed{Why: "Unknown action."}
}

// late says why not, and who decided if somebody has.
func late(r api.Request, why string) string {
	if r.Decision != nil && !strings.Contains(why, "your") && !strings.Contains(why, "You ") {
		return why + " " + slackui.Headline(r) + "."
	}
	return why
}

// clickAgain says to a person whose click has no proof that nothing was done.
func (c *call) clickAgain(ctx context.Context, in interaction, err error) error {
	c.log.Warn("a click without proof", "error", err.Error())
	if in.ResponseURL == "" {
		return nil
	}
	ctx, cancel := c.showing(ctx)
	defer cancel()
	return c.answer(ctx, in.ResponseURL, "Slack took too long to confirm that it was you. Nothing was done. Click again.")
}
