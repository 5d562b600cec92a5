package run

import "time"

// SlackAccount is a Slack user who is linked to a person.
type SlackAccount struct {
	Team string `json:"team"`
	User string `json:"user"`
	// Workspace, Name and Email are what Slack said of the user when the link was made.
	Workspace string `json:"workspace,omitempty"`
	Name      string `json:"name,omitempty"`
	Email     string `json:"email"`
	// Person is who confirmed the link, with the principal of that call. Groups are left
	// out: they are those of today's directory.
	Person Person `json:"person"`
	// First reports that the user's first call made the link, by the address alone.
	First bool      `json:"first,omitempty"`
	At    time.Time `json:"at"`
}

// ID names the link in the API.
func (a SlackAccount) ID() string { return a.Team + "-" + a.User }

// SlackLinkEvent is the type of the event that has both sides of a link notified: the
// account, and the person. functions/request sends it to functions/notify.
const SlackLinkEvent = "fasttrack.slack.link"

// SlackLinkChange is the detail of a [SlackLinkEvent]: a link that was made, or ended.
type SlackLinkChange struct {
	Account SlackAccount `json:"account"`
	Linked  bool         `json:"linked"`
}
