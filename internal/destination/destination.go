// Package destination reads the entries of a notify list: the channels and people that
// a message about a request can go to.
package destination

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// Kind is the kind of a [Destination].
type Kind string

// The kinds of destinations.
const (
	Topic        Kind = "sns"           // the stack's topic
	Webhook      Kind = "webhook"       // the stack's webhook
	Teams        Kind = "teams"         // a channel in Microsoft Teams, by its name in TeamsSecretArn
	SlackChannel Kind = "slack_channel" // a Slack channel: "#name" or its id
	SlackPerson  Kind = "slack_person"  // a person in Slack: an e-mail address or [Requester]
	Mail         Kind = "email"         // a mailbox
	Group        Kind = "group"         // the members of a group
	Admins       Kind = "admins"        // the admins of the flow
	Everyone     Kind = "everyone"      // whoever reads the topic
	Person       Kind = "person"        // a person, by e-mail address
	Identity     Kind = "identity"      // a person or machine, by ARN or issuer|subject
)

// Requester is the name of a [SlackPerson] who is the requester of the request.
const Requester = "requester"

// Destination is one entry of a notify list.
type Destination struct {
	Kind Kind
	// Name is what the entry says beside its kind: "#ops" of "slack:#ops", "sre" of
	// "group:sre". Empty for a kind that is alone.
	Name string
}

// alone are the entries that are one word.
var alone = map[string]Kind{"sns": Topic, "webhook": Webhook, "admins": Admins, "everyone": Everyone}

// Forms lists the forms of a destination, for messages.
const Forms = "sns, webhook, slack:#CHANNEL, slack:@EMAIL, slack:@requester, email:ADDRESS, teams:NAME, an e-mail address, group:NAME, everyone or admins"

var errUnknown = errors.New("must be " + Forms)

// Parse reads one entry of a notify list. The error completes a sentence that names the
// entry: "must be …".
func Parse(s string) (Destination, error) {
	if kind, ok := alone[s]; ok {
		return Destination{Kind: kind}, nil
	}
	prefix, name, cut := strings.Cut(s, ":")
	switch {
	case cut && prefix == "slack":
		return parseSlack(name)
	case cut && prefix == "email":
		return address(Mail, name, "email:ADDRESS")
	case cut && prefix == "teams":
		if !isTeamsName(name) {
			return Destination{}, errors.New("must be teams:NAME, where NAME has letters, digits, hyphens and underscores")
		}
		return Destination{Teams, name}, nil
	case cut && prefix == "group":
		return Destination{Group, name}, nil
	case strings.Contains(s, "|"), strings.HasPrefix(s, "arn:"):
		return Destination{Identity, s}, nil
	case strings.Contains(s, "@") && !strings.ContainsAny(s, ":/ "):
		return Destination{Person, s}, nil
	}
	return Destination{}, errUnknown
}

// parseSlack reads what follows "slack:".
func parseSlack(name string) (Destination, error) {
	person, isPerson := strings.CutPrefix(name, "@")
	switch {
	case person == Requester && isPerson:
		return Destination{SlackPerson, Requester}, nil
	case isPerson:
		return address(SlackPerson, person, "slack:@EMAIL or slack:@requester")
	case IsSlackChannel(name):
		return Destination{SlackChannel, name}, nil
	}
	return Destination{}, errors.New(`must be slack:#CHANNEL in lower case, slack: and a channel's id such as C0123ABCD, slack:@EMAIL or slack:@requester`)
}

func address(kind Kind, name, form string) (Destination, error) {
	if !email.Plain(name) {
		return Destination{}, fmt.Errorf("must be %s, with an e-mail address", form)
	}
	return Destination{kind, name}, nil
}

// maxChannel is the limit of Slack for a channel's name
// (https://docs.slack.dev/reference/methods/conversations.create).
const maxChannel = 80

// IsSlackChannel reports whether a text is "#" and the name of a Slack channel, or the
// id of one.
func IsSlackChannel(s string) bool {
	if name, named := strings.CutPrefix(s, "#"); named {
		return name != "" && len([]rune(name)) <= maxChannel && name == strings.ToLower(name) && !strings.ContainsAny(name, " \t\r\n.,#@:!?\"'<>&()[]{}/\\`|*~$%^+=;")
	}
	return len(s) > 2 && len(s) <= 20 && (s[0] == 'C' || s[0] == 'G') && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func isTeamsName(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// String returns the entry as a notify list has it.
func (d Destination) String() string {
	switch d.Kind {
	case SlackChannel:
		return "slack:" + d.Name
	case SlackPerson:
		return "slack:@" + d.Name
	case Mail, Teams, Group:
		return string(d.Kind) + ":" + d.Name
	case Person, Identity:
		return d.Name
	}
	return string(d.Kind)
}

// IsPeople reports whether a destination names people by who they are, and not by a
// channel.
func (d Destination) IsPeople() bool {
	return d.Kind == Group || d.Kind == Admins || d.Kind == Everyone || d.Kind == Person
}
