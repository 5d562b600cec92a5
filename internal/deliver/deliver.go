// Package deliver routes events to people: it resolves whom an event concerns, and has
// each message claimed, sent and recorded once.
package deliver

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A Way brings messages to addressees: Slack, mail, Teams.
type Way interface {
	// Name is the By of a delivery: "slack", "email", "teams".
	Name() string
	// Reaches returns "" if the way has an address for the addressee, or else why not,
	// for people. An error is one that a retry may cure.
	Reaches(ctx context.Context, a Addressee) (why string, err error)
	// Send sends the notice. A nil error means that the way took it. A [Permanent] error
	// is not retried, a [Skip] is recorded as skipped; any other error is retried.
	Send(ctx context.Context, n Notice, a Addressee) error
}

// A Follower is a way that keeps what it sent up to date. It rewrites its own messages
// to approvers, so they get no message of their own about the decision.
type Follower interface {
	Way
	// Follow is called for each event, after its messages were sent. Its error has the
	// event retried.
	Follow(ctx context.Context, n Notice) error
}

// Addressee is who gets a message: a person or a channel.
type Addressee struct {
	// To is the entry of the notify list, or whom the event concerns: the requester's
	// e-mail address.
	To string
	// Person is a person's e-mail address, folded. Empty for a channel.
	Person string
	// Channel is a Slack channel ("#ops" or its id), or a name in TeamsSecretArn. Empty
	// for a person.
	Channel string
}

// Kind is what a notice is for.
type Kind string

// The kinds of notices.
const (
	Ask      Kind = "ask"      // to approvers: please decide
	Outcome  Kind = "outcome"  // to the requester: the decision, and what follows it
	Decided  Kind = "decided"  // to approvers who got an Ask: the decision, or the end of access
	Failing  Kind = "failing"  // to admins: granting or ending access fails
	Alert    Kind = "alert"    // to whom break_glass names: an emergency, or its review
	Confirm  Kind = "confirm"  // to the holder: access without an end must be confirmed
	Rules    Kind = "rules"    // to the requester and whoever approved: what became of a change of rules
	Progress Kind = "progress" // to nobody; only a [Follower] sees it
)

// Notice is what a message says. A way writes the text.
type Notice struct {
	Kind  Kind
	Event api.Event
	// Request is the request as it is now, read consistently. Run is the same, for what
	// only the engine knows.
	Request api.Request
	Run     *run.Run
	// Why says why the addressee gets it: "you are in sre". Empty if they know.
	Why string
	// Link is the URL of the request's page; "" for none.
	Link string
	// Extend reports whether the access may be extended now, which its holder is offered.
	Extend bool
}

// Permanent is an error that no retry cures: the message has failed.
type Permanent struct{ Why string }

func (p Permanent) Error() string { return p.Why }

// Skip is an error of a message that need not be sent.
type Skip struct{ Why string }

func (s Skip) Error() string { return s.Why }
