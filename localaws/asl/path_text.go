package asl

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ohler55/ojg/jp"
)

// hyphenated is a name with hyphens after a dot, which the service takes and
// JSONPath wants in brackets.
var hyphenated = regexp.MustCompile(`^\.([A-Za-z_][A-Za-z0-9_]*-[A-Za-z0-9_-]*)`)

var (
	// quotedName is a name in brackets; a backslash keeps a quote from ending it.
	quotedName = regexp.MustCompile(`(?s)'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"`)
	escaped    = strings.NewReplacer(`\`, `\\`, `'`, `\'`)
)

// asJSONPath writes a path as the library wants it. In a name in brackets the
// service takes a backslash for itself; it only keeps the quote after it from
// ending the name.
func asJSONPath(text string) string {
	if !strings.ContainsAny(text, `-\`) {
		return text
	}
	var b strings.Builder
	for at := 0; at < len(text); {
		if name := hyphenated.FindStringSubmatch(text[at:]); name != nil {
			b.WriteString("['" + name[1] + "']")
			at += len(name[0])
			continue
		}
		end := at + 1
		if text[at] == '[' {
			end = bracketEnd(text, at)
			if inside := text[at:end]; strings.Contains(inside, "?") {
				b.WriteString(inside)
			} else {
				b.WriteString(quotedName.ReplaceAllStringFunc(inside, func(name string) string {
					return "'" + escaped.Replace(name[1:len(name)-1]) + "'"
				}))
			}
		} else {
			b.WriteByte(text[at])
		}
		at = end
	}
	return b.String()
}

// bracketEnd returns where the bracket that opens at a place is over.
func bracketEnd(text string, at int) int {
	depth := 0
	var quote byte
	for ; at < len(text); at++ {
		switch b := text[at]; {
		case quote != 0 && b == '\\':
			at++
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '\'' || b == '"':
			quote = b
		case b == '[':
			depth++
		case b == ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
	return len(text)
}

// missing is the failure of a member of a payload template, or of a Fail state,
// whose path finds nothing.
func (p *path) missing(s *scope, field string) *Failure {
	from := s.input
	if p.context {
		from = s.context()
	} else if from == nil {
		return runtimeFailure("Unable to apply Path transformation to null or empty input.")
	}
	return runtimeFailure("The JSONPath '%s' specified for the field '%s' could not be found in the input '%s'", p.text, field, encode(from))
}

// invalid is the failure of a field such as InputPath whose path finds nothing.
func (p *path) invalid(s *scope) *Failure {
	from := s.input
	if p.context {
		from = s.context()
	}
	return runtimeFailure("Invalid path '%s' : %s", p.text, p.nothing(from))
}

// nothing says in the service's words what a definite path does not find: its
// last property, or one on the way there.
func (p *path) nothing(at any) string {
	var so strings.Builder
	so.WriteByte('$')
	for i, frag := range p.expr[1:] {
		switch frag := frag.(type) {
		case jp.Child:
			fmt.Fprintf(&so, "['%s']", string(frag))
			object, ok := at.(map[string]any)
			value, there := object[string(frag)]
			if ok && !there && i < len(p.expr)-2 {
				return "Missing property in path " + so.String()
			}
			at = value
		case jp.Nth:
			fmt.Fprintf(&so, "[%d]", int(frag))
			list, _ := at.([]any)
			if at = nil; int(frag) >= 0 && int(frag) < len(list) {
				at = list[frag]
			}
		}
	}
	return "No results for path: " + so.String()
}
