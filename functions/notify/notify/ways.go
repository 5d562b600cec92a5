package notify

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/mailway"
	"github.com/fasttrack-dev/fasttrack/functions/notify/slackway"
	"github.com/fasttrack-dev/fasttrack/functions/notify/teamsway"
	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/logs"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slacksecret"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// ways returns the ways to people that the environment configures, Slack first.
func ways(getenv func(string) string, cfg aws.Config, table *store.Store, directory func() deliver.Directory) []deliver.Way {
	var all []deliver.Way
	log := logs.New(os.Stdout)
	if teams := getenv("SLACK_TEAMS"); teams != "" {
		all = append(all, slackWay(getenv, cfg, table, directory, strings.Split(teams, ","), log))
	}
	if from := getenv("MAIL_FROM"); from != "" {
		all = append(all, mailway.New(mailway.Options{
			AWS: cfg, Store: table, From: from, ConfigurationSet: getenv("MAIL_CONFIGURATION_SET"), Now: time.Now,
		}))
	}
	if arn := getenv("TEAMS_SECRET_ARN"); arn != "" {
		all = append(all, teamsway.New(SecretOf(cfg, arn), awsenv.OnThisMachine()))
	}
	return all
}

// slackWay is the way of messages in Slack, to members of those workspaces.
func slackWay(getenv func(string) string, cfg aws.Config, table *store.Store, directory func() deliver.Directory, teams []string, log *slog.Logger) deliver.Way {
	secret := slacksecret.New(cfg, getenv("SLACK_SECRET_ARN"))
	return slackway.New(slackway.Options{
		ShowHomes: func(ctx context.Context, homes []store.SlackHome) error {
			return showHomes(ctx, cfg, getenv("SLACK_FUNCTION"), homes)
		},
		Store: table, Teams: teams, APIURL: getenv("SLACK_API_URL"), Now: time.Now, Log: log,
		Token: func(ctx context.Context) (string, error) {
			s, err := secret.Read(ctx)
			return s.BotToken, err
		},
		Today: func() *run.Today { return directory().Today },
		Show: func(v *api.Request, r *run.Run) {
			if show := directory().Show; show != nil {
				show(v, r)
			}
		},
	})
}
