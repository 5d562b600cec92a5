package console

import (
	"net/url"
	"path"
	"strings"
)

// ReturnTo returns the page of the console, with its query, that "to" names. Anything
// else becomes Home, so that no link of another site can use the console as a redirect.
func ReturnTo(to string) string {
	const home = Base + "/"
	u, err := url.Parse(to)
	switch {
	case err != nil, u.IsAbs(), u.Host != "", u.Opaque != "", u.User != nil,
		strings.ContainsFunc(to, unfitForURL), !strings.HasPrefix(u.Path, home),
		path.Clean(u.Path) != strings.TrimSuffix(u.Path, "/"):
		return home
	}
	u.Fragment, u.RawFragment = "", ""
	return u.RequestURI()
}

// unfitForURL reports whether a browser would have written a character otherwise, or
// reads it as a slash.
func unfitForURL(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }
