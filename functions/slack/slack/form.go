package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// place is what a form is opened for: a flow, "" to choose one, and the id of the channel
// in which the user typed, "" for none.
type place struct{ flow, channel string }

// openForm opens the form of a request: of the flow named, of the only one, or with the
// choice of a flow.
func (c *call) openForm(ctx context.Context, u user, trigger string, at place) error {
	if who, is := c.known(u); is {
		// One call of Slack is enough: the form itself takes the trigger.
		if view, err := c.form(ctx, u, who, at); err == nil {
			_, err = c.open(ctx, u, trigger, view)
			return err
		}
	}
	who, v, ok, err := c.opening(ctx, u, trigger)
	if err != nil || !ok {
		return err
	}
	view, err := c.form(ctx, u, who, at)
	if err != nil {
		return c.explain(ctx, v, u, err)
	}
	return c.show(ctx, v, view)
}

// form returns the form of a flow for a user.
func (c *call) form(ctx context.Context, u user, who slackcaller.Caller, at place) (*slack.ModalViewRequest, error) {
	me, err := c.me(ctx, who, at.flow)
	if err != nil {
		return nil, err
	}
	mine := requestable(me.Flows)
	if at.flow == "" && len(mine) == 1 {
		if me, err = c.me(ctx, who, mine[0].Name); err != nil {
			return nil, err
		}
	}
	return c.formOf(u, slackui.Form{Flows: mine, Flow: me.Flow}, at.channel)
}

// formOf returns a form that was opened in a channel, with the fields of its flow unless
// that is nil or none of its flows.
func (c *call) formOf(u user, form slackui.Form, channel string) (*slack.ModalViewRequest, error) {
	s := sealed{}
	if slackcaller.IsID(channel) {
		s.Channel = channel
	}
	if form.Flow != nil && !contains(form.Flows, form.Flow.Name) {
		form.Flow = nil
	}
	if f := form.Flow; f != nil {
		if form.Filled == nil {
			first := slackui.Fill(*f, nil, nil)
			form.Filled = &first
		}
		s.Flow, s.Form = f.Name, digest(*f)
		if others, err := json.Marshal(form.Filled.Depending()); err == nil && len(others) <= maxOthers {
			s.Others = string(others)
		}
	}
	var err error
	if form.Metadata, err = c.seal(s, u); err != nil {
		return nil, err
	}
	form.Portal = c.Portal
	return slackui.RequestForm(form), nil
}

// maxOthers bounds the values that a form keeps for searches, in bytes: Slack takes 3,000
// of private_metadata, in which each quote is two. Beyond it a search finds nothing.
const maxOthers = 1200

// requestable returns the flows that the user may request in Slack.
func requestable(all []api.MyFlow) []api.MyFlow {
	var mine []api.MyFlow
	for _, f := range all {
		if (f.MayRequest() || f.MayRequestFor()) && (f.Slack == api.SlackDecide || f.Slack == api.SlackAsk) {
			mine = append(mine, f)
		}
	}
	return mine
}

func contains(flows []api.MyFlow, name string) bool {
	for _, f := range flows {
		if f.Name == name {
			return true
		}
	}
	return false
}

// digest names a form: another one has other fields, or other options in their order.
func digest(f api.Flow) string {
	form := []any{f.Name, f.Fields, f.Targets, f.DurationsSeconds, f.RequireReason}
	if f.MayRequestFor() {
		form = append(form, f.MayRequest())
	}
	if f.UntilRevoked {
		form = append(form, "until revoked")
	}
	if f.BreakGlass != nil { // that of a target is among the targets
		form = append(form, f.BreakGlass)
	}
	raw, err := json.Marshal(form)
	if err != nil {
		return "" // of values that were JSON
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:6])
}

// chooseFlow shows the fields of the flow that was chosen in an open form.
func (c *call) chooseFlow(ctx context.Context, in interaction, flow string) error {
	u := in.user()
	s, who, ok, err := c.changes(ctx, in)
	if err != nil || !ok {
		return err
	}
	view, err := c.form(ctx, u, who, place{flow, s.Channel})
	if err != nil {
		return err
	}
	return c.show(ctx, opened{in.View.ID, in.View.Hash}, view)
}

// evaluate shows an open form again after a field was changed that others depend on.
func (c *call) evaluate(ctx context.Context, in interaction) error {
	u := in.user()
	s, who, ok, err := c.changes(ctx, in)
	if err != nil || !ok {
		return err
	}
	me, err := c.me(ctx, who, s.Flow)
	if err != nil {
		return err
	}
	if me.Flow == nil || digest(*me.Flow) != s.Form {
		return nil // said when it is submitted
	}
	filled, _ := c.filled(ctx, in, *me.Flow)
	view, err := c.formOf(u, slackui.Form{Flows: requestable(me.Flows), Flow: me.Flow, Filled: &filled}, s.Channel)
	if err != nil {
		return err
	}
	return c.show(ctx, opened{in.View.ID, in.View.Hash}, view)
}

// changes returns what an open form has sealed, and who changes it. ok is false for a form
// that is refused, which it logs.
func (c *call) changes(ctx context.Context, in interaction) (s sealed, who slackcaller.Caller, ok bool, err error) {
	u := in.user()
	if s, err = c.unseal(in.View.Metadata, u); err != nil {
		c.refusedForm(u, err)
		return s, who, false, nil
	}
	who, err = c.who(ctx, u)
	return s, who, err == nil, err
}

// refusedForm logs a form that is refused; one that Slack did not show is forged.
func (c *call) refusedForm(u user, err error) {
	if err == errForged {
		c.forged(u, "a form without proof")
		return
	}
	c.log.Info("refused", "reason", err.Error())
}
