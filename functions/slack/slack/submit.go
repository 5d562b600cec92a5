package slack

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// The callback ids of forms.
const (
	requestForm = slackui.RequestFormID
	actionForm  = slackui.ActionFormID
)

// errorsOf is the response that leaves a form open, with what is wrong below each field.
func errorsOf(wrong map[string]string) any {
	return slack.NewErrorsViewSubmissionResponse(wrong)
}

// becomes is the response that turns a form into another view.
func becomes(view *slack.ModalViewRequest) any { return slack.NewUpdateViewSubmissionResponse(view) }

// submitted takes a form that was filled in.
func (c *call) submitted(ctx context.Context, in interaction) (any, error) {
	if in.View == nil {
		return nil, badCall("a submission has a view")
	}
	u := in.user()
	s, err := c.unseal(in.View.Metadata, u)
	if err != nil {
		c.refusedForm(u, err)
		return becomes(notice(err.Error())), nil
	}
	who, err := c.who(ctx, u)
	var no refusal
	if errors.As(err, &no) {
		return becomes(notice(string(no))), nil
	}
	if err != nil {
		return nil, err
	}
	switch in.View.CallbackID {
	case requestForm:
		return c.request(ctx, in, s, who)
	case actionForm:
		return c.submitAction(ctx, in, s, who)
	}
	return nil, badCall("unknown form")
}

// request files what a form holds. Refused, what was typed stays.
func (c *call) request(ctx context.Context, in interaction, s sealed, who slackcaller.Caller) (any, error) {
	if s.Flow == "" {
		return errorsOf(map[string]string{slackui.FlowBlock: "Choose what to request."}), nil
	}
	me, err := c.me(ctx, who, s.Flow)
	if err != nil {
		return c.failed(err, slackui.FlowBlock)
	}
	f := me.Flow
	if f == nil || digest(*f) != s.Form {
		return becomes(slackui.Notice("Changed", "The form of this flow has changed since you opened it. Open it again.")), nil
	}
	filled, wrong := c.filled(ctx, in, *f)
	if len(wrong) > 0 {
		return errorsOf(wrong), nil
	}
	if filled.Changed() {
		view, err := c.formOf(in.user(), slackui.Form{Flows: requestable(me.Flows), Flow: f, Filled: &filled, Again: true}, s.Channel)
		if err != nil {
			return nil, err
		}
		return becomes(view), nil
	}
	var r api.Request
	err = c.do(ctx, c.Request, who, operation{route: "POST /requests", body: filled.Request(), key: "slack:" + in.View.ID, place: s.Channel, wait: c.patience(ctx)}, &r)
	var p problem
	if errors.As(err, &p) && (p.Status == http.StatusBadRequest || p.Status == http.StatusForbidden && len(p.Errors) > 0) {
		return errorsOf(filled.Errors(p.Problem)), nil
	}
	if err != nil {
		return c.failed(unanswered(err), slackui.FlowBlock)
	}
	return becomes(c.outcome(ctx, in, who, r)), nil
}

// patience returns how many seconds to wait for a decision: the response needs some time
// of its own.
func (c *call) patience(ctx context.Context) int {
	if until, is := ctx.Deadline(); is && time.Until(until) < 1700*time.Millisecond {
		return 0
	}
	return 1
}

// outcome keeps that the form shows the request, and returns what it shows now.
func (c *call) outcome(ctx context.Context, in interaction, who slackcaller.Caller, r api.Request) *slack.ModalViewRequest {
	if goesOn(r) {
		r = c.keepModal(ctx, who, r, store.SlackCopy{Key: in.View.ID, Submitted: c.Now().UTC()})
	}
	return slackui.Outcome(r, c.link(r.ID))
}

// failed shows below a field what the engine refused; an error that is none of the
// person's says to try again.
func (c *call) failed(err error, block string) (any, error) {
	var p problem
	if errors.As(err, &p) && p.Status < 500 {
		return errorsOf(map[string]string{block: slackui.Line(said(p), slackui.MaxError)}), nil
	}
	c.log.Error("call failed", "error", err.Error())
	return errorsOf(map[string]string{block: notDone(err)}), nil
}

// filled reads the form of a flow. wrong is by block.
func (c *call) filled(ctx context.Context, in interaction, f api.Flow) (out slackui.Filled, wrong map[string]string) {
	wrong = map[string]string{}
	read := func(block string) slackui.Input {
		i := in.of(block, slackui.Element)
		v := slackui.Input{Text: i.text(), Chosen: i.chosen()}
		if i.At > 0 {
			v.At = time.Unix(i.At, 0).UTC()
		}
		for _, o := range i.Several {
			v.Several = append(v.Several, o.Value)
		}
		if i.User != "" {
			other, err := c.who(ctx, user{team: in.user().team, enterprise: in.user().enterprise, id: i.User})
			if err != nil {
				wrong[block] = "Slack has no confirmed e-mail address of this person here."
				return v
			}
			v.Text = other.Email
		}
		return v
	}
	out = slackui.Fill(f, in.blocks(), read)
	return out, wrong
}

// Views keeps for functions/notify which open form and which clicked card shows which
// request, and who looks at their App Home.
type Views interface {
	Keep(ctx context.Context, requestID string, c store.SlackCopy, now time.Time) error
	KeepHome(ctx context.Context, h store.SlackHome, now time.Time) error
}
