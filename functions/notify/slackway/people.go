package slackway

import (
	"context"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// unknownKept is how long Slack is not called again for an address that it did not know:
// shorter than a user is kept, as people join.
const unknownKept = 10 * time.Minute

// user returns the Slack user of an address, or why that person gets no messages.
func (w *Way) user(ctx context.Context, api *slack.Client, email string) (store.SlackUser, error) {
	now := w.Now()
	u, known, err := w.Store.SlackUserByEmail(ctx, email, now)
	if err != nil {
		w.Log.WarnContext(ctx, "a Slack user is looked up again", "error", err.Error())
	}
	if known && (u.Why == "" || now.Sub(u.At) < unknownKept) {
		return u, nil
	}
	u = store.SlackUser{Email: email, At: now}
	found, err := api.GetUserByEmailContext(ctx, email)
	switch {
	case err == nil:
		u.Team, u.ID, u.Why = found.TeamID, found.ID, w.unfit(found)
	case code(err) == "users_not_found":
		u.Why = reasons["users_not_found"]
	default:
		return store.SlackUser{}, refused(err)
	}
	if err := w.Store.SaveSlackUserByEmail(ctx, email, u); err != nil {
		w.Log.WarnContext(ctx, "a Slack user is not kept", "error", err.Error())
	}
	return u, nil
}

// unfit returns why a user gets no messages, "" if they do. What a request says is for
// members alone, whose address is theirs for certain.
func (w *Way) unfit(u *slack.User) string {
	switch {
	case u.Deleted:
		return reasons["account_inactive"]
	case u.IsBot, u.IsWorkflowBot, u.IsConnectorBot:
		return "the Slack account is a bot"
	case u.IsStranger, !slices.Contains(w.Teams, u.TeamID) && !slices.Contains(w.Teams, u.Enterprise.EnterpriseID):
		return "the Slack account is of another organization"
	case u.IsRestricted, u.IsUltraRestricted, u.IsInvitedUser:
		return "the Slack account is a guest"
	case !u.IsEmailConfirmed:
		return "the e-mail address is not confirmed in Slack"
	}
	return ""
}

// failed returns the error of a message that could not be posted. A user who turns out to
// be deactivated is remembered.
func (w *Way) failed(ctx context.Context, a deliver.Addressee, err error) error {
	switch code(err) {
	case "account_inactive", "user_disabled", "user_not_found", "cannot_dm_bot":
		if a.Person != "" {
			u := store.SlackUser{Email: a.Person, Why: reasons[code(err)], At: w.Now()}
			if err := w.Store.SaveSlackUserByEmail(ctx, a.Person, u); err != nil {
				w.Log.WarnContext(ctx, "a Slack user is not kept", "error", err.Error())
			}
		}
	}
	return refused(err)
}
