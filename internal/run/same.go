package run

import (
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// Same reports whether two logins may be one person: whether they share a handle,
// their links included. Self-approval, the count of approvals and the limits use it.
// In doubt, it reports true: one person must never count as two.
func Same(p, q Person) bool {
	known := p.Handles()
	return slices.ContainsFunc(q.Handles(), func(h string) bool { return slices.Contains(known, h) })
}

// is reports whether a record that names q means p.
func (p Person) is(q Person) bool {
	if q.Principal == "" {
		return q.ID == p.ID || q.ID == p.Principal || q.Email != "" && email.Equal(q.Email, p.Email)
	}
	return q.Principal == p.Principal || q.Mapped && p.Mapped && q.ID == p.ID
}

// Handles returns the names by which [Same] compares p, each once. Addresses come
// before principals, so that the first handle of a login stays the same whether or
// not its tokens carry the others.
func (p Person) Handles() []string {
	var out []string
	add := func(handle string) {
		if handle = foldHandle(handle); handle != "" && !slices.Contains(out, handle) {
			out = append(out, handle)
		}
	}
	add(p.Email)
	add(p.ID)
	add(p.Principal)
	for _, l := range p.Links {
		add(l)
	}
	return out
}

// Keys returns the keys under which items of p may be stored: its handles, and its ID
// and principal unfolded.
func (p Person) Keys() []string {
	keys := p.Handles()
	for _, k := range []string{p.ID, p.Principal} {
		if k != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// Key returns the handle by which the runs of p are counted: the first address if
// p has one, so that two logins that share it count together.
func (p Person) Key() string {
	handles := p.Handles()
	slices.SortFunc(handles, func(a, b string) int {
		if x, y := email.Plain(a), email.Plain(b); x != y {
			if x {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	if len(handles) == 0 {
		return ""
	}
	return handles[0]
}

// MaxLinks is how many handles one person may have.
const MaxLinks = 64

// Connections returns the links that p's login proves: its principal, and the
// addresses that it carries.
func (p Person) Connections() (principal string, ends []string) {
	principal = foldHandle(p.Principal)
	for _, h := range p.Handles() {
		if h != principal && email.Plain(h) && principal != "" {
			ends = append(ends, h)
		}
	}
	return principal, ends
}

// foldHandle returns a handle in the form by which it is compared. Identity
// Center ignores the case of user names.
func foldHandle(h string) string {
	if strings.HasPrefix(h, "sso|") {
		return email.Lower(h)
	}
	return email.Fold(h)
}
