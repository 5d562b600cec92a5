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

// Record returns a line of a CSV file (RFC 4180), its end included, with each cell as
// [Cell] has it. encoding/csv writes the line ends of RFC 4180 only together with those
// inside of cells, which are to stay as they are.
func Record(cells []string) []byte {
	var b strings.Builder
	for i, c := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		if c = Cell(c); strings.ContainsAny(c, "\",\r\n") {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		b.WriteString(c)
	}
	b.WriteString("\r\n")
	return []byte(b.String())
}
