package asl

import (
	"fmt"
	"strconv"
	"strings"
)

// call is an intrinsic function with its arguments.
type call struct {
	name string
	fn   intrinsic
	args []argument
}

// argument is a literal, a path, or another call.
type argument struct {
	literal any
	path    *path
	call    *call
}

// maxNesting is how deep calls may stand in one another: ten, as the service
// has it.
const maxNesting = 10

func parseIntrinsic(text string) (*call, error) {
	s := &scanner{text: text}
	c, err := s.call(1)
	if err != nil {
		return nil, err
	}
	s.blanks()
	if s.at < len(s.text) {
		return nil, fmt.Errorf("%q stands behind the function", s.text[s.at:])
	}
	return c, s.escape
}

type scanner struct {
	text string
	at   int
	// escape is set after a backslash that escapes nothing.
	escape error
}

func (s *scanner) blanks() {
	for s.at < len(s.text) && strings.IndexByte(" \t\n\r", s.text[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) call(depth int) (*call, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("functions stand more than %d deep", maxNesting)
	}
	s.blanks()
	start := s.at
	for s.at < len(s.text) && (isWord(s.text[s.at]) || s.text[s.at] == '.') {
		s.at++
	}
	c := &call{name: s.text[start:s.at]}
	fn, known := intrinsics[c.name]
	if !known {
		return nil, fmt.Errorf("%q is no intrinsic function", c.name)
	}
	c.fn = fn
	s.blanks()
	if s.peek() != '(' {
		return nil, fmt.Errorf("%s: missing (", c.name)
	}
	s.at++
	s.blanks()
	if s.peek() != ')' {
		for {
			a, err := s.argument(depth)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			c.args = append(c.args, a)
			s.blanks()
			if s.peek() == ',' {
				s.at++
				continue
			}
			break
		}
	}
	if s.peek() != ')' {
		return nil, fmt.Errorf("%s: missing )", c.name)
	}
	s.at++
	if n := len(c.args); n < fn.least || fn.most >= 0 && n > fn.most {
		return nil, fmt.Errorf("%s does not take %d arguments", c.name, n)
	}
	return c, nil
}

func isWord(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_'
}

func (s *scanner) argument(depth int) (argument, error) {
	s.blanks()
	switch b := s.peek(); {
	case b == '\'':
		text, err := s.quoted()
		return argument{literal: text}, err
	case b == '$':
		p, err := s.path()
		return argument{path: p}, err
	case b == '-' || '0' <= b && b <= '9':
		start := s.at
		for s.at < len(s.text) && strings.IndexByte("+-.eE0123456789", s.text[s.at]) >= 0 {
			s.at++
		}
		word := s.text[start:s.at]
		if i, err := strconv.ParseInt(word, 10, 64); err == nil {
			return argument{literal: i}, nil
		}
		f, err := strconv.ParseFloat(word, 64)
		return argument{literal: f}, err
	}
	for word, value := range map[string]any{"true": true, "false": false, "null": nil} {
		if rest, ok := strings.CutPrefix(s.text[s.at:], word); ok && (rest == "" || !isWord(rest[0])) {
			s.at += len(word)
			return argument{literal: value}, nil
		}
	}
	c, err := s.call(depth + 1)
	return argument{call: c}, err
}

// quoted reads a string in single quotes; \' \\ \{ and \} stand for what they
// escape, and a backslash before anything else is refused
// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
func (s *scanner) quoted() (string, error) {
	var b strings.Builder
	for s.at++; s.at < len(s.text); s.at++ {
		switch ch := s.text[s.at]; ch {
		case '\'':
			s.at++
			return b.String(), nil
		case '\\':
			s.at++
			if s.at == len(s.text) {
				return "", fmt.Errorf("a string does not end")
			}
			switch next := s.text[s.at]; next {
			case '{', '}':
				b.WriteByte('\\') // for States.Format to see
			case '\'', '\\':
			default:
				s.escape = newer{fmt.Errorf("\\%c is no escape sequence; there are \\', \\{, \\} and \\\\", next)}
			}
			b.WriteByte(s.text[s.at])
		default:
			b.WriteByte(ch)
		}
	}
	return "", fmt.Errorf("a string does not end")
}

// path reads up to the comma or parenthesis that ends it, brackets and quotes
// within it balanced.
func (s *scanner) path() (*path, error) {
	start, depth := s.at, 0
	var quote byte
	for ; s.at < len(s.text); s.at++ {
		switch b := s.text[s.at]; {
		case quote != 0 && b == '\\':
			s.at++ // what follows does not end the name
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case depth > 0 && (b == '\'' || b == '"'):
			quote = b
		case b == '[' || b == '(':
			depth++
		case b == ']' || b == ')' && depth > 0:
			depth--
		case depth == 0 && (b == ',' || b == ')'):
			return parsePath(strings.TrimSpace(s.text[start:s.at]))
		}
	}
	return nil, fmt.Errorf("a path does not end")
}

// eval calls the function; field is the member that it stands in.
func (c *call) eval(s *scope, field string) (any, *Failure) {
	args := make([]any, len(c.args))
	for i, a := range c.args {
		switch {
		case a.call != nil:
			v, failure := a.call.eval(s, field)
			if failure != nil {
				return nil, failure
			}
			args[i] = v
		case a.path != nil:
			v, err := a.path.get(s)
			if err != nil {
				return nil, a.path.missing(s, field)
			}
			args[i] = v
		default:
			args[i] = a.literal
		}
	}
	v, err := c.fn.apply(args)
	if err != nil {
		f := Fail(errIntrinsic, fmt.Sprintf("%s failed: %v", c.name, err))
		return nil, f
	}
	return v, nil
}
