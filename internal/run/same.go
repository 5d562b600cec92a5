package run

import (
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// Same reports whether two may be one person: whether any of their handles, or
// of those linked to them, is the same. It keeps people apart where one may not
// stand in for another: self-approval, the approvals that count, and limits. A
// doubt makes two one.
func Same(p, q Person) bool {
	known := p.Handles()
	return slices.ContainsFunc(q.Handles(), func(h string) bool { return slices.Contains(known, h) })
}

// OwnedBy reports whether the run is p's own: by its principal, or by a
// directory entry that names the principals of both. An e-mail address alone
// doesn't make an owner, since addresses are handed on. Of runs that older
// releases stored no principal is known; those are owned as they were then.
func (r *Run) OwnedBy(p Person) bool { return p.is(r.Requester) }

// is reports whether q, whom a record names, is p.
func (p Person) is(q Person) bool {
	if q.Principal == "" {
		return q.ID == p.ID || q.ID == p.Principal || q.Email != "" && email.Equal(q.Email, p.Email)
	}
	return q.Principal == p.Principal || q.Mapped && p.Mapped && q.ID == p.ID
}

// Handles are the names by which [Same] compares p, each once: addresses
// before principals, so that the first stays the same for one login whose
// tokens come with and without others.
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

// Keys are the handles of p, and its ID and principal as they are: what
// something that was stored for p may be found by.
func (p Person) Keys() []string {
	keys := p.Handles()
	for _, k := range []string{p.ID, p.Principal} {
		if k != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// Key is the one of the handles by which something is counted for p: the first
// address if there is one, so that it is the same for two logins that share it.
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

// Connections are the principal of p and the addresses that it carries: the
// links that its login proves.
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
