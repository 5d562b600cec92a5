package flow

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// spokenMost is how many principals a sentence names.
const spokenMost = 10

// people names principals for a sentence: the first of them, and how many more.
func people(principals []string) string {
	if len(principals) == 0 {
		return "nobody"
	}
	return and(some(principals, principal))
}

// some returns the names of the first of a list, and how many more there are.
func some(list []string, name func(string) string) []string {
	var names []string
	for i, p := range list {
		if i == spokenMost {
			return append(names, fmt.Sprintf("%d more", len(list)-i))
		}
		names = append(names, name(p))
	}
	return names
}

// principal names a principal for a sentence. It shows no ARN and no issuer, which
// nobody knows by heart.
func principal(p string) string {
	switch group, isGroup := strings.CutPrefix(p, "group:"); {
	case isGroup:
		return "the group " + group
	case p == "everyone":
		return "everyone"
	case p == "admins":
		return "the flow's admins"
	case strings.HasPrefix(p, "arn:"):
		resource := p[strings.LastIndex(p, ":")+1:]
		kind, name, found := strings.Cut(resource, "/")
		if !found {
			return "the AWS identity " + resource
		}
		return "the IAM " + kind + " " + name
	case strings.Contains(p, "|"):
		_, subject, _ := strings.Cut(p, "|")
		return "the login " + subject
	}
	return p
}

// isOnePerson reports whether a principal names one person.
func isOnePerson(p string) bool { return strings.Contains(p, "@") && !strings.ContainsAny(p, ":|") }

// perhapsMachine reports whether a principal may name a machine.
func perhapsMachine(p string) bool {
	return p != "everyone" && !strings.HasPrefix(p, "group:") && !isOnePerson(p)
}

// notified names the entries of a notify step, with the verb.
func notified(to []string) string {
	names := some(to, func(entry string) string {
		switch entry {
		case "sns":
			return "the notification topic"
		case "webhook":
			return "the webhook"
		}
		return principal(entry)
	})
	if len(names) == 1 && to[0] != "admins" {
		return names[0] + " is"
	}
	return and(names) + " are"
}

// spoken writes a duration for a sentence: 7 days, 24 hours, 1 hour 30 minutes.
func spoken(seconds int) string {
	var parts []string
	for _, unit := range []struct {
		name string
		size int
	}{{"day", 24 * 3600}, {"hour", 3600}, {"minute", 60}, {"second", 1}} {
		n := seconds / unit.size
		if n == 0 || unit.name == "day" && (n < 2 || seconds%unit.size != 0) {
			continue
		}
		parts = append(parts, count(n, unit.name))
		seconds %= unit.size
	}
	if len(parts) == 0 {
		return "0 seconds"
	}
	return strings.Join(parts, " ")
}

// count writes a number of things or people.
func count(n int, thing string) string {
	if thing == "person" && n != 1 {
		return fmt.Sprintf("%d people", n)
	}
	return text.Count(n, thing)
}

func and(list []string) string { return enumerate(list, "and") }

// enumerate writes a list for a sentence: a, b and c.
func enumerate(list []string, word string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	last := len(list) - 1
	return strings.Join(list[:last], ", ") + " " + word + " " + list[last]
}

// capital begins a sentence. An e-mail address stays as it is.
func capital(s string) string {
	if first, _, _ := strings.Cut(s, " "); strings.Contains(first, "@") {
		return s
	}
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
