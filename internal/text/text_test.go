package text_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func TestCheck(t *testing.T) {
	for name, tc := range map[string]struct{ s, line, lines string }{
		"plain":                {"prod is down", "", ""},
		"empty":                {"", "", ""},
		"a line break":         {"one\ntwo", "U+000A", ""},
		"a Windows line break": {"one\r\ntwo", "U+000D", ""},
		"a tab":                {"a\tb", "U+0009", ""},
		"a lone return":        {"a\rb", "U+000D", "U+000D"},
		"an escape sequence":   {"\x1b[2J", "U+001B", "U+001B"},
		"C1 CSI":               {"\u009b2J", "U+009B", "U+009B"},
		"DEL":                  {"\x7f", "U+007F", "U+007F"},
		"next line":            {"a\u0085b", "U+0085", "U+0085"},
		"line separator":       {"a\u2028b", "U+2028", "U+2028"},
		"paragraph separator":  {"a\u2029b", "U+2029", "U+2029"},
		"an override":          {"abc\u202edef", "invisible character U+202E, as character 4", "U+202E"},
		"an isolate":           {"\u2066x\u2069", "U+2066", "U+2066"},
		"a direction mark":     {"\u200e1", "U+200E", "U+200E"},
		"an Arabic mark":       {"\u061c1", "U+061C", "U+061C"},
		"zero width":           {"ad\u200bmin", "U+200B", "U+200B"},
		"word joiner":          {"ad\u2060min", "U+2060", "U+2060"},
		"byte order mark":      {"\ufeffadmin", "U+FEFF", "U+FEFF"},
		"soft hyphen":          {"ad\u00admin", "U+00AD", "U+00AD"},
		"a tag":                {"a\U000E0061", "U+E0061", "U+E0061"},
		"an invisible operator": {
			"a\u2062b", "U+2062", "U+2062"},
		"a Hangul filler":         {"\u3164", "U+3164", "U+3164"},
		"a half-width filler":     {"\uffa0", "U+FFA0", "U+FFA0"},
		"a grapheme joiner":       {"a\u034fb", "U+034F", "U+034F"},
		"an unassigned ignorable": {"a\U000E0FFFb", "U+E0FFF", "U+E0FFF"},
		"broken UTF-8":            {"a\xffb", "UTF-8", "UTF-8"},
		"too long":                {strings.Repeat("é", 41), "41 characters, more than 40", "41 characters, more than 40"},

		"Persian":                     {"می\u200cخواهم", "", ""},
		"Sinhala":                     {"ශ්\u200dරී", "", ""},
		"an old chillu at a word end": {"അവന്\u200d പോയി", "", ""},
		"a family":                    {"👩\u200d👩\u200d👧", "", ""},
		"a rainbow flag":              {"🏳\ufe0f\u200d🌈", "", ""},
		"a heart":                     {"❤\ufe0f", "", ""},
		"a keycap":                    {"1\ufe0f\u20e3", "", ""},
		"an ideographic variant":      {"葛\U000E0100", "", ""},
		"Hebrew":                      {"שלום", "", ""},
		"Arabic number sign":          {"\u0600123", "", ""},
		"a combining mark":            {"e\u0301", "", ""},
		"no-break space":              {"10\u00a0km", "", ""},
		"a joiner between spaces":     {"a \u200d b", "U+200D", "U+200D"},
		"a joiner at the start":       {"\u200da", "U+200D", "U+200D"},
		"a joiner at the end":         {"a\u200c", "U+200C", "U+200C"},
		"two joiners":                 {"a\u200d\u200db", "U+200D", "U+200D"},
		"a selector alone":            {"\ufe0f", "U+FE0F", "U+FE0F"},
		"two selectors":               {"a\ufe0f\ufe0f", "U+FE0F", "U+FE0F"},
		"an ideograph's, on a letter": {"a\U000E0100", "U+E0100", "U+E0100"},
		"a selector after a space":    {"a \ufe0f", "U+FE0F", "U+FE0F"},
		"a selector after a no-break": {"a\u00a0\ufe0f", "U+FE0F", "U+FE0F"},
	} {
		for _, c := range []struct {
			err  error
			want string
		}{{text.CheckLine(tc.s, 40), tc.line}, {text.CheckLines(tc.s, 40), tc.lines}} {
			if c.want == "" && c.err != nil || c.want != "" && (c.err == nil || !strings.Contains(c.err.Error(), c.want)) {
				t.Errorf("%s: %q: got %v, want %q", name, tc.s, c.err, c.want)
			}
		}
	}
}

func TestBlank(t *testing.T) {
	for _, s := range []string{
		"", " ", "\n\t\r\n", "\u00a0", "\u200b", "\u3000", "\u2003\u2007", "\u1680", "\u2800", "\u3164", "\u115f", "\u200d", "\ufe0f", "\u180e",
		"\ufeff", "\u2028", "\u202e\u202c", "\U000E0020", "\ufffc", " \u00a0\u200b\n ",
	} {
		if !text.Blank(s) {
			t.Errorf("%q can be seen", s)
		}
	}
	for _, s := range []string{".", " a ", "\u200bx", "é", "👍", "-", "می\u200cخ"} {
		if text.Blank(s) {
			t.Errorf("%q is blank", s)
		}
	}
}

func TestShow(t *testing.T) {
	const stored = "one\r\ntwo\u2028three\x1b[2J\u202efour\U000E0061"
	for name, tc := range map[string]struct{ got, want string }{
		"visible": {text.Visible(stored), "one\r\ntwo" + `\u2028three\u001b[2J\u202efour\udb40\udc61`},
		"line":    {text.Line(stored), "one ⏎ two ⏎ three" + `\u001b[2J\u202efour\udb40\udc61`},
		"indent":  {text.Indent(stored, "  | "), "one\n  | two\n  | three" + `\u001b[2J\u202efour\udb40\udc61`},
		"clean":   {text.Clean("a\u202eb\x1bc\nd\u2028e\xff"), "a\uFFFDb\uFFFDc\nd e\uFFFD"},
		"one":     {text.CleanLine("a\u202eb\nc\td"), "a\uFFFDb c d"},
		"emoji":   {text.Line("👩\u200d👧 ❤\ufe0f"), "👩\u200d👧 ❤\ufe0f"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %q, want %q", name, tc.got, tc.want)
		}
	}
}

func TestCell(t *testing.T) {
	for s, want := range map[string]string{
		"=1": "'=1", "+1": "'+1", "-1": "'-1", "@A": "'@A", "\t=1": "'\t=1", "\n=1": "'\n=1", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠A": "'＠A",
		" =1": "' =1", "\u00a0=1": "'\u00a0=1", "\u200b=1": `\u200b=1`, "\r=1": `\u000d=1`, "a=b": "a=b", "": "", "[]": "[]", "\u202eabc": `\u202eabc`, "ok": "ok",
	} {
		if got := text.Cell(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}

// A character that is cut in two by who writes it is not broken by the writer.
func TestWriter(t *testing.T) {
	const all = "é\u202e👩\u200d👧\r\nx\x1b]0;title\a\n"
	for size := 1; size < len(all); size++ {
		var b bytes.Buffer
		w := text.NewWriter(&b)
		for rest := []byte(all); len(rest) > 0; {
			n := min(size, len(rest))
			if wrote, err := w.Write(rest[:n]); err != nil || wrote != n {
				t.Fatal(wrote, err)
			}
			rest = rest[n:]
		}
		if want := text.Visible(all); b.String() != want {
			t.Errorf("in pieces of %d: got %q, want %q", size, b.String(), want)
		}
	}
}

// Whatever comes in: what is cleaned passes, what is shown holds nothing that
// moves or hides, a text in lines makes no line of its own, and JSON stays the
// same data.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"a", "a\u200db", "\u202e", "a\r\nb", "\xff", "👩\u200d👧", "=1", "\U000E0100", "a\u2028\u0085"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		most := utf8.RuneCountInString(s)
		if clean := text.Clean(s); text.CheckLines(clean, most) != nil || text.CheckLines(s, most) == nil && clean != s {
			t.Fatalf("%q is cleaned to %q: %v", s, clean, text.CheckLines(clean, most))
		}
		if clean := text.CleanLine(s); text.CheckLine(clean, most) != nil || text.CheckLine(s, most) == nil && clean != s {
			t.Fatalf("%q is cleaned to %q: %v", s, clean, text.CheckLine(clean, most))
		}
		if text.CheckLine(s, most) == nil && text.CheckLines(s, most) != nil {
			t.Fatalf("%q passes as a line, and not as lines", s)
		}
		if line := text.Line(s); strings.ContainsAny(line, "\r\n") || text.Visible(line) != line {
			t.Fatalf("%q is shown as %q", s, line)
		}
		for i, line := range strings.Split(text.Indent(s, "> "), "\n") {
			if i > 0 && !strings.HasPrefix(line, "> ") {
				t.Fatalf("%q has the line %q", s, line)
			}
		}
		if text.CheckLines(s, most) == nil && text.Visible(s) != s {
			t.Fatalf("%q passes, and is shown as %q", s, text.Visible(s))
		}
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back, was string
		if json.Unmarshal(raw, &was) != nil || json.Unmarshal([]byte(text.Visible(string(raw))), &back) != nil || back != was {
			t.Fatalf("%s is other data as %s", raw, text.Visible(string(raw)))
		}
	})
}
