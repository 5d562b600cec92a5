package run

import (
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// The limits on texts, in characters.
const (
	// MaxReason bounds a reason of a person or a hook.
	MaxReason    = 2000
	maxErrorText = 1000
)

// ClipError makes an error text fit for the history: one line of visible
// characters, not too long.
func ClipError(s string) string {
	s = text.CleanLine(s)
	if utf8.RuneCountInString(s) <= maxErrorText {
		return s
	}
	return string([]rune(s)[:maxErrorText-1]) + "…"
}
