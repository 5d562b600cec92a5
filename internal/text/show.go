package text

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Visible returns s with every character that would not be seen written as an
// escape, such as \u202e. Line breaks and tabs stay. The escapes are those of
// JSON, so JSON stays the same data.
func Visible(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		crlf := r == '\r' && strings.HasPrefix(s[i:], "\r\n")
		if r == '\n' || r == '\t' || crlf || !unicode.IsControl(r) && !Invisible(r) {
			b.WriteRune(r)
			continue
		}
		if r > 0xFFFF {
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
			continue
		}
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}

// Line returns s on one line, visible: a line break becomes a return sign, a tab
// a space.
func Line(s string) string {
	return strings.NewReplacer("\n", " ⏎ ", "\t", " ").Replace(Visible(unified(s)))
}

// Indent returns s visible, with prefix before each line but the first. The
// prefix keeps a line of a text from looking like a line of what shows it.
func Indent(s, prefix string) string {
	return strings.ReplaceAll(Visible(unified(s)), "\n", "\n"+prefix)
}

// unified writes every line break as \n.
func unified(s string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
}

// NewWriter returns a writer for a terminal. What is written to it reaches
// w as [Visible] writes it, so that no stored text moves the cursor, sets the title
// or turns the reading direction, whichever command prints it.
func NewWriter(w io.Writer) io.Writer { return &writer{to: w} }

type writer struct {
	to io.Writer
	mu sync.Mutex
	// rest is the beginning of a character whose other bytes are still to come,
	// or a carriage return that may be half of a line break.
	rest []byte
}

// Unwrap returns the writer that w writes to.
func (w *writer) Unwrap() io.Writer { return w.to }

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := append(w.rest, p...)
	whole := len(all)
	for i := 1; i < utf8.UTFMax && i <= len(all); i++ {
		if tail := all[len(all)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				whole -= i
			}
			break
		}
	}
	if whole == len(all) && whole > 0 && all[whole-1] == '\r' {
		whole--
	}
	w.rest = append([]byte(nil), all[whole:]...)
	if _, err := io.WriteString(w.to, Visible(string(all[:whole]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Colour is a colour of a terminal.
type Colour string

// The colours, as parameters of the control sequence SGR of ECMA-48.
const (
	Plain  Colour = ""
	Bold   Colour = "1"
	Faint  Colour = "2"
	Red    Colour = "31"
	Green  Colour = "32"
	Yellow Colour = "33"
)

// Paint writes s in a colour to a writer of [NewWriter], which would else show the
// colour's own escapes. To any other writer it is s alone.
func Paint(w io.Writer, c Colour, s string) error {
	t, is := w.(*writer)
	if !is || c == Plain {
		_, err := io.WriteString(w, s)
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := fmt.Fprintf(t.to, "\x1b[%sm%s\x1b[0m", c, Visible(s))
	return err
}
