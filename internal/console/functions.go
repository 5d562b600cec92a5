package console

import (
	"html/template"
	"maps"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// functions are what templates may call. Those of one page are in its file.
func (c *Console) functions() template.FuncMap {
	all := template.FuncMap{
		"asset": func(name string) string { return embedded().url(name) },
		"base":  func() string { return Base },
		"dict":  dict,
		"icon":  icon,
		"here": func(here, path string) bool {
			return here == Base+path || path != "/" && strings.HasPrefix(here, Base+path)
		},
		// Times.
		"ago":   func(t time.Time) string { return ago(c.Now(), t) },
		"left":  func(t time.Time) string { return left(c.Now(), t) },
		"exact": exact, "full": full,
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"secs":    func(n int) string { return duration(time.Duration(n) * time.Second) },
		"spell":   duration,
		"share":   func(from, to time.Time) int { return share(c.Now(), from, to) },
		"overdue": func(b *api.BreakGlass) bool { return b.Overdue(c.Now()) },
		// People.
		"who": who, "actor": actor, "initials": initials, "hue": hue,
		"slackname": slackName,
		"named":     func(me api.Me) string { return who(api.Person{ID: me.ID, Email: me.Email, Name: me.Name}) },
		// Words.
		"words": scriptWords, "status": statusOf, "decided": decided, "past": past, "checks": checks,
		"plus": plus, "things": text.Count, "count": count, "news": news, "reviews": reviews,
	}
	maps.Copy(all, flowFunctions)
	maps.Copy(all, requestFunctions)
	return all
}

// dict makes the arguments of a template that needs more than one.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}
