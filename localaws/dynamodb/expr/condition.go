package expr

import (
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// Condition is a parsed condition or filter.
type Condition struct{ root node }

// Holds reports whether the condition holds for an item; nil stands for no item.
// The zero Condition holds for everything.
func (c Condition) Holds(item attr.Item) bool {
	return c.root == nil || c.root.holds(item)
}

// Names returns the top-level attributes that the condition looks at.
func (c Condition) Names() []string {
	var names []string
	if c.root != nil {
		c.root.operands(func(o operand) {
			if o.sizeOf != nil {
				o = *o.sizeOf
			}
			if o.path != nil {
				names = append(names, o.path[0].Name)
			}
		})
	}
	return names
}

// node is a condition's syntax tree.
type node interface {
	holds(item attr.Item) bool
	operands(visit func(operand))
}

type (
	// logical is AND, OR or NOT over one or two conditions.
	logical struct {
		operator    string
		left, right node // right is nil for NOT
	}
	// comparison is an operator or function over its operands, by the name
	// that the language has for it.
	comparison struct {
		operator string
		args     []operand
	}
	// grouped is a condition in parentheses.
	grouped struct{ node }
	// bare is an operand in parentheses, which is no condition yet.
	bare struct{ operand }
)

func (l logical) holds(item attr.Item) bool {
	switch l.operator {
	case "AND":
		return l.left.holds(item) && l.right.holds(item)
	case "OR":
		return l.left.holds(item) || l.right.holds(item)
	}
	return !l.left.holds(item)
}

func (l logical) operands(visit func(operand)) {
	l.left.operands(visit)
	if l.right != nil {
		l.right.operands(visit)
	}
}

func (c comparison) operands(visit func(operand)) {
	for _, arg := range c.args {
		visit(arg)
	}
}

func (bare) holds(attr.Item) bool           { return false }
func (b bare) operands(visit func(operand)) { visit(b.operand) }

// holds evaluates the comparison. An operand without a value makes each
// comparison false, save <> and attribute_not_exists, which it makes true.
func (c comparison) holds(item attr.Item) bool {
	values := make([]attr.Value, len(c.args))
	present := make([]bool, len(c.args))
	for i, arg := range c.args {
		values[i], present[i] = arg.get(item)
	}
	switch c.operator {
	case "attribute_exists":
		return present[0]
	case "attribute_not_exists":
		return !present[0]
	case "<>":
		return !present[0] || !present[1] || !attr.Equal(values[0], values[1])
	case "IN":
		for i := range values[1:] {
			if present[0] && present[i+1] && attr.Equal(values[0], values[i+1]) {
				return true
			}
		}
		return false
	}
	if slices.Contains(present, false) {
		return false
	}
	a, b := values[0], values[1]
	switch c.operator {
	case "=":
		return attr.Equal(a, b)
	case "BETWEEN":
		return ordered(">=", a, b) && ordered("<=", a, values[2])
	case "begins_with":
		return a.Kind == b.Kind && a.Ordered() && a.Kind != attr.N && strings.HasPrefix(a.Text, b.Text)
	case "contains":
		return contains(a, b)
	case "attribute_type":
		return string(a.Kind) == b.Text
	}
	return ordered(c.operator, a, b)
}

func ordered(operator string, a, b attr.Value) bool {
	cmp, ok := attr.Compare(a, b)
	if !ok {
		return false
	}
	switch operator {
	case "<":
		return cmp < 0
	case "<=":
		return cmp <= 0
	case ">":
		return cmp > 0
	}
	return cmp >= 0
}

// contains is the language's contains(): a part of a string or binary, an
// element of a set or list. Any other pair is false.
func contains(a, b attr.Value) bool {
	switch {
	case a.Kind == attr.S || a.Kind == attr.B:
		return a.Kind == b.Kind && strings.Contains(a.Text, b.Text)
	case a.Kind == attr.L, a.IsSet() && a.Element() == b.Kind:
		return a.Has(b)
	}
	return false
}
