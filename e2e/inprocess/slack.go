package inprocess

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/functions/notify/slackway"
	"github.com/fasttrack-dev/fasttrack/functions/slack/slack"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/slacksecret"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// identifySlack returns what identifies the callers of functions/slack, nil without Slack.
func (f *Functions) identifySlack(env map[string]string, links *store.Store) *httpapi.Slack {
	if !f.opts.Slack {
		return nil
	}
	s := httpapi.NewSlack(func(key string) string { return env[key] }, f.opts.Flows.Directory, links)
	s.Now = f.opts.Now
	return s
}

// makeSlack makes the functions between the engine and the workspace of this machine:
// functions/slack, and functions/notify with Slack as its only way to people.
func (f *Functions) makeSlack(env map[string]map[string]string, config func(string) aws.Config, table *store.Store) (app *slack.Handler, notifies *notify.Handler) {
	workspace := f.stack.URL() + local.SlackPath + "/api/"
	app = slack.New(func(key string) string {
		if key == "SLACK_API_URL" {
			return workspace
		}
		return env["SlackFunction"][key]
	}, config("SlackFunction"))
	app.Now, app.Log = f.opts.Now, f.opts.Log

	directory := deliver.Directory{Today: f.opts.Flows.Today(), Channels: f.opts.Flows.Directory.Slack, Show: f.opts.Flows.Show}
	secret := slacksecret.New(config("NotifyFunction"), env["NotifyFunction"]["SLACK_SECRET_ARN"])
	notifies = notify.New(notify.Deps{
		Store: table, Now: f.opts.Now, Log: f.opts.Log,
		Directory: func() deliver.Directory { return directory },
		Ways: []deliver.Way{slackway.New(slackway.Options{
			Store: table, Teams: app.Teams, Today: f.opts.Flows.Today, Show: directory.Show, APIURL: workspace, Now: f.opts.Now, Log: f.opts.Log,
			Token: func(ctx context.Context) (string, error) {
				s, err := secret.Read(ctx)
				return s.BotToken, err
			},
		})},
	})
	return app, notifies
}
