package expr

import (
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// Field is the request member an expression stands in. The service names it
// in its messages, and allows more or less of the language in it.
type Field string

// The request members that hold expressions.
const (
	ConditionExpression    Field = "ConditionExpression"
	FilterExpression       Field = "FilterExpression"
	KeyConditionExpression Field = "KeyConditionExpression"
	ProjectionExpression   Field = "ProjectionExpression"
	UpdateExpression       Field = "UpdateExpression"
)

// parser walks the tokens of one expression. Its methods panic with an
// *Invalid, which parse turns into an error: the grammar below is then free of
// error paths.
type parser struct {
	field     Field
	source    string
	tokens    []token
	at        int
	params    *Params
	operators int
}

// parse runs rule over the whole of source.
func parse(field Field, source string, params *Params, rule func(*parser)) (err error) {
	defer func() {
		if r := recover(); r != nil {
			invalid, ok := r.(*Invalid)
			if !ok {
				panic(r)
			}
			err = invalid
		}
	}()
	p := &parser{field: field, source: source, params: params}
	if source == "" {
		p.failf("The expression can not be empty;")
	}
	if len(source) > maxSize {
		p.failf("Expression size has exceeded the maximum allowed size; expression size: %d", len(source))
	}
	p.tokens = lex(source)
	rule(p)
	if p.peek().kind != eof {
		p.syntax()
	}
	return nil
}

func (p *parser) failf(format string, args ...any) {
	panic(invalidf("Invalid %s: "+format, append([]any{p.field}, args...)...))
}

// syntax complains about the current token, with its neighbours as the place.
func (p *parser) syntax() {
	low, high := max(p.at-1, 0), min(p.at+1, len(p.tokens)-1)
	near := p.source
	if len(p.tokens) > 1 {
		near = p.source[p.tokens[low].start:p.tokens[high].end]
		near = strings.TrimRight(near, " \t\r\n")
	}
	word := p.text()
	if p.peek().kind == eof {
		word = "<EOF>"
	}
	p.failf("Syntax error; token: \"%s\", near: \"%s\"", word, near)
}

func (p *parser) peek() token  { return p.tokens[p.at] }
func (p *parser) text() string { return p.source[p.peek().start:p.peek().end] }

// take returns the current token's text and goes on to the next.
func (p *parser) take() string {
	text := p.text()
	if p.peek().kind != eof {
		p.at++
	}
	return text
}

// is reports whether the current token is the given symbol.
func (p *parser) is(want string) bool {
	return p.peek().kind == symbol && p.text() == want
}

// accept takes the given symbol if it is next.
func (p *parser) accept(want string) bool {
	if !p.is(want) {
		return false
	}
	p.at++
	return true
}

func (p *parser) expect(want string) {
	if !p.accept(want) {
		p.syntax()
	}
}

// isWord reports whether the current token is the given keyword, in any case.
func (p *parser) isWord(keyword string) bool {
	return p.peek().kind == name && strings.EqualFold(p.text(), keyword)
}

func (p *parser) acceptWord(keyword string) bool {
	if !p.isWord(keyword) {
		return false
	}
	p.at++
	return true
}

// count counts one operator or function against the limit.
func (p *parser) count() {
	if p.operators++; p.operators > maxOperators {
		p.failf("The expression contains too many operators; operator count: %d", p.operators)
	}
}

// path parses a document path: name.name[index], where each name is a word
// that isn't reserved or a #placeholder.
func (p *parser) path() Path {
	path := Path{p.pathName()}
	for {
		switch {
		case p.accept("."):
			path = append(path, p.pathName())
		case p.accept("["):
			if p.peek().kind != number {
				p.syntax()
			}
			index, err := strconv.ParseInt(p.take(), 10, 32)
			if p.is("]") && err != nil {
				p.failf("List index is not within the allowable range; index: [%s]", p.source[p.tokens[p.at-1].start:p.tokens[p.at-1].end])
			}
			p.expect("]")
			path = append(path, Step{Index: int(index), IsIndex: true})
		default:
			if len(path) > maxDepth {
				p.failf("The document path has too many nesting levels; nesting levels: %d", len(path))
			}
			return path
		}
	}
}

func (p *parser) pathName() Step {
	switch p.peek().kind {
	case name:
		if keyword(p.text()) {
			p.syntax()
		}
		word := p.take()
		if reserved(word) {
			p.failf("Attribute name is a reserved keyword; reserved keyword: %s", word)
		}
		return Step{Name: word}
	case nameRef:
		key := p.take()
		attribute, ok := p.params.names[key]
		if !ok {
			p.failf("An expression attribute name used in the document path is not defined; attribute name: %s", key)
		}
		p.params.usedNames[key] = true
		return Step{Name: attribute}
	}
	p.syntax()
	return Step{}
}

// value parses a :placeholder.
func (p *parser) value() attr.Value {
	key := p.take()
	value, ok := p.params.values[key]
	if !ok {
		p.failf("An expression attribute value used in expression is not defined; attribute value: %s", key)
	}
	p.params.usedValues[key] = true
	return value
}

// isCall reports whether a function call is next.
func (p *parser) isCall() bool {
	if p.peek().kind != name {
		return false
	}
	next := p.tokens[p.at+1]
	return next.kind == symbol && p.source[next.start:next.end] == "("
}
