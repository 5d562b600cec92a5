package dynamodb_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func onIndex(name string) func(*dynamodb.QueryInput) {
	return func(in *dynamodb.QueryInput) { in.IndexName = &name }
}

func backward(in *dynamodb.QueryInput) { in.ScanIndexForward = aws.Bool(false) }

func limit(n int32) func(*dynamodb.QueryInput) {
	return func(in *dynamodb.QueryInput) { in.Limit = &n }
}

func testQueries(t *table) {
	for _, sk := range []string{"a", "aa", "ab", "b", "c", "ca", "é", "a\x00b"} {
		t.mustPut(obj{"pk": "q", "sk": sk, "n": len(sk)}, obj{"pk": "qq", "sk": sk}, obj{"pk": "q\x00", "sk": sk})
	}
	all := "a a\x00b aa ab b c ca é"
	for _, c := range []struct {
		condition string
		values    obj
		want      string
	}{
		{"pk = :p", nil, all},
		{":p = pk", nil, all},
		{"pk = :p AND sk = :v", obj{":v": "ab"}, "ab"},
		{"pk = :p AND sk = :v", obj{":v": "abc"}, ""},
		{"pk = :p AND sk < :v", obj{":v": "b"}, "a a\x00b aa ab"},
		{"pk = :p AND sk <= :v", obj{":v": "b"}, "a a\x00b aa ab b"},
		{"pk = :p AND sk > :v", obj{":v": "b"}, "c ca é"},
		{"pk = :p AND sk >= :v", obj{":v": "b"}, "b c ca é"},
		{":v < sk AND pk = :p", obj{":v": "b"}, "c ca é"},
		{"pk = :p AND sk BETWEEN :v AND :w", obj{":v": "aa", ":w": "c"}, "aa ab b c"},
		{"(pk = :p) AND (begins_with(sk, :v))", obj{":v": "a"}, "a a\x00b aa ab"},
	} {
		values := obj{":p": "q"}
		for key, v := range c.values {
			values[key] = v
		}
		if got := t.sorts(c.condition, values); got != c.want {
			t.Errorf("%s with %v: got %q, want %q", c.condition, c.values, got, c.want)
		}
		words := strings.Fields(c.want)
		slices.Reverse(words)
		if got, want := t.sorts(c.condition, values, backward), strings.Join(words, " "); got != want {
			t.Errorf("%s with %v backward: got %q, want %q", c.condition, c.values, got, want)
		}
	}

	filtered, err := t.query("pk = :p", obj{":p": "q", ":n": 2}, func(in *dynamodb.QueryInput) {
		in.FilterExpression, in.ProjectionExpression = aws.String("n = :n"), aws.String("sk, #n")
		in.ExpressionAttributeNames = map[string]string{"#n": "n"}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := sortKeys(filtered.Items); got != "aa ab ca é" || filtered.Count != 4 || filtered.ScannedCount != 8 {
		t.Errorf("filtered: got %q, count %d of %d", got, filtered.Count, filtered.ScannedCount)
	}
	t.equal("projected", plain(filtered.Items[0]), obj{"sk": "aa", "n": num("2")})

	counted, err := t.query("pk = :p", obj{":p": "q"}, func(in *dynamodb.QueryInput) { in.Select = types.SelectCount })
	if err != nil {
		t.Fatal(err)
	}
	if counted.Count != 8 || counted.Items != nil {
		t.Errorf("count: got %d and items %v, want 8 and none", counted.Count, counted.Items)
	}
}

func testBadQueries(t *table) {
	t.mustPut(obj{"pk": "q", "sk": "1", "box": "b", "at": "1"})
	expression := func(e string) func(*dynamodb.QueryInput) {
		return func(in *dynamodb.QueryInput) { in.FilterExpression = &e }
	}
	project := func(e string) func(*dynamodb.QueryInput) {
		return func(in *dynamodb.QueryInput) { in.ProjectionExpression = &e }
	}
	after := func(o obj) func(*dynamodb.QueryInput) {
		return func(in *dynamodb.QueryInput) { in.ExclusiveStartKey = item(o) }
	}
	p, pv := obj{":p": "q"}, obj{":p": "q", ":v": "1"}
	for _, c := range []struct {
		condition string
		values    obj
		change    func(*dynamodb.QueryInput)
		want      string
	}{
		{"sk = :v", obj{":v": "1"}, nil, "Query condition missed key schema element"},
		{"pk = :p AND extra = :v", pv, nil, "Query condition missed key schema element"},
		{"pk > :p", p, nil, "Query key condition not supported"},
		{"begins_with(pk, :p)", p, nil, "Query key condition not supported"},
		{"pk = :p OR sk = :v", pv, nil, "Invalid operator used in KeyConditionExpression: OR"},
		{"NOT pk = :p", p, nil, "Invalid operator used in KeyConditionExpression: NOT"},
		{"pk = :p AND sk <> :v", pv, nil, "Invalid operator used in KeyConditionExpression: <>"},
		{"pk = :p AND contains(sk, :v)", pv, nil, "Invalid operator used in KeyConditionExpression: contains"},
		{"pk = :p AND sk > :p AND sk < :v", pv, nil, "KeyConditionExpressions must only contain one condition per key"},
		{"pk = :p AND sk = :v AND extra = :v", pv, nil, "Conditions can be of length 1 or 2 only"},
		{"pk = sk", nil, nil, "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"},
		{"pk.x = :p", p, nil, "Key attributes must be scalars"},
		{"pk = :p AND size(sk) = :v", pv, nil, "KeyConditionExpressions cannot contain nested operations"},
		{"pk = :p", obj{":p": 1}, nil, "One or more parameter values were invalid: Condition parameter type does not match schema type"},
		{"pk = :p", obj{":p": ""}, nil, "cannot contain an empty string value. Key: pk"},
		{"pk = :p", pv, expression("sk > :v"), "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk"},
		{"box = :p", p, onIndex("missing"), "The table does not have the specified index: missing"},
		{"pk = :p", p, limit(0), "reater than or equal to 1"},
		{"pk = :p", p, project("sk, sk"), "Two document paths overlap"},
		{"pk = :p", p, after(obj{"pk": "other", "sk": "1"}), "The provided starting key"},
		{"pk = :p AND sk > :v", pv, after(obj{"pk": "q", "sk": "0"}), "The provided starting key"},
		{"pk = :p", p, after(obj{"pk": "q"}), ""},
		{"pk = :p", p, after(obj{"pk": "q", "sk": 1}), ""},
	} {
		changes := []func(*dynamodb.QueryInput){}
		if c.change != nil {
			changes = append(changes, c.change)
		}
		_, err := t.query(c.condition, c.values, changes...)
		if err == nil {
			t.Errorf("%s with %v was answered", c.condition, c.values)
		}
		refused(t, err, "ValidationException", c.want)
	}
	for _, c := range []struct {
		change func(*dynamodb.QueryInput)
		want   string
	}{
		{func(in *dynamodb.QueryInput) { in.ConsistentRead = aws.Bool(true) }, "onsistent read"},
		{func(in *dynamodb.QueryInput) { in.Select = types.SelectAllAttributes }, "Select type ALL_ATTRIBUTES is not supported for global secondary index inbox because its projection type is not ALL"},
		{project("pk, body"), "Global secondary index inbox does not project [body]"},
		{expression("attribute_exists(body)"), "Secondary index inbox does not project one or more filter attributes: [body]"},
		{after(obj{"pk": "q", "sk": "1"}), ""},
	} {
		_, err := t.query("box = :p", p, onIndex("inbox"), c.change)
		refused(t, err, "ValidationException", c.want)
	}
}

// Numeric sort keys sort by amount.
func testNumberKeys(t *table) {
	name := t.name + "-n"
	if _, err := t.client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeB},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeN},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
		},
	}); err != nil {
		t.Fatal(err)
	}
	numbers := &table{t.T, t.client, name}
	pk := []byte{0, 1, 0}
	for _, n := range []num{"100", "9", "-3", "1e20", "0.5", "10", "-1000", "-0.25", "0", "7.50"} {
		numbers.mustPut(obj{"pk": pk, "sk": n})
	}
	for condition, want := range map[string]string{
		"pk = :p":                          "-1000 -3 -0.25 0 0.5 7.5 9 10 100 100000000000000000000",
		"pk = :p AND sk > :a":              "9 10 100 100000000000000000000",
		"pk = :p AND sk BETWEEN :b AND :a": "-3 -0.25 0 0.5 7.5",
		"pk = :p AND sk <= :b":             "-1000 -3",
		"pk = :p AND sk = :a":              "7.5",
	} {
		values := obj{":p": pk}
		for key, n := range map[string]num{":a": "7.5", ":b": "-3.0"} {
			if strings.Contains(condition, key) {
				values[key] = n
			}
		}
		if got := numbers.sorts(condition, values); got != want {
			t.Errorf("%s: got %q, want %q", condition, got, want)
		}
	}
	_, err := numbers.query("pk = :p AND begins_with(sk, :a)", obj{":p": pk, ":a": num("1")})
	refused(t, err, "ValidationException", "begins_with, operand type: N")
	if _, err := t.client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
		t.Error(err)
	}
}

// An item is in an index exactly while it has the index's key, with exactly
// the attributes that the index projects, whichever call changed it.
func testSparseIndex(t *table) {
	in := func(index string) []obj {
		t.Helper()
		queried, err := t.query("box = :b", obj{":b": "x"}, onIndex(index))
		if err != nil {
			t.Fatal(err)
		}
		scanned, err := t.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &t.name, IndexName: &index})
		if err != nil {
			t.Fatal(err)
		}
		found := []obj{}
		for _, i := range queried.Items {
			found = append(found, plain(i))
		}
		scan := []obj{}
		for _, i := range scanned.Items {
			scan = append(scan, plain(i))
		}
		t.equal("scan of "+index, scan, found)
		return found
	}
	whole := obj{"pk": "a", "sk": "1", "box": "x", "at": "1", "title": "T", "body": "B"}
	t.mustPut(whole)
	t.equal("inbox", in("inbox"), []obj{{"pk": "a", "sk": "1", "box": "x", "at": "1", "title": "T"}})
	t.equal("all", in("all"), []obj{whole})
	t.equal("keys", in("keys"), []obj{{"pk": "a", "sk": "1", "box": "x"}})

	// A put of the whole item without the key takes the entry away.
	t.mustPut(obj{"pk": "a", "sk": "1", "box": "x", "body": "B"})
	t.equal("inbox without sort key", in("inbox"), []obj{})
	t.equal("keys still", in("keys"), []obj{{"pk": "a", "sk": "1", "box": "x"}})
	t.mustPut(obj{"pk": "a", "sk": "1", "body": "B"})
	t.equal("keys without key", in("keys"), []obj{})

	// So does REMOVE; and SET brings it back.
	t.mustPut(whole, obj{"pk": "a", "sk": "2", "box": "x", "at": "0"})
	if _, err := t.update("REMOVE box SET body = :v", obj{":v": "C"}); err != nil {
		t.Fatal(err)
	}
	t.equal("inbox after REMOVE", in("inbox"), []obj{{"pk": "a", "sk": "2", "box": "x", "at": "0"}})
	if _, err := t.update("SET box = :v", obj{":v": "x"}); err != nil {
		t.Fatal(err)
	}
	t.equal("inbox after SET", in("inbox"), []obj{{"pk": "a", "sk": "2", "box": "x", "at": "0"}, {"pk": "a", "sk": "1", "box": "x", "at": "1", "title": "T"}})

	// A changed key moves the entry; deleting one item hides no other.
	if _, err := t.update("SET #at = :v", obj{":v": "00"}, func(in *dynamodb.UpdateItemInput) {
		in.ExpressionAttributeNames = map[string]string{"#at": "at"}
	}); err != nil {
		t.Fatal(err)
	}
	t.equal("sorted", t.sorts("box = :b", obj{":b": "x"}, onIndex("inbox")), "2 1")
	if _, err := t.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &t.name, Key: item(obj{"pk": "a", "sk": "1"})}); err != nil {
		t.Fatal(err)
	}
	t.equal("after delete", in("inbox"), []obj{{"pk": "a", "sk": "2", "box": "x", "at": "0"}})

	_, err := t.put(obj{"pk": "a", "sk": "3", "box": num("1")})
	refused(t, err, "ValidationException", "Type mismatch for Index Key")
	_, err = t.put(obj{"pk": "a", "sk": "3", "box": ""})
	refused(t, err, "ValidationException", "A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value.")
}

// Pages follow each other without gaps, on the table and on an index, both
// ways, also where items share their index key.
func testPaging(t *table) {
	want := []string{}
	for n := range 25 {
		sk := fmt.Sprintf("%02d", n)
		t.mustPut(obj{"pk": "a", "sk": sk, "box": "x", "at": fmt.Sprint(n / 10)})
		want = append(want, sk)
	}
	for _, reverse := range []bool{false, true} {
		for _, index := range []string{"", "inbox", "keys"} {
			var got []string
			var from map[string]types.AttributeValue
			pages := 0
			for {
				in := &dynamodb.QueryInput{
					TableName: &t.name, KeyConditionExpression: aws.String("pk = :k"), ExpressionAttributeValues: item(obj{":k": "a"}),
					Limit: aws.Int32(10), ScanIndexForward: aws.Bool(!reverse), ExclusiveStartKey: from,
				}
				if index != "" {
					in.IndexName, in.KeyConditionExpression, in.ExpressionAttributeValues = &index, aws.String("box = :k"), item(obj{":k": "x"})
				}
				out, err := t.client.Query(t.Context(), in)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, strings.Fields(sortKeys(out.Items))...)
				pages++
				if from = out.LastEvaluatedKey; from == nil {
					break
				}
			}
			if index == "" { // items with equal index keys come in any order
				ordered := slices.Clone(want)
				if reverse {
					slices.Reverse(ordered)
				}
				t.equal("pages of the table", got, ordered)
			}
			slices.Sort(got)
			if t.equal("pages of "+index, got, want); pages != 3 {
				t.Errorf("index %q: got %d pages of 25 items by 10, want 3", index, pages)
			}
		}
	}
	// A page that ends at its limit has a next page, even if that is empty.
	for n, wantNext := range map[int32]bool{24: true, 25: true, 26: false} {
		out, err := t.query("pk = :p", obj{":p": "a"}, limit(n))
		if err != nil {
			t.Fatal(err)
		}
		if got := out.LastEvaluatedKey != nil; got != wantNext {
			t.Errorf("25 items with limit %d: has next %v, want %v", n, got, wantNext)
		}
	}
	// A page ends before 1 MB.
	for n := range 6 {
		t.mustPut(obj{"pk": "big", "sk": fmt.Sprint(n), "x": strings.Repeat("x", 300_000)})
	}
	out, err := t.query("pk = :p", obj{":p": "big"})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(out.Items); got < 3 || got > 4 || out.LastEvaluatedKey == nil {
		t.Errorf("got %d items of 300 KB and next %v, want a page of about 1 MB", got, plain(out.LastEvaluatedKey))
	}
}

func testScan(t *table) {
	for n := range 10 {
		o := obj{"pk": fmt.Sprint("p", n%3), "sk": fmt.Sprint(n), "n": n}
		if n < 4 {
			o["box"] = "x"
		}
		t.mustPut(o)
	}
	pages := func(in dynamodb.ScanInput) []string {
		t.Helper()
		in.TableName = &t.name
		got := []string{}
		for p := dynamodb.NewScanPaginator(t.client, &in); p.HasMorePages(); {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.Fields(sortKeys(out.Items))...)
		}
		slices.Sort(got)
		return got
	}
	t.equal("all", pages(dynamodb.ScanInput{Limit: aws.Int32(3)}), strings.Fields("0 1 2 3 4 5 6 7 8 9"))
	t.equal("index", pages(dynamodb.ScanInput{IndexName: aws.String("keys"), Limit: aws.Int32(3)}), strings.Fields("0 1 2 3"))
	t.equal("filtered", pages(dynamodb.ScanInput{
		FilterExpression: aws.String("n > :n AND sk <> :s"), ExpressionAttributeValues: item(obj{":n": 6, ":s": "8"}), Limit: aws.Int32(4),
	}), strings.Fields("7 9"))
	_, err := t.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &t.name, ExpressionAttributeValues: item(obj{":n": 6})})
	refused(t, err, "ValidationException", "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null")
}
