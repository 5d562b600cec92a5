package console

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/api"
)

// principal says who a principal is, as people read it.
func principal(s string) string {
	switch group, is := strings.CutPrefix(s, "group:"); {
	case s == "admins":
		return "the flow's admins"
	case s == api.AnyApprover:
		return "the approvers"
	case is:
		return "the group " + group
	case s == "sns":
		return "the SNS topic"
	case s == "webhook":
		return "the webhook"
	}
	return plainID(s)
}

func principals(all []string) []string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = principal(s)
	}
	return names
}

// anyOf says that any of the principals will do.
func anyOf(all []string) string { return series(principals(all), "or") }

// series says a list of names; "" is one of none.
func series(names []string, last string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " " + last + " " + names[n-1]
	}
	return strings.Join(names, "")
}

// capital begins a phrase with a capital, unless an address begins it.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if word, _, _ := strings.Cut(s, " "); size == 0 || strings.ContainsRune(word, '@') {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// sentence makes a phrase a sentence.
func sentence(s string) string {
	s = capital(s)
	if s == "" {
		return ""
	}
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// retryAfter says when a refused call may succeed.
func retryAfter(p *api.Problem) string {
	if p.RetryAfter <= 0 {
		return ""
	}
	return " Try again in " + duration(max(p.RetryAfter.Round(time.Second), time.Second)) + "."
}

// openFor says a length of time in up to two units.
func openFor(d time.Duration) string {
	switch {
	case d < time.Second:
		return "less than 1 s"
	case d >= 24*time.Hour:
		d = d.Truncate(time.Hour)
	case d >= time.Hour:
		d = d.Truncate(time.Minute)
	default:
		d = d.Truncate(time.Second)
	}
	return duration(d)
}

// ways are the ways of notifications, for people.
var ways = map[string]string{"slack": "Slack", "mail": "e-mail", "email": "e-mail", "sns": "the SNS topic", "webhook": "the webhook"}

// delivered says whom a notification reached, and how.
func delivered(d api.Delivery) string {
	to := d.Person
	if to == "" {
		to = capital(principal(d.To))
	}
	by := ways[d.By]
	if by == "" {
		by = d.By
	}
	switch d.State {
	case api.DeliverySent:
		if capital(by) == to {
			return to + " was notified"
		}
		return to + " was notified by " + by
	case api.DeliverySkipped:
		return to + " could not be reached: " + orElse(d.Why, "no way to do it")
	}
	return to + " was not notified by " + by + ": " + orElse(d.Why, "it failed")
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// failing says which step fails.
func failing(where string) string {
	switch where {
	case "grant":
		return "Access can't be granted so far"
	case "take_back":
		return "Access can't be ended so far"
	}
	switch where {
	case "while_active":
		return "The last look at this access failed"
	case "confirm":
		return "This access could not be granted anew"
	}
	return "The hook " + where + " does not respond"
}
