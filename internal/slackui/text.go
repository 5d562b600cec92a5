package slackui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Line returns s on one line, without characters that hide or turn what is read, in at
// most so many UTF-16 units. Slack counts characters; no text has more of them than units.
func Line(s string, most int) string {
	return clip(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, stripped(s)), most)
}

// Lines is [Line] for a text that may have line breaks.
func Lines(s string, most int) string { return clip(stripped(s), most) }

// stripped removes control and invisible characters. A line break stays; a tab is a space.
func stripped(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
	was, clean := []rune(s), []rune(text.Clean(s))
	var b strings.Builder
	for i, r := range clean {
		if r != unicode.ReplacementChar || was[i] == unicode.ReplacementChar {
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// clip returns at most so many UTF-16 units, with "…" at the end of a text that is cut.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	units, end := 0, 0 // end is where a cut text ends
	for i, r := range s {
		if units++; r > 0xFFFF {
			units++
		}
		if units > most {
			return strings.TrimRightFunc(s[:end], joins) + "…"
		}
		if units < most {
			end = i + utf8.RuneLen(r)
		}
	}
	return s
}

// joins reports whether r would change the "…" after it.
func joins(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Join_Control, r) }

// Escape escapes the text of a message outside of its blocks, which Slack parses: mentions
// and links begin with <. Clip first, escape then.
func Escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// Plain returns a plain_text of at most so many UTF-16 units. ":smile:" stays letters, and
// an empty text is "-", since Slack refuses one.
func Plain(s string, most int) *slack.TextBlockObject {
	emoji := false
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: orDash(Lines(s, most)), Emoji: &emoji}
}

func orDash(s string) string {
	if text.Blank(s) {
		return "-"
	}
	return s
}

// spoken is a text element of a rich_text.
func spoken(s string, most int) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(orDash(Line(s, most)), nil)
}

// bold is [spoken] in bold.
func bold(s string, most int) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(orDash(Line(s, most)), &slack.RichTextSectionTextStyle{Bold: true})
}

// glue is the fixed text between others, whose spaces stay.
func glue(s string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, nil)
}

// quote shows what somebody wrote, line by line.
func quote(s string, most int) slack.RichTextElement {
	return &slack.RichTextQuote{Type: slack.RTEQuote, Elements: []slack.RichTextSectionElement{
		slack.NewRichTextSectionTextElement(orDash(Lines(s, most)), nil),
	}}
}

func section(parts ...slack.RichTextSectionElement) slack.RichTextElement {
	return slack.NewRichTextSection(parts...)
}

// bullets is a list, empty for no items.
func bullets(items []slack.RichTextElement) []slack.RichTextElement {
	if len(items) == 0 {
		return nil
	}
	return []slack.RichTextElement{slack.NewRichTextList(slack.RTEListBullet, 0, items...)}
}
