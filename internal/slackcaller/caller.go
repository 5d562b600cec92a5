// Package slackcaller defines what functions/slack says of the Slack user for whom it
// invokes functions/request and functions/approve.
package slackcaller

import (
	"encoding/json"
	"strings"
	"time"
)

// Alias is the alias of functions/request and functions/approve that functions/slack alone
// may invoke. Only under it do they read a [Caller].
const Alias = "slack"

// Header holds the [Caller] in the event of an invocation.
const Header = "fasttrack-slack"

// Caller is a Slack user, as Slack describes the user to the bot token.
type Caller struct {
	// Team is the workspace, or the organization of an Enterprise Grid, in which User is
	// unique.
	Team string `json:"team"`
	User string `json:"user"`
	// Workspace is the name of the workspace, Name the user's name there. Both are for
	// display only.
	Workspace string `json:"workspace,omitempty"`
	Name      string `json:"name,omitempty"`
	// Email is the confirmed address.
	Email string `json:"email"`
	// Deadline is when functions/slack needs the response, in milliseconds since 1970. A
	// function does not learn how long its caller waits.
	Deadline int64 `json:"deadline,omitempty"`
}

// Principal identifies the user as the directory of flows.yaml names one.
func (c Caller) Principal() string { return "slack|" + c.Team + "|" + c.User }

// Until returns the deadline, zero without one.
func (c Caller) Until() time.Time {
	if c.Deadline == 0 {
		return time.Time{}
	}
	return time.UnixMilli(c.Deadline)
}

// Encode returns the value of [Header].
func (c Caller) Encode() (string, error) {
	raw, err := json.Marshal(c)
	return string(raw), err
}

// Read reads the value of [Header]; false if it describes no user.
func Read(value string) (Caller, bool) {
	var c Caller
	if json.Unmarshal([]byte(value), &c) != nil || !IsID(c.Team) || !IsID(c.User) {
		return Caller{}, false
	}
	return c, true
}

// maxID is far above the length of any id of Slack.
const maxID = 40

// IsID reports whether s has the form of an id of Slack, such as T0123456789.
func IsID(s string) bool {
	return s != "" && len(s) <= maxID && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// UnderAlias reports whether an ARN that was invoked is that of a function's [Alias]. A
// function of that name is none.
func UnderAlias(arn string) bool {
	const parts = 8 // arn, partition, lambda, region, account, function, name, alias
	all := strings.Split(arn, ":")
	return len(all) == parts && all[5] == "function" && all[7] == Alias
}
