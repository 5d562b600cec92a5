package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/slackui"
)

// suggestWithin is how long options may take: Slack waits for three seconds.
const suggestWithin = 2 * time.Second

// noOptions is an empty list: options are never known to a form that Slack did not open.
func noOptions() any { return slack.OptionsResponse{Options: []*slack.OptionBlockObject{}} }

// suggest returns the options for what was typed into a field.
func (c *call) suggest(ctx context.Context, in interaction) (any, error) {
	if in.View == nil {
		return noOptions(), nil
	}
	u := in.user()
	s, err := c.unseal(in.View.Metadata, u)
	if err != nil {
		c.refusedForm(u, err)
		return noOptions(), nil
	}
	ctx, cancel := context.WithDeadline(ctx, c.started.Add(suggestWithin))
	defer cancel()
	who, err := c.who(ctx, u)
	if err != nil {
		return noOptions(), c.withoutOptions(err)
	}
	typed := slackui.Line(in.Value, 200)
	me, err := c.me(ctx, who, s.Flow)
	if err != nil {
		return noOptions(), c.withoutOptions(err)
	}
	if in.BlockID == slackui.FlowBlock {
		return slack.OptionsResponse{Options: slackui.FlowOptions(requestable(me.Flows), typed)}, nil
	}
	if me.Flow == nil {
		return noOptions(), nil
	}
	field, is := slackui.FieldOf(*me.Flow, in.BlockID)
	if !is {
		return noOptions(), nil
	}
	if !field.Prefetch {
		return slack.OptionsResponse{Options: slackui.StaticOptions(*me.Flow, field, typed)}, nil
	}
	query := url.Values{"q": {typed}}
	if len(field.DependsOn) > 0 {
		others, kept := othersOf(s, field)
		if !kept { // a field that it depends on is empty
			return noOptions(), nil
		}
		query.Set("fields", others)
	}
	var list api.OptionList
	err = c.do(ctx, c.Request, who, operation{
		route: "GET /flows/{flow}/fields/{field}/options", path: map[string]string{"flow": s.Flow, "field": field.Name}, query: query,
	}, &list)
	if err != nil {
		return noOptions(), c.withoutOptions(err)
	}
	return slack.OptionsResponse{Options: slackui.HookOptions(list.Options)}, nil
}

// othersOf returns the values that the options of a field depend on as its form shows it,
// in JSON; false if the form has none. Slack's payload of a search may lack them.
func othersOf(s sealed, field api.Field) (string, bool) {
	var all map[string]json.RawMessage
	if json.Unmarshal([]byte(s.Others), &all) != nil || all[field.Name] == nil {
		return "", false
	}
	return string(all[field.Name]), true
}

// withoutOptions logs why the list is empty. A person sees an empty list.
func (c *call) withoutOptions(err error) error {
	var no refusal
	if !errors.As(err, &no) {
		c.log.Warn("no options", "error", err.Error())
	}
	return nil
}
