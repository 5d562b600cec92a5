package text

import (
	"strings"
	"unicode"
)

// Cell returns s for a cell of a CSV file: visible, and with an apostrophe in
// front where a spreadsheet would take it for a formula. A formula could send
// away what is in the other cells.
func Cell(s string) string {
	s = Visible(s)
	first := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || modifies(r) })
	if s != "" && strings.ContainsRune("\t\r\n", rune(s[0])) || first != "" && strings.ContainsRune(formula, []rune(first)[0]) {
		return "'" + s
	}
	return s
}

// formula are the characters that begin one, also in their full-width and small
// forms, which some spreadsheets take for the same.
const formula = "=+-@＝＋－＠﹦﹢﹣﹫−"
