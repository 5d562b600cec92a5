package slackway

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
)

// client returns a client with the bot token, which may have been replaced.
func (w *Way) client(ctx context.Context) (*slack.Client, error) {
	token, err := w.Token(ctx)
	if err != nil {
		return nil, err
	}
	return slack.New(token, slack.OptionAPIURL(w.APIURL), slack.OptionHTTPClient(w.http), slack.OptionRetryConfig(slack.RetryConfig{
		MaxRetries: retries, Handlers: []slack.RetryHandler{patience{}},
	})), nil
}

// postMessage ends the address of a call that posts a message.
const postMessage = "/chat.postMessage"

// retries is how often one call is retried within an invocation. EventBridge retries the
// event after that.
const retries = 2

// maxWait limits how long a retry waits, in place of other messages of the event.
const maxWait = 6 * time.Second

// patience retries what Slack limits, as late as it says, and what is safe to repeat of
// what fails. A message that was posted and whose answer was lost is not posted twice.
type patience struct{}

func (patience) ShouldRetry(state *slack.RetryState, req *http.Request, resp *http.Response, _ error) (bool, time.Duration) {
	wait := time.Duration(1+state.Attempt) * 250 * time.Millisecond
	switch {
	case state.Attempt >= state.MaxRetries, req.Context().Err() != nil:
		return false, 0
	case resp != nil && resp.StatusCode == http.StatusTooManyRequests:
		seconds, err := strconv.Atoi(strings.TrimSpace(resp.Header.Get("Retry-After")))
		if err != nil || seconds < 1 {
			seconds = 1
		}
		wait = time.Duration(seconds) * time.Second
	case strings.HasSuffix(req.URL.Path, postMessage), strings.HasSuffix(req.URL.Path, "/chat.scheduleMessage"):
		return false, 0
	}
	deadline, limited := req.Context().Deadline()
	return wait <= maxWait && !(limited && time.Now().Add(wait).After(deadline)), wait
}

// passing are errors that a retry may cure. What Slack answers with another one stays so.
var passing = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited", "team_added_to_org", "message_limit_exceeded"}

// reasons say in words why a message can't be posted, and what to do.
var reasons = map[string]string{ // #nosec G101 -- the words of errors, no credentials
	"channel_not_found": "Slack has no such channel, or fasttrack is not in it: invite it with /invite @fasttrack",
	"not_in_channel":    "fasttrack is not in the channel: invite it with /invite @fasttrack",
	"is_archived":       "the channel is archived",
	"account_inactive":  "the Slack account is deactivated",
	"user_disabled":     "the Slack account is deactivated",
	"user_not_found":    "Slack has no such user",
	"users_not_found":   "Slack has no active user with this address",
	"cannot_dm_bot":     "it is a bot or a guest of another organization",
	"invalid_auth":      "Slack refuses the bot token (invalid_auth): see SlackSecretArn",
	"token_revoked":     "Slack refuses the bot token (token_revoked): install the app again",
	"missing_scope":     "the Slack app lacks a scope (missing_scope): compare it with manifest.yaml",
}

// code returns the error that Slack answered with; "" if none came.
func code(err error) string {
	var answered slack.SlackErrorResponse
	if errors.As(err, &answered) {
		return answered.Err
	}
	return ""
}

// refused returns the error of a message: permanent if Slack refuses it.
func refused(err error) error {
	c := code(err)
	switch {
	case c == "" || slices.Contains(passing, c):
		return err
	case reasons[c] != "":
		return deliver.Permanent{Why: reasons[c]}
	}
	return deliver.Permanent{Why: "Slack refuses it: " + c}
}

// gone reports whether a copy that could not be updated exists no more, or can't change.
func gone(err error) bool {
	switch code(err) {
	case "message_not_found", "channel_not_found", "is_archived", "not_in_channel", "cant_update_message", "edit_window_closed",
		"account_inactive", "user_disabled", "user_not_found", "cannot_dm_bot",
		"not_found", "view_not_found", "invalid_view_id", // of a view that was closed
		"invalid_scheduled_message_id": // which was sent or deleted
		return true
	}
	return false
}
