package expr

import "strings"

// A token is a word of an expression with its place in the source.
type token struct {
	kind       tokenKind
	start, end int
}

type tokenKind int

const (
	eof      tokenKind = iota
	name               // an attribute name or keyword: letters, digits, underscores
	nameRef            // #name
	valueRef           // :value
	number             // a list index
	symbol             // an operator or punctuation
)

// lex cuts source into tokens. Whatever is no token of the language becomes a
// symbol of one character, which no rule of the grammar accepts.
func lex(source string) []token {
	var tokens []token
	for i := 0; i < len(source); {
		start, kind := i, symbol
		switch c := source[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case isLetter(c):
			kind, i = name, wordEnd(source, i)
		case (c == '#' || c == ':') && wordEnd(source, i+1) > i+1:
			kind = nameRef
			if c == ':' {
				kind = valueRef
			}
			i = wordEnd(source, i+1)
		case c == '0':
			kind, i = number, i+1
		case isDigit(c):
			kind = number
			for i < len(source) && isDigit(source[i]) {
				i++
			}
		case strings.HasPrefix(source[i:], "<>"), strings.HasPrefix(source[i:], "<="), strings.HasPrefix(source[i:], ">="):
			i += 2
		default:
			i++
			for i < len(source) && source[i]&0xC0 == 0x80 { // the rest of a rune
				i++
			}
		}
		tokens = append(tokens, token{kind, start, i})
	}
	return append(tokens, token{eof, len(source), len(source)})
}

func wordEnd(source string, i int) int {
	for i < len(source) && (isLetter(source[i]) || isDigit(source[i]) || source[i] == '_') {
		i++
	}
	return i
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
