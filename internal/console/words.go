package console

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// The words of the console stand in the templates, and here if Go chooses among them.
// They are English; another language is another set of templates and of this file.

// shownStatus is how a status is shown: by word, icon and tone, never by colour alone.
type shownStatus struct{ Word, Tone, Icon string }

var statuses = map[api.Status]shownStatus{
	api.StatusRequested: {"Checking", "info", "code"},
	api.StatusPending:   {"Waiting", "wait", "clock"},
	api.StatusApproved:  {"Approved", "good", "check"},
	api.StatusActive:    {"Access live", "live", "bolt"},
	api.StatusDenied:    {"Denied", "bad", "cross"},
	api.StatusExpired:   {"Expired", "dim", "hour"},
	api.StatusCanceled:  {"Canceled", "dim", "minus"},
	api.StatusEnded:     {"Ended", "dim", "lock"},
	api.StatusRevoked:   {"Revoked", "warn", "lock"},
	api.StatusFailed:    {"Failed", "bad", "alert"},
}

// statusOf returns how a status is shown; a newer API may send one that is unknown here.
func statusOf(s api.Status) shownStatus {
	if shown, known := statuses[s]; known {
		return shown
	}
	return shownStatus{string(s), "dim", "minus"}
}

// plus says a number of which there may be more.
func plus(n int, more bool) string {
	if more {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}

// scriptWords are the words of the script, as JSON: it has none of its own.
func scriptWords() (string, error) {
	raw, err := json.Marshal(map[string]string{
		"now": "now", "just now": "just now", "s": "s", "min": "min", "h": "h", "day": "day", "days": "days", "ago": "ago",
	})
	return string(raw), err
}

// slackDone are the sentences about what was done to a Slack account.
var slackDone = map[string]string{
	"linked":   "The Slack account is linked to you. Slack shows a message about it; so does an e-mail, where fasttrack sends mail.",
	"unlinked": "The Slack account is no longer linked.",
}

// problemTitle returns the headline of a problem page.
func problemTitle(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "You are not signed in"
	case status == http.StatusForbidden:
		return "Not yours to do"
	case status == http.StatusNotFound:
		return "Not here"
	case status == http.StatusConflict, status == http.StatusPreconditionFailed:
		return "Somebody was first"
	case status == http.StatusTooManyRequests:
		return "Too many at once"
	case status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		return "No response"
	case status < 500:
		return "That did not work"
	}
	return "An error of ours"
}

// count says one of the counts of a person; empty for none, and if it could not be read.
func count(c api.Counts, name string) string {
	n := map[string]*int{"inbox": c.Inbox, "live": c.Live, "mine_pending": c.MinePending, "unreviewed": c.Unreviewed}[name]
	if n == nil || *n == 0 {
		return ""
	}
	return plus(*n, slices.Contains(c.More, name))
}

// news says what waits for a person. Screen readers speak it when it changes.
func news(c api.Counts) string {
	switch n := count(c, "inbox"); {
	case c.Inbox == nil:
		return ""
	case n == "":
		return "Nothing waits for you."
	case n == "1":
		return "1 request waits for you."
	default:
		return n + " requests wait for you."
	}
}

// decided says by whom a request was decided; empty if by nobody.
func decided(d api.Decision) string {
	switch {
	case d.By.Type == api.ActorHook:
		return "decided by code"
	case d.By.Type == api.ActorUser && d.Event != api.EventCancel:
		return "decided by " + actor(d.By)
	}
	return ""
}

// checks says how many checks passed.
func checks(all []api.Check) string {
	passed := 0
	for _, c := range all {
		if c.Passed {
			passed++
		}
	}
	return strconv.Itoa(passed) + " of " + text.Count(len(all), "check") + " passed"
}

// past says what was decided.
func past(e api.EventName) string {
	switch e {
	case api.EventApprove:
		return "approved"
	case api.EventDeny:
		return "denied"
	}
	return "done " + string(e)
}
