// Package ses serves Amazon SES's SendEmail (API version 2): it stores and prints mails,
// and sends none. Addresses of SES's mailbox simulator bounce and complain.
package ses

import (
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// kept is how many mails are kept, the newest.
const kept = 200

// maxBody is the largest call: SES takes mails of 40 MB, and simple ones are small.
const maxBody = 1 << 20

// Mail is a mail as it was sent.
type Mail struct {
	ID               string
	At               time.Time
	From             string
	To               []string
	Subject          string
	Text             string
	HTML             string
	Headers          []Header
	Tags             map[string]string
	ConfigurationSet string
}

// Header is a header of a mail.
type Header struct{ Name, Value string }

// Service answers SendEmail.
type Service struct {
	log      io.Writer
	clock    clockwork.Clock
	feedback func(detailType string, detail any)

	mu    sync.Mutex
	mails []Mail
}

// New returns a service that prints each mail's subject to log. feedback receives the
// events of mails with a configuration set.
func New(log io.Writer, clock clockwork.Clock, feedback func(detailType string, detail any)) *Service {
	return &Service{log: log, clock: clock, feedback: feedback}
}

// Mails returns the newest 200 mails, oldest first.
func (s *Service) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Served lists the operations.
func (*Service) Served() []string { return []string{"SendEmail"} }

// ServeHTTP answers calls (REST with JSON).
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := wire.Of(r)
	if r.Method != http.MethodPost || r.URL.Path != "/v2/email/outbound-emails" {
		c.Operation = r.Method + " " + r.URL.Path
		wire.Unknown(w, c, s.Served())
		return
	}
	c.Operation = "SendEmail"
	wire.Service{Name: "ses", MaxBody: maxBody, Operations: map[string]wire.Operation{"SendEmail": wire.JSON(s.send)}}.Serve(w, r, c)
}

// input is what is served of SendEmail
// (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html).
type input struct {
	FromEmailAddress     string
	Destination          struct{ ToAddresses []string }
	ConfigurationSetName string
	EmailTags            []Header
	Content              struct {
		Simple *struct {
			Subject part
			Body    struct{ Text, Html *part } //nolint:revive // as the service spells it
			Headers []Header
		}
	}
}

type part struct{ Data, Charset string }

// send checks a mail as SES does, and keeps it.
func (s *Service) send(in input) (any, error) {
	if err := check(in); err != nil {
		return nil, err
	}
	m := Mail{
		ID: uuid.NewString(), At: s.clock.Now().UTC(), From: in.FromEmailAddress, To: in.Destination.ToAddresses, ConfigurationSet: in.ConfigurationSetName,
		Subject: in.Content.Simple.Subject.Data, Headers: in.Content.Simple.Headers, Tags: map[string]string{},
	}
	if text := in.Content.Simple.Body.Text; text != nil {
		m.Text = text.Data
	}
	if html := in.Content.Simple.Body.Html; html != nil {
		m.HTML = html.Data
	}
	for _, t := range in.EmailTags {
		m.Tags[t.Name] = t.Value
	}
	s.mu.Lock()
	if s.mails = append(s.mails, m); len(s.mails) > kept {
		s.mails = s.mails[len(s.mails)-kept:]
	}
	s.mu.Unlock()
	fmt.Fprintf(s.log, "ses | to %s: %s\n", strings.Join(m.To, ", "), m.Subject)
	s.report(m)
	return struct{ MessageId string }{m.ID}, nil //nolint:revive // as the service spells it
}

var (
	headerName  = regexp.MustCompile(`^[!-9;-@A-~]{1,126}$`)
	headerValue = regexp.MustCompile(`^[ -~]{1,995}$`)
	tagForm     = regexp.MustCompile(`^[A-Za-z0-9_.@-]{1,256}$`)
)

// limits are SES's, of a simple mail.
const (
	maxRecipients = 50
	maxHeaders    = 15
	maxTags       = 50
)

func check(in input) error {
	bad := func(format string, args ...any) error { return wire.Fail("BadRequestException", format, args...) }
	simple := in.Content.Simple
	switch n := len(in.Destination.ToAddresses); {
	case n == 0 || n > maxRecipients:
		return bad("Destination must have 1 to %d addresses, got %d", maxRecipients, n)
	case simple == nil:
		return bad("Content.Simple is required on this machine")
	case simple.Subject.Data == "" || strings.ContainsAny(simple.Subject.Data, "\r\n"):
		return bad("Subject must be one line, got %q", simple.Subject.Data)
	case simple.Body.Text == nil && simple.Body.Html == nil:
		return bad("Body must have Text or Html")
	case len(simple.Headers) > maxHeaders || len(in.EmailTags) > maxTags:
		return bad("a mail has at most %d headers and %d tags", maxHeaders, maxTags)
	}
	for _, address := range append([]string{in.FromEmailAddress}, in.Destination.ToAddresses...) {
		if _, err := mail.ParseAddress(address); err != nil {
			return bad("invalid address %q", address)
		}
	}
	for _, h := range simple.Headers {
		if !headerName.MatchString(h.Name) || !headerValue.MatchString(h.Value) {
			return bad("invalid header %q: %q", h.Name, h.Value)
		}
	}
	for _, t := range in.EmailTags {
		if !tagForm.MatchString(t.Name) || !tagForm.MatchString(t.Value) {
			return bad("invalid tag %q: %q", t.Name, t.Value)
		}
	}
	return nil
}
