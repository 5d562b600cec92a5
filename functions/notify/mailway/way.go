// Package mailway brings messages to people by mail, with Amazon SES.
package mailway

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/mail"
)

// Store is the part of the table that is used.
type Store interface {
	// BadAddress returns why an address takes no mail at present, "" if it does.
	BadAddress(ctx context.Context, address string, now time.Time) (why string, err error)
	// MarkAddress stores that an address takes no mail until then.
	MarkAddress(ctx context.Context, address, why string, until time.Time) error
}

// Options are the dependencies of a [Way].
type Options struct {
	AWS   aws.Config
	Store Store
	// From is the address of the sender, a verified identity of SES.
	From string
	// ConfigurationSet is SES's, which reports bounces and complaints; "" for none.
	ConfigurationSet string
	Now              func() time.Time
}

// Way is mail as a way of [deliver.Router].
type Way struct{ Options }

var _ deliver.Way = (*Way)(nil)

// New returns the way.
func New(o Options) *Way { return &Way{o} }

// Name returns the By of its deliveries.
func (w *Way) Name() string { return "email" }

// Reaches returns why a person has no address that takes mail.
func (w *Way) Reaches(ctx context.Context, a deliver.Addressee) (string, error) {
	if a.Person == "" {
		return "mail goes to people, not to channels", nil
	}
	if !strings.Contains(a.Person, "@") {
		return "no e-mail address", nil
	}
	return w.Store.BadAddress(ctx, a.Person, w.Now())
}

// Announce sends a person a mail that is about no request. One without an address that
// takes mail gets none.
func (w *Way) Announce(ctx context.Context, to deliver.Addressee, subject, text string) error {
	why, err := w.Reaches(ctx, to)
	if err != nil {
		return err
	}
	if why != "" {
		return deliver.Permanent{Why: why}
	}
	return w.send(ctx, to.Person, mail.Announce(subject, text))
}

// Send sends the mail of a notice.
func (w *Way) Send(ctx context.Context, n deliver.Notice, a deliver.Addressee) error {
	_, domain, _ := strings.Cut(w.From, "@")
	m, needed := mail.Compose(n, domain)
	if !needed {
		return deliver.Skip{Why: "the request has moved on"}
	}
	return w.send(ctx, a.Person, m)
}
