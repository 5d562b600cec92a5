package expr

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// maxIn is how many values an IN may list. (AWS, "Service quotas".)
const maxIn = 100

// ParseCondition parses the condition that stands in the given member of a
// request. The error is an *Invalid.
func ParseCondition(field Field, source string, params *Params) (Condition, error) {
	var condition Condition
	err := parse(field, source, params, func(p *parser) { condition.root = p.condition() })
	return condition, err
}

func (p *parser) condition() node {
	root := p.or()
	if _, ok := root.(bare); ok {
		p.syntax()
	}
	return root
}

func (p *parser) or() node {
	return p.chain("OR", func() node { return p.chain("AND", p.not) })
}

// chain parses one or more conditions with the given operator between them.
func (p *parser) chain(operator string, next func() node) node {
	left := next()
	for p.isWord(operator) {
		if _, ok := left.(bare); ok {
			p.syntax()
		}
		p.take()
		p.count()
		right := next()
		if _, ok := right.(bare); ok {
			p.syntax()
		}
		left = logical{operator, left, right}
	}
	return left
}

func (p *parser) not() node {
	if p.isWord("NOT") {
		p.take()
		p.count()
		inner := p.not()
		if _, ok := inner.(bare); ok {
			p.syntax()
		}
		return logical{operator: "NOT", left: inner}
	}
	return p.primary()
}

// primary parses a condition in parentheses, a function or a comparison. What
// stands in parentheses may turn out to be an operand, as in (a) = :b.
func (p *parser) primary() node {
	if p.accept("(") {
		inner := p.or()
		p.expect(")")
		switch inner := inner.(type) {
		case bare:
			return p.comparison(inner.operand)
		case grouped:
			p.failf("The expression has redundant parentheses;")
		}
		return grouped{inner}
	}
	if p.isCall() && p.text() != "size" {
		return p.function(p.text())
	}
	return p.comparison(p.operand())
}

// comparison parses what follows a first operand. Before a closing parenthesis
// nothing need follow: the operand itself is what the parentheses hold.
func (p *parser) comparison(first operand) node {
	args := []operand{first}
	operator := p.text()
	switch {
	case p.peek().kind == symbol && slices.Contains([]string{"=", "<>", "<", "<=", ">", ">="}, operator):
		p.take()
		args = append(args, p.operand())
	case p.acceptWord("BETWEEN"):
		operator = "BETWEEN"
		args = append(args, p.operand())
		if !p.acceptWord("AND") {
			p.syntax()
		}
		args = append(args, p.operand())
	case p.acceptWord("IN"):
		operator = "IN"
		p.expect("(")
		args = append(args, p.operand())
		for p.accept(",") {
			args = append(args, p.operand())
		}
		p.expect(")")
		if len(args)-1 > maxIn {
			p.failf("The IN operator is provided with too many operands; number of operands: %d", len(args)-1)
		}
	case p.is(")"):
		return bare{first}
	case first.sizeOf != nil:
		p.failf("The function is not allowed to be used this way in an expression; function: size")
	default:
		p.syntax()
	}
	p.count()
	p.check(operator, args)
	return comparison{operator, args}
}

// function parses a function that is a condition by itself.
func (p *parser) function(function string) node {
	p.count()
	var args []operand
	switch function {
	case "attribute_exists", "attribute_not_exists":
		args = p.arguments(function, 1)
		p.requirePath(function, args[0])
	case "attribute_type", "begins_with", "contains":
		args = p.arguments(function, 2)
		p.check(function, args)
	default:
		p.refuseFunction(function)
	}
	return comparison{function, args}
}

// check finds what is wrong with an operator's operands whatever the item.
func (p *parser) check(operator string, args []operand) {
	p.requireDistinct(operator, args)
	switch operator {
	case "<", "<=", ">", ">=", "BETWEEN":
		p.checkLiterals(operator, args, attr.Value.Ordered)
	case "begins_with":
		p.checkLiterals(operator, args, func(v attr.Value) bool { return v.Kind == attr.S || v.Kind == attr.B })
	case "attribute_type":
		p.checkTypeName(args[1])
	}
	if operator == "BETWEEN" && args[1].literal != nil && args[2].literal != nil {
		low, high := *args[1].literal, *args[2].literal
		cmp, ok := attr.Compare(low, high)
		if !ok {
			p.failf("The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: %s, upper bound operand: %s", describe(low), describe(high))
		}
		if cmp > 0 {
			p.failf("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: %s, upper bound operand: %s", describe(low), describe(high))
		}
	}
}

func (p *parser) checkLiterals(operator string, args []operand, ok func(attr.Value) bool) {
	for _, arg := range args {
		if arg.literal != nil && !ok(*arg.literal) {
			p.wrongType(operator, arg.literal.Kind)
		}
	}
}

// checkTypeName checks the second operand of attribute_type: it must name one
// of the kinds of values.
func (p *parser) checkTypeName(o operand) {
	if o.literal == nil {
		p.failf("Incorrect operand type for operator or function; operator or function: attribute_type, operand type: a document path")
	}
	if o.literal.Kind != attr.S {
		p.wrongType("attribute_type", o.literal.Kind)
	}
	switch attr.Kind(o.literal.Text) {
	case attr.S, attr.N, attr.B, attr.BOOL, attr.NULL, attr.M, attr.L, attr.SS, attr.NS, attr.BS:
	default:
		p.failf("Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", o.literal.Text)
	}
}
