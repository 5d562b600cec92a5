package dynamodb_test

import (
	"errors"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func asTarget[T error](err error, target *T) bool { return errors.As(err, target) }

// Each update turns the sample into the sample with these changes; a change to
// gone{} takes the attribute away.
func testUpdates(t *table) {
	type gone struct{}
	three := []any{num("1"), "x", obj{"q": num("3")}}
	for _, c := range []struct {
		expression string
		values     obj
		want       obj
	}{
		{"SET n = n + :v", obj{":v": num("0.1")}, obj{"n": num("5.1")}},
		{"SET n = :v - n", obj{":v": 1}, obj{"n": num("-4")}},
		{"SET n = (n + :v), x = n", obj{":v": 1}, obj{"n": num("6"), "x": num("5")}},
		{"SET n = if_not_exists(n, :v), x = if_not_exists(x, :v) + :v", obj{":v": 1}, obj{"x": num("2")}},
		{"SET x = if_not_exists(x, str)", nil, obj{"x": "hello"}},
		{"SET l = list_append(l, :v)", obj{":v": []any{"y"}}, obj{"l": append(three[:3:3], "y")}},
		{"SET l = list_append(:v, l)", obj{":v": []any{"y"}}, obj{"l": append([]any{"y"}, three...)}},
		{"SET x = list_append(if_not_exists(x, :e), :v)", obj{":v": []any{"y"}, ":e": []any{}}, obj{"x": []any{"y"}}},
		{"SET l[1] = :v", obj{":v": "y"}, obj{"l": []any{num("1"), "y", obj{"q": num("3")}}}},
		{"SET l[9] = :b, l[5] = :a", obj{":a": "a", ":b": "b"}, obj{"l": append(three[:3:3], "a", "b")}},
		{"SET l[2].q = :v, m.z = :v", obj{":v": 9}, obj{"l": []any{num("1"), "x", obj{"q": num("9")}}, "m": obj{"b": num("2"), "c": []any{"z"}, "z": num("9")}}},
		{"REMOVE n, str", nil, obj{"n": gone{}, "str": gone{}}},
		{"REMOVE absent, m.absent, l[9]", nil, obj{}},
		{"REMOVE m.b", nil, obj{"m": obj{"c": []any{"z"}}}},
		{"REMOVE l[0], l[1]", nil, obj{"l": []any{obj{"q": num("3")}}}},
		{"REMOVE l[0] SET l[1] = :v", obj{":v": "y"}, obj{"l": []any{"y", obj{"q": num("3")}}}},
		{"REMOVE l[0] SET l[8] = :v", obj{":v": "y"}, obj{"l": []any{"x", obj{"q": num("3")}, "y"}}},
		{"ADD n :v, x :v, m.b :v", obj{":v": 1}, obj{"n": num("6"), "x": num("1"), "m": obj{"b": num("3"), "c": []any{"z"}}}},
		{"ADD ss :v, x :v", obj{":v": []string{"b", "c"}}, obj{"ss": []string{"a", "b", "c"}, "x": []string{"b", "c"}}},
		{"DELETE ss :v", obj{":v": []string{"b", "c"}}, obj{"ss": []string{"a"}}},
		{"DELETE ss :v, absent :v", obj{":v": []string{"a", "b"}}, obj{"ss": gone{}}},
		{"DELETE ns :v", obj{":v": []num{"1.0", "2"}}, obj{"ns": gone{}}},
		{"set n = :v remove str add m.b :v delete ss :s", obj{":v": 1, ":s": []string{"a"}}, obj{"n": num("1"), "str": gone{}, "m": obj{"b": num("3"), "c": []any{"z"}}, "ss": []string{"b"}}},
	} {
		t.mustPut(sample())
		if _, err := t.update(c.expression, c.values); err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		want := sample()
		maps.Copy(want, c.want)
		maps.DeleteFunc(want, func(_ string, v any) bool { return v == gone{} })
		t.equal(c.expression, t.get("a", "1"), want)
	}
}

// Each update is refused, and the item stays as it was.
func testBadUpdates(t *table) {
	t.mustPut(sample())
	invalid := "Invalid UpdateExpression: "
	path := "The document path provided in the update expression is invalid for update"
	wrongType := "An operand in the update expression has an incorrect data type"
	for _, c := range []struct {
		expression string
		v          any
		want       string
	}{
		{"SET str = str + :v", 1, wrongType},
		{"SET n = n + :v", "1", invalid + "Incorrect operand type for operator or function; operator or function: +, operand type: S"},
		{"SET n = absent + :v", 1, "The provided expression refers to an attribute that does not exist in the item"},
		{"SET n = absent", nil, "The provided expression refers to an attribute that does not exist in the item"},
		{"SET l = list_append(l, :v)", 1, invalid + "Incorrect operand type for operator or function; operator or function: list_append, operand type: N"},
		{"SET l = list_append(str, :v)", []any{}, wrongType},
		{"SET n = n + :v + :v", 1, invalid + `Syntax error; token: "+", near: ":v + :v"`},
		{"SET absent.b = :v", 1, path},
		{"SET str.b = :v", 1, path},
		{"SET l[0].q = :v", 1, path},
		{"SET m[0] = :v", 1, path},
		{"REMOVE absent.b", nil, path},
		{"REMOVE m[0]", nil, path},
		{"ADD absent.b :v", 1, path},
		{"ADD str :v", 1, wrongType},
		{"ADD ss :v", []num{"1"}, wrongType},
		{"ADD absent :v", "x", invalid + "Incorrect operand type for operator or function; operator: ADD, operand type: STRING"},
		{"DELETE ss :v", []num{"1"}, wrongType},
		{"DELETE ss :v", "a", invalid + "Incorrect operand type for operator or function; operator: DELETE, operand type: STRING"},
		{"SET n = :v SET str = :v", 1, invalid + `The "SET" section can only be used once in an update expression;`},
		{"SET n = :v REMOVE n", 1, invalid + "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [n], path two: [n]"},
		{"SET m = :v, m.b = :v", 1, invalid + "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, b]"},
		{"SET m.b = :v, m[0] = :v", 1, invalid + "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, b], path two: [m, [0]]"},
		{"SET pk = :v", "z", "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key"},
		{"REMOVE sk", nil, "One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key"},
		{"SET box.b = :v", "z", "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: box"},
		{"SET box = :v", "", "cannot contain an empty string value"},
		{"SET n :v", 1, invalid + `Syntax error; token: ":v", near: "n :v"`},
		{"SET n = :v,", 1, invalid + `Syntax error; token: "<EOF>", near: ","`},
		{"SET :v = n", 1, invalid + `Syntax error; token: ":v", near: "SET :v ="`},
		{"FOO n", nil, invalid + `Syntax error; token: "FOO", near: "FOO n"`},
		{"SET n = size(str)", nil, invalid + "The function is not allowed in an update expression; function: size"},
		{"SET n = foo(str)", nil, invalid + "Invalid function name; function: foo"},
		{"SET n = if_not_exists(:v, :v)", 1, invalid + "Operator or function requires a document path; operator or function: if_not_exists"},
		{"SET n = if_not_exists(n)", nil, invalid + "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1"},
		{"SET status = :v", 1, invalid + "Attribute name is a reserved keyword; reserved keyword: status"},
		{"SET n = :w", 1, invalid + "An expression attribute value used in expression is not defined; attribute value: :w"},
		{"SET n = :v + :v", num("9e125"), "Number overflow. Attempting to store a number with magnitude larger than supported range"},
		{"SET n = n + :v", num(strings.Repeat("9", 38)), "38"},
		{"SET big = :v", strings.Repeat("x", 400<<10), "Item size to update has exceeded the maximum allowed size"},
	} {
		values := obj{":v": c.v}
		if c.v == nil {
			values = nil
		}
		_, err := t.update(c.expression, values)
		if err == nil {
			t.Errorf("%s was done", c.expression)
		}
		refused(t, err, "ValidationException", c.want)
	}
	t.equal("the item", t.get("a", "1"), sample())
}

// What an update returns, for an item that is there and for a new one.
func testReturnValues(t *table) {
	returns := func(v types.ReturnValue) func(*dynamodb.UpdateItemInput) {
		return func(in *dynamodb.UpdateItemInput) { in.ReturnValues = v }
	}
	old := obj{"pk": "a", "sk": "1", "n": num("5"), "x": "y"}
	for _, c := range []struct {
		returns      types.ReturnValue
		there, fresh obj
	}{
		{types.ReturnValueNone, nil, nil},
		{types.ReturnValueAllOld, old, nil},
		{types.ReturnValueAllNew, obj{"pk": "a", "sk": "1", "n": num("6"), "x": "y", "z": num("6")}, obj{"pk": "a", "sk": "1", "n": num("6"), "z": num("6")}},
		{types.ReturnValueUpdatedOld, obj{"n": num("5")}, nil},
		{types.ReturnValueUpdatedNew, obj{"n": num("6"), "z": num("6")}, obj{"n": num("6"), "z": num("6")}},
	} {
		for _, start := range []struct{ before, want obj }{{old, c.there}, {nil, c.fresh}} {
			if _, err := t.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &t.name, Key: item(obj{"pk": "a", "sk": "1"})}); err != nil {
				t.Fatal(err)
			}
			if start.before != nil {
				t.mustPut(start.before)
			}
			out, err := t.update("SET n = :v, z = :v", obj{":v": 6}, returns(c.returns))
			if err != nil {
				t.Fatal(err)
			}
			t.equal(string(c.returns), plain(out.Attributes), start.want)
		}
	}

	// An update without an expression, or with nothing to take away, makes the
	// item all the same.
	for sk, expression := range map[string]*string{"2": nil, "3": aws.String("REMOVE n"), "4": aws.String("DELETE n :s")} {
		values := obj{":s": []string{"a"}}
		if sk != "4" {
			values = nil
		}
		if _, err := t.update("", values, func(in *dynamodb.UpdateItemInput) {
			in.Key, in.UpdateExpression = item(obj{"pk": "a", "sk": sk}), expression
		}); err != nil {
			t.Fatal(err)
		}
		t.equal("item made by an update", t.get("a", sk), obj{"pk": "a", "sk": sk})
	}

	// Put and delete return the old item.
	put, err := t.put(obj{"pk": "a", "sk": "1", "w": "1"}, func(in *dynamodb.PutItemInput) { in.ReturnValues = types.ReturnValueAllOld })
	if err != nil {
		t.Fatal(err)
	}
	t.equal("replaced", plain(put.Attributes), obj{"pk": "a", "sk": "1", "n": num("6"), "z": num("6")})
	deleted, err := t.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: &t.name, Key: item(obj{"pk": "a", "sk": "1"}), ReturnValues: types.ReturnValueAllOld,
		ConditionExpression: aws.String("w = :w"), ExpressionAttributeValues: item(obj{":w": "1"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.equal("deleted", plain(deleted.Attributes), obj{"pk": "a", "sk": "1", "w": "1"})
	t.equal("after delete", t.get("a", "1"), obj(nil))
	_, err = t.put(sample(), func(in *dynamodb.PutItemInput) { in.ReturnValues = types.ReturnValueUpdatedNew })
	refused(t, err, "ValidationException", "")
}
