package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// Announcer is a way that also takes messages that are about no request.
type Announcer interface {
	// Announce sends a message to a person, or to a Slack user by id.
	Announce(ctx context.Context, to deliver.Addressee, subject, text string) error
}

// slackLink notifies both sides of a link, each once it can.
func (h *Handler) slackLink(ctx context.Context, detail json.RawMessage, line *step.Line) (deliver.Report, error) {
	var l run.SlackLinkChange
	if err := json.Unmarshal(detail, &l); err != nil || l.Account.User == "" {
		return deliver.Report{}, errors.New("the detail of a Slack link must name an account")
	}
	line.Add("slack_account", l.Account.ID())
	subject, text := slackLinkText(l, h.Console)
	var errs []error
	report := deliver.Report{}
	for _, w := range h.Ways {
		announcer, is := w.(Announcer)
		if !is {
			continue
		}
		to := deliver.Addressee{To: l.Account.Person.Email, Person: l.Account.Person.Email}
		if w.Name() == "slack" {
			to = deliver.Addressee{To: l.Account.User, Channel: l.Account.User}
		}
		var permanent deliver.Permanent
		switch err := announcer.Announce(ctx, to, subject, text); {
		case errors.As(err, &permanent):
			report.Failed++
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", w.Name(), err))
		default:
			report.Sent++
		}
	}
	line.Add("sent", report.Sent, "failed", report.Failed)
	return report, errors.Join(errs...)
}

// slackLinkText says what happened, and what to do if it was somebody else: on the
// console, if there is one.
func slackLinkText(l run.SlackLinkChange, console string) (subject, text string) {
	a := l.Account
	who := fmt.Sprintf("The Slack account %s (%s) of %s", a.Name, a.ID(), a.Email)
	if !l.Linked {
		return "Your Slack account was unlinked", who + " is no longer linked to " + a.Person.ID + "."
	}
	undo := "run: fasttrack slack unlink " + a.ID()
	if console != "" {
		undo = "unlink it on " + console + "/slack, or " + undo
	}
	return "Your Slack account was linked", fmt.Sprintf("%s was linked to %s on %s. It now requests and decides as %s. If that was not you, %s, and inform an admin.",
		who, a.Person.ID, a.At.UTC().Format("2 Jan 15:04 MST"), a.Person.ID, undo)
}
