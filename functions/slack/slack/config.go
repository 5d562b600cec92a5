// Package slack implements functions/slack: it takes what people do in Slack to
// functions/request and functions/approve, and shows them what came of it.
//
// It decides nothing and holds no right of the engine but two aliases. The functions
// behind these identify the person, and check that the flow lets people do it in Slack.
package slack

import (
	"cmp"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/internal/logs"
	"github.com/fasttrack-dev/fasttrack/internal/slacksecret"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// The times of a call. Slack waits three seconds for a response, from when it sends.
const (
	// ackBy is when the work must be done that the response waits for.
	ackBy = 2400 * time.Millisecond
	// lastCall is when a last call of Slack, which shows the outcome, must be done.
	lastCall = 2800 * time.Millisecond
)

// New returns the handler that the environment variables of the template describe.
func New(getenv func(string) string, cfg aws.Config) *Handler {
	table := getenv("TABLE_NAME")
	h := &Handler{
		Secret:  slacksecret.New(cfg, getenv("SLACK_SECRET_ARN")).Read,
		Request: alias{cfg, getenv("REQUEST_ALIAS")}, Approve: alias{cfg, getenv("APPROVE_ALIAS")},
		Teams: strings.FieldsFunc(getenv("SLACK_TEAMS"), func(r rune) bool { return r == ',' || r == ' ' }),
		Views: views(func() *store.Store { return store.NewFromConfig(cfg, table) }),
		API:   cmp.Or(getenv("SLACK_API_URL"), slack.APIURL), Portal: strings.TrimSuffix(getenv("PORTAL_URL"), "/"), Console: getenv("CONSOLE_URL"),
		Log: logs.New(os.Stdout), Now: time.Now,
	}
	h.HTTP = &http.Client{Timeout: lastCall}
	return h
}
