package expr

import (
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// KeyCondition says which items a Query reads: one partition, and a range of
// its sort keys.
type KeyCondition struct {
	Partition attr.Value
	Sort      *SortCondition // nil: the whole partition
}

// SortCondition is a condition on a sort key. Operator is =, <, <=, >, >=,
// BETWEEN (with High) or begins_with.
type SortCondition struct {
	Operator  string
	Low, High attr.Value
}

var errKeyCondition = &Invalid{"Query key condition not supported"}

// ParseKeyCondition parses a KeyConditionExpression against the key's
// attributes; sort is empty when the key has none. The error is an *Invalid.
func ParseKeyCondition(source, partition, sort string, params *Params) (KeyCondition, error) {
	var key KeyCondition
	err := parse(KeyConditionExpression, source, params, func(p *parser) {
		conditions := map[string]comparison{}
		collect(p.condition(), conditions)
		equals, ok := conditions[partition]
		if !ok {
			panic(invalidf("Query condition missed key schema element: %s", partition))
		}
		if equals.operator != "=" {
			panic(errKeyCondition)
		}
		key.Partition = *equals.args[1].literal
		if len(conditions) == 1 {
			return
		}
		ranged, ok := conditions[sort]
		if sort == "" {
			panic(errKeyCondition)
		}
		if !ok {
			panic(invalidf("Query condition missed key schema element: %s", sort))
		}
		key.Sort = &SortCondition{Operator: ranged.operator, Low: *ranged.args[1].literal}
		if ranged.operator == "BETWEEN" {
			key.Sort.High = *ranged.args[2].literal
		}
	})
	return key, err
}

// collect takes a conjunction apart into one comparison for each attribute.
func collect(n node, into map[string]comparison) {
	switch n := n.(type) {
	case grouped:
		collect(n.node, into)
	case logical:
		if n.operator != "AND" {
			panic(invalidf("Invalid operator used in KeyConditionExpression: %s", n.operator))
		}
		collect(n.left, into)
		collect(n.right, into)
	case comparison:
		collectOne(n, into)
	}
	if len(into) > 2 {
		panic(invalidf("Conditions can be of length 1 or 2 only"))
	}
}

func collectOne(c comparison, into map[string]comparison) {
	switch c.operator {
	case "<>", "IN", "contains", "attribute_exists", "attribute_not_exists", "attribute_type":
		panic(invalidf("Invalid operator used in KeyConditionExpression: %s", c.operator))
	}
	c = mirrored(c)
	for _, arg := range c.args {
		if arg.sizeOf != nil {
			panic(invalidf("KeyConditionExpressions cannot contain nested operations"))
		}
	}
	switch {
	case c.args[0].path == nil && c.operator == "begins_with":
		panic(invalidf("Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand"))
	case c.args[0].path == nil:
		panic(invalidf("Invalid condition in KeyConditionExpression: No key attribute specified"))
	case len(c.args[0].path) > 1:
		panic(invalidf("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: %s", c.args[0].path[0].Name))
	}
	for _, arg := range c.args[1:] {
		if arg.literal == nil {
			panic(invalidf("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"))
		}
	}
	attribute := c.args[0].path[0].Name
	if _, twice := into[attribute]; twice {
		panic(invalidf("KeyConditionExpressions must only contain one condition per key"))
	}
	into[attribute] = c
}

// mirrored puts the path first: ":v < sk" is "sk > :v".
func mirrored(c comparison) comparison {
	if len(c.args) != 2 || c.args[0].literal == nil || c.operator == "begins_with" {
		return c
	}
	flipped := map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
	return comparison{flipped[c.operator], []operand{c.args[1], c.args[0]}}
}
