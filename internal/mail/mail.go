// Package mail composes the mails about requests: as text and as HTML, with one link to
// the request's page. No link acts, because scanners of mailboxes follow every link
// before a person does.
package mail

import (
	"strings"
	"unicode/utf16"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Mail is one mail to one person.
type Mail struct {
	Subject, Text, HTML string
	// Headers are those beside From, To and Subject.
	Headers []Header
	// Run and Event are the id and the event's name, for tags. Entry is the number of the
	// history entry; 0 for a mail about none.
	Run, Event string
	Entry      int
}

// Header is one header of a mail.
type Header struct{ Name, Value string }

// Compose writes the mail of a notice. domain is that of the sender's address. It
// returns false for a notice that needs no mail any more, such as an ask about a request
// that is decided.
func Compose(n deliver.Notice, domain string) (Mail, bool) {
	c, notifies := Describe(n)
	if !notifies {
		return Mail{}, false
	}
	html, err := c.html()
	if err != nil { // the template's own, which a test executes
		html = ""
	}
	return Mail{
		Subject: subject(c.Title, c.State), Text: c.text(), HTML: html,
		Headers: headers(n, domain), Run: n.Request.ID, Event: c.event, Entry: n.Event.Entry.Seq,
	}, true
}

// headers returns the headers that keep autoresponders quiet, let people filter by flow,
// and join the mails of a request. SES sets the Message-ID itself, so mails refer to one
// that no mail has, and not to each other.
func headers(n deliver.Notice, domain string) []Header {
	return []Header{
		{"Auto-Submitted", "auto-generated"}, // RFC 3834
		{"X-Auto-Response-Suppress", "All"},
		{"List-Id", "<" + token(n.Request.Flow) + ".fasttrack." + domain + ">"}, // RFC 2919
		{"References", "<" + token(n.Request.ID) + "@" + domain + ">"},
	}
}

// token returns a name with a hyphen for each character that has no place in a header.
func token(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, s)
}

// maxSubject is the length of a subject, in UTF-16 units.
const maxSubject = 150

// subject returns a subject on one line. A long title is cut, so that the state is seen.
func subject(title, state string) string {
	const prefix = "[fasttrack] "
	state = clip(state, maxSubject/2)
	return prefix + clip(title, maxSubject-len(prefix)-len(": ")-len(utf16.Encode([]rune(state)))) + ": " + state
}

// line returns a text of one line without characters that can't be seen.
func line(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text.CleanLine(s), "\ufffd", "")), " ")
}

// clip returns a text of at most so many UTF-16 units.
func clip(s string, most int) string {
	units, cut := 0, 0 // cut is where an ellipsis still fits
	for i, r := range s {
		if units <= most-1 {
			cut = i
		}
		if units += utf16.RuneLen(r); units > most {
			return s[:cut] + "…"
		}
	}
	return s
}
