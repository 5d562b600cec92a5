package expr

import (
	"unicode/utf16"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// operand is what an operator or function works on: a document path, a value
// of the request, or the size of one of those.
type operand struct {
	path    Path        // nil unless it is a path
	literal *attr.Value // nil unless it is a value
	sizeOf  *operand    // nil unless it is size(…)
}

// get returns the operand's value for an item. ok is false where it has none.
func (o operand) get(item attr.Item) (attr.Value, bool) {
	switch {
	case o.literal != nil:
		return *o.literal, true
	case o.sizeOf != nil:
		inner, ok := o.sizeOf.get(item)
		if !ok {
			return attr.Value{}, false
		}
		return sizeOf(inner)
	}
	return o.path.Get(item)
}

// sizeOf is the language's size(): UTF-16 units of a string, bytes of a
// binary, elements of a set, list or map. Other kinds have none.
func sizeOf(v attr.Value) (attr.Value, bool) {
	var size int
	switch v.Kind {
	case attr.S:
		size = len(utf16.Encode([]rune(v.Text)))
	case attr.B:
		size = len(v.Text)
	case attr.M:
		size = len(v.Map)
	case attr.L, attr.SS, attr.NS, attr.BS:
		size = len(v.List)
	default:
		return attr.Value{}, false
	}
	return attr.Value{Kind: attr.N, Num: attr.FromInt(int64(size))}, true
}

// same reports whether two operands are the same document path, which most
// operators refuse.
func (o operand) same(other operand) bool {
	return o.path != nil && other.path != nil && o.path.String() == other.path.String()
}

// describe writes an operand's literal as the service does in messages.
func describe(v attr.Value) string {
	text := v.Text
	if v.Kind == attr.N {
		text = v.Num.String()
	}
	return "AttributeValue: {" + string(v.Kind) + ":" + text + "}"
}

// operand parses a path, a :value or size(…), in any number of parentheses.
func (p *parser) operand() operand {
	switch {
	case p.accept("("):
		inner := p.operand()
		p.expect(")")
		return inner
	case p.peek().kind == valueRef:
		value := p.value()
		return operand{literal: &value}
	case p.isCall():
		if function := p.text(); function != "size" {
			p.refuseFunction(function)
		}
		return p.size()
	}
	return operand{path: p.path()}
}

func (p *parser) size() operand {
	p.count()
	args := p.arguments("size", 1)
	if v := args[0].literal; v != nil {
		if _, ok := sizeOf(*v); !ok {
			p.wrongType("size", v.Kind)
		}
	}
	if args[0].sizeOf != nil {
		p.failf("The function is not allowed to be used this way in an expression; function: size")
	}
	return operand{sizeOf: &args[0]}
}

// arguments parses a call's name and its want arguments.
func (p *parser) arguments(function string, want int) []operand {
	p.take()
	p.expect("(")
	args := []operand{p.operand()}
	for p.accept(",") {
		args = append(args, p.operand())
	}
	p.expect(")")
	if len(args) != want {
		p.failf("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", function, len(args))
	}
	return args
}

func (p *parser) wrongType(operator string, kind attr.Kind) {
	p.failf("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", operator, kind)
}

func (p *parser) requirePath(function string, o operand) {
	if o.path == nil {
		p.failf("Operator or function requires a document path; operator or function: %s", function)
	}
}

func (p *parser) requireDistinct(operator string, operands []operand) {
	for _, other := range operands[1:] {
		if operands[0].same(other) {
			p.failf("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s", operator, operands[0].path)
		}
	}
}

// refuseFunction complains about a function that can't stand here: unknown, or
// of the other half of the language.
func (p *parser) refuseFunction(function string) {
	switch function {
	case "if_not_exists", "list_append":
		if p.field != UpdateExpression {
			p.failf("The function is not allowed in a condition expression; function: %s", function)
		}
	case "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size":
		if p.field == UpdateExpression {
			p.failf("The function is not allowed in an update expression; function: %s", function)
		}
	default:
		p.failf("Invalid function name; function: %s", function)
	}
	p.failf("The function is not allowed to be used this way in an expression; function: %s", function)
}
