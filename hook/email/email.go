// Package email compares e-mail addresses. Everything in this project that
// compares two addresses does so by [Equal]; docs/decisions/0012 says why.
package email

import "strings"

// The longest local part and domain (RFC 5321, section 4.5.3.1).
const (
	maxLocal  = 64
	maxDomain = 253
)

// Plain reports whether s is an address in its plain form: ASCII letters, digits,
// dots and !#$%&'*+-/=?^_`{}~ before one "@"; letters, digits, dots and hyphens
// after it, with a letter or digit at either end. Quoted local parts, comments,
// address literals, trailing dots, blanks, "|" and characters beyond ASCII are
// not plain. flows.v1.json has the same as a pattern.
func Plain(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	if !found || local == "" || len(local) > maxLocal || domain == "" || len(domain) > maxDomain ||
		!alphanumeric(domain[0]) || !alphanumeric(domain[len(domain)-1]) {
		return false
	}
	for i := range len(local) {
		if !alphanumeric(local[i]) && strings.IndexByte("!#$%&'*+-/=?^_`{}~.", local[i]) < 0 {
			return false
		}
	}
	for i := range len(domain) {
		if !alphanumeric(domain[i]) && domain[i] != '-' && domain[i] != '.' {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// Fold returns s in the form by which it is compared: a plain address with its
// ASCII letters in lower case, anything else unchanged.
func Fold(s string) string {
	if !Plain(s) {
		return s
	}
	return Lower(s)
}

// Lower returns s with its ASCII letters in lower case and every other byte
// unchanged.
func Lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// Equal reports whether a and b are the same address: two plain ones that
// differ in the case of ASCII letters at most, any others byte by byte.
func Equal(a, b string) bool { return Fold(a) == Fold(b) }
