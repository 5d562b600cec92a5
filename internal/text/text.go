// Package text decides which characters a text for people may contain, and how a text
// that was stored under older rules is shown. Every boundary uses it: the API, hooks,
// flows.yaml, the command line, messages and exports.
//
// A text contains only what its readers can see. Bidirectional overrides, zero-width
// characters, tags and the like make a text read differently from what it is, so
// they are refused or shown as escapes. Joiners inside of words and emoji, and
// variation selectors after a character, belong to what is seen and pass.
package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckLine checks a text of one line: at most limit characters, and no
// character that [CheckLines] refuses, line break or tab. It returns
// nil for a valid text.
func CheckLine(s string, limit int) error { return check(s, limit, false) }

// CheckLines checks a text that may have line breaks and tabs: at most limit
// characters, no other control character and no invisible one. The error names
// the first that it finds.
func CheckLines(s string, limit int) error { return check(s, limit, true) }

func check(s string, limit int, lines bool) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("it is not valid UTF-8")
	}
	if n := utf8.RuneCountInString(s); n > limit {
		return fmt.Errorf("%d characters, more than %d", n, limit)
	}
	if plain(s) {
		return nil
	}
	runes := []rune(s)
	for i, r := range runes {
		switch classify(runes, i, lines) {
		case control:
			return fmt.Errorf("it holds the control character %U", r)
		case hidden:
			return fmt.Errorf("it holds the invisible character %U, as character %d", r, i+1)
		}
	}
	return nil
}

// Clean returns s with a replacement character in place of each that
// [CheckLines] refuses. It is for texts that nobody can correct, such as a
// hook's. The length in characters stays.
func Clean(s string) string { return clean(s, true) }

// CleanLine is [Clean] for one line: breaks and tabs become spaces.
func CleanLine(s string) string { return clean(s, false) }

// Reveal is [Clean] for invisible characters alone. Control characters stay, for
// a check to refuse.
func Reveal(s string) string {
	return replace(s, func(class int) bool { return class == hidden }, true)
}

func clean(s string, lines bool) string {
	return replace(s, func(class int) bool { return class != shown }, lines)
}

// replace writes a replacement character for each character of a class that is
// refused, and a space for a break or tab among them.
func replace(s string, refused func(class int) bool, lines bool) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if plain(s) {
		return s
	}
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		switch {
		case !refused(classify(runes, i, lines)):
			b.WriteRune(r)
		case isBreak(r) || r == '\t':
			b.WriteByte(' ')
		default:
			b.WriteRune(unicode.ReplacementChar)
		}
	}
	return b.String()
}

// Blank reports whether s shows nothing: it is empty, or consists of spaces of any
// width, line breaks and invisible characters.
func Blank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && !unicode.IsControl(r) && !Invisible(r) && !modifies(r) && !strings.ContainsRune(blanks, r) {
			return false
		}
	}
	return true
}

// blanks look like a space, and are letters or symbols to Unicode: the braille
// pattern without dots, the null notehead, and the object replacement character.
const blanks = "\u2800\U0001D159\uFFFC"

// plain reports whether s is printable ASCII, which every rule lets pass.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// The classes of a character at its place.
const (
	shown = iota
	control
	hidden
)

// classify reports what the rune at i is; lines says whether line breaks and
// tabs are shown.
func classify(s []rune, i int, lines bool) int {
	r := s[i]
	switch {
	case r == '\n', r == '\t', r == '\r' && i+1 < len(s) && s[i+1] == '\n':
		if lines {
			return shown
		}
		return control
	case unicode.IsControl(r):
		return control
	case Invisible(r), modifies(r) && !fits(s, i):
		return hidden
	}
	return shown
}

// Invisible reports whether r is never seen and belongs to no visible
// character: the bidirectional controls, zero-width characters, tags, fillers,
// and the separators of lines and paragraphs. It is Unicode's
// Default_Ignorable_Code_Point and the format characters, without joiners,
// variation selectors and the Arabic signs that enclose digits.
func Invisible(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case unicode.In(r, unicode.Join_Control, unicode.Variation_Selector, unicode.Prepended_Concatenation_Mark):
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}

// modifies reports whether r changes how its neighbours look, and is not seen by
// itself.
func modifies(r rune) bool {
	return unicode.In(r, unicode.Join_Control, unicode.Variation_Selector)
}

// fits reports whether the joiner or variation selector at i stands where it
// has an effect.
func fits(s []rune, i int) bool {
	if i == 0 {
		return false
	}
	before := s[i-1]
	if !unicode.Is(unicode.Join_Control, s[i]) {
		if s[i] >= 0xE0100 { // ideographic variants
			return unicode.Is(unicode.Ideographic, before)
		}
		return unicode.IsGraphic(before) && !unicode.IsSpace(before) && !modifies(before) && !Invisible(before)
	}
	// Some Indic letters of the old encoding are a mark and a joiner, also at the
	// end of a word.
	if unicode.IsMark(before) && !modifies(before) {
		return true
	}
	return i+1 < len(s) && joins(before) && joins(s[i+1])
}

// joins reports whether r can be one side of a joiner: a letter, a mark of one,
// an emoji, or the variation selector after it.
func joins(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsSymbol(r)) && !Invisible(r)
}

func isBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || unicode.In(r, unicode.Zl, unicode.Zp)
}
