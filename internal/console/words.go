package console

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// functions are what templates may call.
func (c *Console) functions() template.FuncMap {
	return template.FuncMap{
		"ago":  func(t time.Time) string { return ago(c.Now(), t) },
		"left": func(t time.Time) string { return left(c.Now(), t) },
		"full": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"iso":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"secs": func(n int) string { return duration(time.Duration(n) * time.Second) },
		"who":  who, "initials": initials, "hue": hue, "status": statusOf, "icon": icon,
		"asset": c.assets.url,
		"base":  func() string { return Base },
		"dict":  dict,
		"plus":  plus,
		"here": func(here, path string) bool {
			return here == Base+path || path != "/" && strings.HasPrefix(here, Base+path)
		},
	}
}

// dict makes the arguments of a template that needs more than one.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// ago says how long ago t was.
func ago(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return ""
	case d < 45*time.Second:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()+0.5))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()+0.5))
	case d < 14*24*time.Hour:
		return fmt.Sprintf("%d days ago", int(d.Hours()/24+0.5))
	}
	return t.UTC().Format("2 Jan 2006")
}

// left says how long it is until t, coarse enough to stay right for a while.
func left(now, t time.Time) string {
	d := t.Sub(now)
	switch {
	case d <= 0:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()+0.5))
	case d < 48*time.Hour:
		if m := int(d.Minutes()) % 60; m > 0 {
			return fmt.Sprintf("%d h %02d min", int(d.Hours()), m)
		}
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// duration says a duration in full, such as "1 h 30 min".
func duration(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if n := d / u.of; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			d -= n * u.of
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

// who returns the name by which a person is shown.
func who(p api.Person) string { return cmp.Or(p.Name, p.Email, p.ID, "somebody") }

// initials returns up to two letters for a face.
func initials(name string) string {
	name, _, _ = strings.Cut(name, "@")
	out := ""
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return strings.ContainsRune(" .-_", r) }) {
		if len([]rune(out)) < 2 {
			out += strings.ToUpper(string([]rune(word)[0]))
		}
	}
	return out
}

// hue returns the class of one of eight colours. The policy allows no inline style.
func hue(s string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s)) // a hash never fails
	return "hue" + strconv.Itoa(int(h.Sum32()%8))
}

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
