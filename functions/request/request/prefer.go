package request

import (
	"strconv"
	"strings"
	"time"
)

// maxWait is the longest wait, in seconds: API Gateway gives up after 30.
const maxWait = 20

// preferWait reads the wait preference of a Prefer header (RFC 7240), which may have
// others. A preference that is malformed or can't be met is ignored (section 2); the
// response's Preference-Applied says which one was applied.
func preferWait(header string) (wait time.Duration, applied bool) {
	for _, preference := range outsideQuotes(header, ',') {
		token := outsideQuotes(preference, ';')[0]
		name, value, _ := strings.Cut(strings.TrimSpace(token), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "wait") {
			continue
		}
		// Of a repeated one, the first counts (RFC 7240, section 2).
		n, err := strconv.ParseUint(unquote(strings.TrimSpace(value)), 10, 31)
		return time.Duration(n) * time.Second, err == nil && n <= maxWait
	}
	return 0, false
}

// unquote returns the content of a quoted string, and anything else unchanged.
func unquote(s string) string {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// outsideQuotes splits s where a separator stands outside of a quoted string
// (RFC 9110, section 5.6.4). It returns at least one part.
func outsideQuotes(s string, separator byte) []string {
	var parts []string
	quoted, from := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case !quoted && s[i] == separator:
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	return append(parts, s[from:])
}
