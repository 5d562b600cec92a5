package expr

import (
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// setValue is the right side of a SET: an operand, a function's result, or the
// sum or difference of two.
type setValue struct {
	operator string // "", "+", "-", "if_not_exists" or "list_append"
	operand  operand
	args     []setValue
}

func (s setValue) get(item attr.Item) (attr.Value, error) {
	switch s.operator {
	case "":
		value, ok := s.operand.get(item)
		if !ok {
			return attr.Value{}, errNoAttribute
		}
		return value, nil
	case "if_not_exists":
		// The second must have a value even where it isn't used.
		otherwise, err := s.args[1].get(item)
		if value, ok := s.args[0].operand.get(item); ok && err == nil {
			return value, nil
		}
		return otherwise, err
	}
	a, err := s.args[0].get(item)
	if err != nil {
		return attr.Value{}, err
	}
	b, err := s.args[1].get(item)
	if err != nil {
		return attr.Value{}, err
	}
	if s.operator == "list_append" {
		if a.Kind != attr.L || b.Kind != attr.L {
			return attr.Value{}, errWrongType
		}
		return attr.Value{Kind: attr.L, List: slices.Concat(a.List, b.List)}, nil
	}
	if a.Kind != attr.N || b.Kind != attr.N {
		return attr.Value{}, errWrongType
	}
	if s.operator == "-" {
		b.Num = b.Num.Neg()
	}
	sum, err := a.Num.Add(b.Num)
	return attr.Value{Kind: attr.N, Num: sum}, err
}

// ParseUpdate parses an UpdateExpression. The error is an *Invalid.
func ParseUpdate(source string, params *Params) (Update, error) {
	var update Update
	err := parse(UpdateExpression, source, params, func(p *parser) {
		seen := map[string]bool{}
		for {
			verb := strings.ToUpper(p.text())
			if !slices.Contains([]string{"SET", "REMOVE", "ADD", "DELETE"}, verb) {
				p.syntax()
			}
			if seen[verb] {
				p.failf("The \"%s\" section can only be used once in an update expression;", verb)
			}
			seen[verb] = true
			p.take()
			update.actions = append(update.actions, p.action(verb))
			for p.accept(",") {
				update.actions = append(update.actions, p.action(verb))
			}
			if p.peek().kind == eof {
				break
			}
		}
		p.checkApart(update.Paths())
	})
	return update, err
}

// action parses one entry of a clause.
func (p *parser) action(verb string) action {
	a := action{verb: verb, path: p.path()}
	switch verb {
	case "SET":
		p.expect("=")
		a.value = p.setValue()
	case "ADD", "DELETE":
		if p.peek().kind != valueRef {
			p.syntax()
		}
		a.by = p.value()
		if !a.by.IsSet() && (verb == "DELETE" || a.by.Kind != attr.N) {
			p.failf("Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_%s_OPERAND", verb, longName(a.by.Kind), verb)
		}
	}
	return a
}

// longName is what the service calls a kind in the messages of ADD and DELETE.
func longName(kind attr.Kind) string {
	long := map[attr.Kind]string{
		attr.S: "STRING", attr.N: "NUMBER", attr.B: "BINARY", attr.BOOL: "BOOLEAN",
		attr.NULL: "NULL", attr.M: "MAP", attr.L: "LIST",
	}
	return long[kind]
}

// setValue parses a SET's right side. It may stand in parentheses, with or
// without the arithmetic inside them.
func (p *parser) setValue() setValue {
	left := p.setOperand(true)
	if left.operator == "+" || left.operator == "-" {
		return left
	}
	if !p.is("+") && !p.is("-") {
		return left
	}
	operator := p.take()
	p.count()
	args := []setValue{left, p.setOperand(false)}
	for _, arg := range args {
		if v := arg.operand.literal; v != nil && v.Kind != attr.N {
			p.wrongType(operator, v.Kind)
		}
	}
	return setValue{operator: operator, args: args}
}

func (p *parser) setOperand(arithmetic bool) setValue {
	switch {
	case p.accept("("):
		var inner setValue
		if arithmetic {
			inner = p.setValue()
		} else {
			inner = p.setOperand(false)
		}
		p.expect(")")
		return inner
	case p.peek().kind == valueRef:
		value := p.value()
		return setValue{operand: operand{literal: &value}}
	case p.isCall():
		return p.setFunction(p.text())
	}
	return setValue{operand: operand{path: p.path()}}
}

func (p *parser) setFunction(function string) setValue {
	if function != "if_not_exists" && function != "list_append" {
		p.refuseFunction(function)
	}
	p.count()
	p.take()
	p.expect("(")
	args := []setValue{p.setOperand(false)}
	for p.accept(",") {
		args = append(args, p.setOperand(false))
	}
	p.expect(")")
	if len(args) != 2 {
		p.failf("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", function, len(args))
	}
	if function == "if_not_exists" {
		p.requirePath(function, args[0].operand)
	} else {
		for _, arg := range args {
			if v := arg.operand.literal; v != nil && v.Kind != attr.L {
				p.wrongType(function, v.Kind)
			}
		}
	}
	return setValue{operator: function, args: args}
}
