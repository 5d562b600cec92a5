package dynamodb_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// condition puts the sample over itself under a condition.
func (t *table) condition(expression string, values obj, names map[string]string) error {
	_, err := t.put(sample(), func(in *dynamodb.PutItemInput) {
		in.ConditionExpression = &expression
		in.ExpressionAttributeValues = item(values)
		in.ExpressionAttributeNames = names
	})
	return err
}

// Each condition holds, or doesn't, for the sample.
func testConditions(t *table) {
	t.mustPut(sample())
	for _, c := range []struct {
		expression string
		v, w       any // :v and :w, where the expression has them
		holds      bool
	}{
		{"str = :v", "hello", nil, true},
		{"str = :v", "x", nil, false},
		{"str = :v", num("5"), nil, false},
		{"n = :v", num("5.0"), nil, true},
		{"str <> :v", "x", nil, true},
		{"gone = :v", "x", nil, false},
		{"gone <> :v", "x", nil, true},
		{"gone = also_gone", nil, nil, false},
		{":v = :w", "x", "x", true},
		{"n < :v", num("5"), nil, false},
		{"n <= :v", num("5"), nil, true},
		{"n > :v", num("-7"), nil, true},
		{"n >= :v", num("41"), nil, false},
		{"n < :v", num("10"), nil, true},
		{"n < :v", "9", nil, false},
		{"gone < :v", num("9"), nil, false},
		{"n > m.b", nil, nil, true},
		{"n BETWEEN :v AND :w", num("5"), num("10"), true},
		{"n BETWEEN :v AND :w", num("6"), num("10"), false},
		{"n IN (:v, :w)", "x", num("5"), true},
		{"n IN (:v, :w)", "x", num("6"), false},
		{"ss = :v", []string{"b", "a"}, nil, true},
		{"l = :v", []any{num("1"), "x", obj{"q": num("3")}}, nil, true},
		{"l = :v", []any{num("1")}, nil, false},
		{"bin = :v", []byte("hello"), nil, true},
		{"m . b = :v", num("2"), nil, true},
		{"l[2].q = :v", num("3"), nil, true},
		{"l[9] = :v", num("3"), nil, false},
		{"n.x = :v", num("3"), nil, false},
		{"attribute_exists(m.b)", nil, nil, true},
		{"attribute_exists(l[9])", nil, nil, false},
		{"attribute_not_exists(m.gone)", nil, nil, true},
		{"attribute_type(yes, :v)", "BOOL", nil, true},
		{"attribute_type(yes, :v)", "S", nil, false},
		{"attribute_type(gone, :v)", "S", nil, false},
		{"begins_with(str, :v)", "hel", nil, true},
		{"begins_with(str, :v)", "el", nil, false},
		{"begins_with(bin, :v)", []byte("he"), nil, true},
		{"begins_with(n, :v)", "5", nil, false},
		{"begins_with(gone, :v)", "5", nil, false},
		{"contains(str, :v)", "ell", nil, true},
		{"contains(str, :v)", num("1"), nil, false},
		{"contains(gone, :v)", "x", nil, false},
		{"contains(m.gone, :v)", "x", nil, false},
		{"contains(ss, :v)", "a", nil, true},
		{"contains(ss, :v)", "z", nil, false},
		{"contains(ns, :v)", num("2.0"), nil, true},
		{"contains(ns, :v)", "2", nil, false},
		{"contains(l, :v)", num("1"), nil, true},
		{"contains(n, :v)", num("5"), nil, false},
		{"size(uni) = :v", num("3"), nil, true},
		{"size(bin) = :v", num("5"), nil, true},
		{"size(ss) = :v", num("2"), nil, true},
		{"size(l) = :v", num("3"), nil, true},
		{"size(m) = :v", num("2"), nil, true},
		{"size(n) = :v", num("1"), nil, false},
		{"size(gone) > :v", num("0"), nil, false},
		{"NOT n = :v", num("6"), nil, true},
		{"NOT (n = :v OR n = :w)", num("5"), num("6"), false},
		{"n = :v OR n = :w AND attribute_exists(gone)", num("5"), num("6"), true},
		{"(n = :v OR n = :w) AND attribute_exists(gone)", num("5"), num("6"), false},
		{"(n) = :v", num("5"), nil, true},
		{"not n=:v and(n<>:v)or n=:w", num("1"), num("5"), true},
	} {
		values := obj{}
		for key, v := range map[string]any{":v": c.v, ":w": c.w} {
			if strings.Contains(c.expression, key) {
				values[key] = v
			}
		}
		if len(values) == 0 {
			values = nil
		}
		err := t.condition(c.expression, values, nil)
		switch {
		case c.holds && err != nil:
			t.Errorf("%s with %v: %v", c.expression, values, err)
		case !c.holds:
			refused(t, err, "ConditionalCheckFailedException", "The conditional request failed")
		}
	}
	if err := t.condition("#m.#b = :v", obj{":v": 2}, map[string]string{"#m": "m", "#b": "b"}); err != nil {
		t.Errorf("names by placeholder: %v", err)
	}
	// The item on which the condition failed is returned on request.
	_, err := t.put(sample(), func(in *dynamodb.PutItemInput) {
		in.ConditionExpression = aws.String("attribute_not_exists(pk)")
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	})
	var failed *types.ConditionalCheckFailedException
	if asTarget(err, &failed) {
		t.equal("item of the failed condition", plain(failed.Item), sample())
	} else {
		t.Errorf("got error %v, want a failed condition", err)
	}
}

// Each expression is refused, with what the service says of it.
func testBadExpressions(t *table) {
	t.mustPut(sample())
	invalid := "Invalid ConditionExpression: "
	for _, c := range []struct{ expression, want string }{
		{"n = :v OR", invalid + `Syntax error; token: "<EOF>", near: "OR"`},
		{"n == :v", invalid + `Syntax error; token: "=", near: "== :v"`},
		{"n IN ()", invalid + `Syntax error; token: ")", near: "()"`},
		{"n = 5", invalid + `Syntax error; token: "5", near: "= 5"`},
		{"(n = :v", invalid + `Syntax error; token: "<EOF>", near: ":v"`},
		{"n = :v)", invalid + `Syntax error; token: ")", near: ":v)"`},
		{"n + :v = :v", invalid + `Syntax error; token: "+", near: "n + :v"`},
		{"_n = :v", invalid + `Syntax error; token: "_", near: "_n"`},
		{"((n = :v))", invalid + "The expression has redundant parentheses;"},
		{"n = :undefined", invalid + "An expression attribute value used in expression is not defined; attribute value: :undefined"},
		{"#undefined = :v", invalid + "An expression attribute name used in the document path is not defined; attribute name: #undefined"},
		{"status = :v", invalid + "Attribute name is a reserved keyword; reserved keyword: status"},
		{"m.Name = :v", invalid + "Attribute name is a reserved keyword; reserved keyword: Name"},
		{"foo(n, :v)", invalid + "Invalid function name; function: foo"},
		{"Contains(n, :v)", invalid + "Invalid function name; function: Contains"},
		{"if_not_exists(n, :v) = :v", invalid + "The function is not allowed in a condition expression; function: if_not_exists"},
		{"size(n)", invalid + "The function is not allowed to be used this way in an expression; function: size"},
		{"attribute_exists(:v)", invalid + "Operator or function requires a document path; operator or function: attribute_exists"},
		{"contains(str)", invalid + "Incorrect number of operands for operator or function; operator or function: contains, number of operands: 1"},
		{"begins_with(str, :v)", invalid + "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"},
		{"n < :yes", invalid + "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"},
		{"n = n", invalid + "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [n]"},
		{"n BETWEEN :v AND :low", invalid + "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {N:1}"},
		{"n BETWEEN :v AND :text", invalid + "The BETWEEN operator requires same data type for lower and upper bounds"},
		{"l[99999999999] = :v", invalid + "List index is not within the allowable range; index: [99999999999]"},
		{"n IN (" + strings.Repeat(":v,", 100) + ":v)", invalid + "The IN operator is provided with too many operands; number of operands: 101"},
		{"n = :v" + strings.Repeat(" ", 4096), invalid + "Expression size has exceeded the maximum allowed size; expression size: 4102"},
		{"attribute_exists(n)", "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"},
	} {
		values := obj{":v": num("5")}
		for key, v := range map[string]any{":low": num("1"), ":text": "x", ":yes": true} {
			if strings.Contains(c.expression, key) {
				values[key] = v
			}
		}
		refused(t, t.condition(c.expression, values, nil), "ValidationException", c.want)
	}
	refused(t, t.condition("", nil, nil), "ValidationException", invalid+"The expression can not be empty;")
	refused(t, t.condition("n = :v", obj{":v": 1}, map[string]string{"#a": "a"}), "ValidationException", "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}")
	refused(t, t.condition("n = :v", obj{":v": 1}, map[string]string{"a": "a"}), "ValidationException", `ExpressionAttributeNames contains invalid key: Syntax error; key: "a"`)
	refused(t, t.condition("n = :v", obj{":v": 1, "w": 1}, nil), "ValidationException", `ExpressionAttributeValues contains invalid key: Syntax error; key: "w"`)
	refused(t, t.condition("n = :v", obj{":v": []string{}}, nil), "ValidationException", "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  may not be empty for key :v")
	_, err := t.put(sample(), func(in *dynamodb.PutItemInput) { in.ExpressionAttributeValues = item(obj{":v": 1}) })
	refused(t, err, "ValidationException", "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null")
	_, err = t.put(sample(), func(in *dynamodb.PutItemInput) { in.ExpressionAttributeNames = map[string]string{"#a": "a"} })
	refused(t, err, "ValidationException", "ExpressionAttributeNames can only be specified when using expressions")
}
