package dynamodb_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func testBatches(t *table) {
	var writes []types.WriteRequest
	for n := range 25 {
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item(obj{"pk": "b", "sk": fmt.Sprint(n), "n": n})}})
	}
	write := func(requests []types.WriteRequest) error {
		_, err := t.client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{t.name: requests}})
		return err
	}
	if err := write(writes); err != nil {
		t.Fatal(err)
	}
	if err := write([]types.WriteRequest{
		{DeleteRequest: &types.DeleteRequest{Key: item(obj{"pk": "b", "sk": "0"})}},
		{DeleteRequest: &types.DeleteRequest{Key: item(obj{"pk": "b", "sk": "none"})}},
		{PutRequest: &types.PutRequest{Item: item(obj{"pk": "b", "sk": "1", "n": 100})}},
	}); err != nil {
		t.Fatal(err)
	}
	refused(t, write(append(writes, writes[0])), "ValidationException", "Too many items requested for the BatchWriteItem call")
	refused(t, write([]types.WriteRequest{writes[0], writes[0]}), "ValidationException", "Provided list of item keys contains duplicates")
	refused(t, write(nil), "ValidationException", "")

	read := func(keys ...obj) (*dynamodb.BatchGetItemOutput, error) {
		request := types.KeysAndAttributes{ProjectionExpression: aws.String("sk, n")}
		for _, key := range keys {
			request.Keys = append(request.Keys, item(key))
		}
		return t.client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{t.name: request}})
	}
	out, err := read(obj{"pk": "b", "sk": "0"}, obj{"pk": "b", "sk": "1"}, obj{"pk": "b", "sk": "2"})
	if err != nil {
		t.Fatal(err)
	}
	var got []obj
	for _, found := range out.Responses[t.name] {
		got = append(got, plain(found))
	}
	slices.SortFunc(got, func(a, b obj) int { return strings.Compare(a["sk"].(string), b["sk"].(string)) })
	t.equal("batch", got, []obj{{"sk": "1", "n": num("100")}, {"sk": "2", "n": num("2")}})
	_, err = read(obj{"pk": "b", "sk": "1"}, obj{"pk": "b", "sk": "1"})
	refused(t, err, "ValidationException", "Provided list of item keys contains duplicates")
	var many []obj
	for n := range 101 {
		many = append(many, obj{"pk": "b", "sk": fmt.Sprint(n)})
	}
	_, err = read(many...)
	refused(t, err, "ValidationException", "Too many items requested for the BatchGetItem call")
}

func (t *table) transact(token string, writes ...types.TransactWriteItem) error {
	in := &dynamodb.TransactWriteItemsInput{TransactItems: writes}
	if token != "" {
		in.ClientRequestToken = &token
	}
	_, err := t.client.TransactWriteItems(t.Context(), in)
	return err
}

func (t *table) transactPut(o obj, condition string) types.TransactWriteItem {
	put := &types.Put{TableName: &t.name, Item: item(o)}
	if condition != "" {
		put.ConditionExpression = &condition
		put.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	return types.TransactWriteItem{Put: put}
}

func testTransactions(t *table) {
	t.mustPut(obj{"pk": "t", "sk": "old", "n": 1}, obj{"pk": "t", "sk": "dead"})
	update := types.TransactWriteItem{Update: &types.Update{
		TableName: &t.name, Key: item(obj{"pk": "t", "sk": "old"}), UpdateExpression: aws.String("SET n = n + :one"), ExpressionAttributeValues: item(obj{":one": 1}),
	}}
	check := types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &t.name, Key: item(obj{"pk": "t", "sk": "none"}), ConditionExpression: aws.String("attribute_not_exists(pk)"),
	}}
	remove := types.TransactWriteItem{Delete: &types.Delete{TableName: &t.name, Key: item(obj{"pk": "t", "sk": "dead"})}}
	if err := t.transact("", t.transactPut(obj{"pk": "t", "sk": "new"}, "attribute_not_exists(pk)"), update, check, remove); err != nil {
		t.Fatal(err)
	}
	t.equal("keys", t.sorts("pk = :p", obj{":p": "t"}), "new old")
	t.equal("updated", t.get("t", "old")["n"], num("2"))

	// One failed condition cancels the transaction, with a reason for each write.
	err := t.transact("", update, t.transactPut(obj{"pk": "t", "sk": "new", "n": 2}, "attribute_not_exists(pk)"), t.transactPut(obj{"pk": "t", "sk": "newer"}, ""))
	refused(t, err, "TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None]")
	var canceled *types.TransactionCanceledException
	if asTarget(err, &canceled) {
		reason := canceled.CancellationReasons[1]
		if len(canceled.CancellationReasons) != 3 || *reason.Code != "ConditionalCheckFailed" || *reason.Message != "The conditional request failed" {
			t.Errorf("got reasons %v", canceled.CancellationReasons)
		}
		t.equal("item of the failed condition", plain(reason.Item), obj{"pk": "t", "sk": "new"})
	}
	t.equal("nothing done", t.sorts("pk = :p", obj{":p": "t"}), "new old")
	t.equal("not updated", t.get("t", "old")["n"], num("2"))

	refused(t, t.transact("", update, t.transactPut(obj{"pk": "t", "sk": "old"}, "")), "ValidationException", "Transaction request cannot include multiple operations on one item")
	refused(t, t.transact("", types.TransactWriteItem{Put: t.transactPut(obj{"pk": "t", "sk": "x"}, "").Put, Delete: remove.Delete}), "ValidationException", "TransactItems can only contain one of Check, Put, Update or Delete")
	var many []types.TransactWriteItem
	for n := range 101 {
		many = append(many, t.transactPut(obj{"pk": "t", "sk": fmt.Sprint(n)}, ""))
	}
	refused(t, t.transact("", many...), "ValidationException", "Member must have length less than or equal to 100")
	if err := t.transact("", many[:100]...); err != nil {
		t.Errorf("100 writes: %v", err)
	}

	get := func(sks ...string) (*dynamodb.TransactGetItemsOutput, error) {
		in := &dynamodb.TransactGetItemsInput{}
		for _, sk := range sks {
			in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{
				TableName: &t.name, Key: item(obj{"pk": "t", "sk": sk}), ProjectionExpression: aws.String("n"),
			}})
		}
		return t.client.TransactGetItems(t.Context(), in)
	}
	got, err := get("old", "none")
	if err != nil {
		t.Fatal(err)
	}
	t.equal("found", plain(got.Responses[0].Item), obj{"n": num("2")})
	t.equal("not found", plain(got.Responses[1].Item), obj(nil))
	_, err = get("old", "old")
	refused(t, err, "ValidationException", "Transaction request cannot include multiple operations on one item")
}

// A transaction sent again under its token is done once.
func testIdempotency(t *table) {
	add := types.TransactWriteItem{Update: &types.Update{
		TableName: &t.name, Key: item(obj{"pk": "t", "sk": "n"}), UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item(obj{":one": 1}),
	}}
	for range 3 {
		if err := t.transact(t.name[:20], add); err != nil {
			t.Fatal(err)
		}
	}
	t.equal("added once", t.get("t", "n")["n"], num("1"))
	refused(t, t.transact(t.name[:20], t.transactPut(obj{"pk": "t", "sk": "n"}, "")), "IdempotentParameterMismatchException", "")
	refused(t, t.transact(strings.Repeat("x", 37), add), "ValidationException", "Member must have length less than or equal to 36")
}

// The service's limits on items, keys and values.
func testLimits(t *table) {
	with := func(v any) obj { return obj{"pk": "l", "sk": "1", "x": v} }
	overhead := len("pk") + len("l") + len("sk") + len("1") + len("x")
	nested := func(depth int) any {
		v := any("x")
		for range depth {
			v = []any{v}
		}
		return v
	}
	for name, o := range map[string]obj{
		"400 KB":              with(strings.Repeat("x", 400<<10-overhead)),
		"long keys":           {"pk": strings.Repeat("p", 2048), "sk": strings.Repeat("s", 1024)},
		"empty values":        with(obj{"s": "", "b": []byte{}, "l": []any{}, "m": obj{}}),
		"set with empty text": with([]string{""}),
		"31 levels":           with(nested(31)),
		"38 digits":           with(num(strings.Repeat("9", 38))),
	} {
		if _, err := t.put(o); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []struct {
		name string
		o    obj
		want string
	}{
		{"over 400 KB", with(strings.Repeat("x", 400<<10-overhead+1)), "Item size has exceeded the maximum allowed size"},
		{"partition key over 2048 bytes", obj{"pk": strings.Repeat("p", 2049), "sk": "1"}, ""},
		{"sort key over 1024 bytes", obj{"pk": "l", "sk": strings.Repeat("s", 1025)}, ""},
		{"index key over 2048 bytes", obj{"pk": "l", "sk": "1", "box": strings.Repeat("p", 2049), "at": "1"}, ""},
		{"empty key", obj{"pk": "", "sk": "1"}, "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"},
		{"missing key", obj{"pk": "l"}, ""},
		{"wrong key type", obj{"pk": "l", "sk": 1}, "Type mismatch for key"},
		{"empty string set", with([]string{}), "One or more parameter values were invalid: An string set  may not be empty"},
		{"empty number set", with([]num{}), "One or more parameter values were invalid: An number set  may not be empty"},
		{"set with a value twice", with([]string{"a", "a"}), "One or more parameter values were invalid: Input collection [a, a] contains duplicates"},
		{"number set with an amount twice", with([]num{"1", "1.0"}), "contains duplicates"},
		{"32 levels", with(nested(32)), "Nesting Levels have exceeded supported limits"},
		{"39 digits", with(num(strings.Repeat("9", 39))), "38"},
		{"overflow", with(num("1e126")), "Number overflow. Attempting to store a number with magnitude larger than supported range"},
		{"underflow", with(num("1e-131")), "Number underflow. Attempting to store a number with magnitude smaller than supported range"},
		{"no number", with(num("abc")), "onvert"},
		{"NULL that is false", nil, "One or more parameter values were invalid: Null attribute value types must have the value of true"},
	} {
		_, err := t.put(c.o, func(in *dynamodb.PutItemInput) {
			if c.o == nil {
				in.Item = item(with("x"))
				in.Item["x"] = &types.AttributeValueMemberNULL{Value: false}
			}
		})
		if err == nil {
			t.Errorf("%s was taken", c.name)
		}
		refused(t, err, "ValidationException", c.want)
	}
	for _, key := range []obj{{"pk": "l"}, {"pk": "l", "sk": 1}, {"pk": "l", "sk": "1", "x": "1"}, {"pk": "l", "other": "1"}, {"pk": "l", "sk": ""}} {
		_, err := t.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &t.name, Key: item(key)})
		refused(t, err, "ValidationException", "")
	}
	missing := t.name + "-missing"
	_, err := t.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &missing, Key: item(obj{"pk": "l", "sk": "1"})})
	refused(t, err, "ResourceNotFoundException", "")
}

func testTables(t *table) {
	ctx := t.Context()
	described, err := t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.name})
	if err != nil {
		t.Fatal(err)
	}
	if d := described.Table; d.TableStatus != types.TableStatusActive || len(d.GlobalSecondaryIndexes) != 3 || d.CreationDateTime == nil || !strings.HasSuffix(*d.TableArn, ":table/"+t.name) {
		t.Errorf("described as %+v", d)
	}
	_, err = t.client.CreateTable(ctx, tableInput(t.name))
	refused(t, err, "ResourceInUseException", "")
	found := false
	for p := dynamodb.NewListTablesPaginator(t.client, &dynamodb.ListTablesInput{Limit: aws.Int32(1)}); p.HasMorePages(); {
		out, err := p.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		found = found || slices.Contains(out.TableNames, t.name)
	}
	if !found {
		t.Errorf("%s isn't in the list of tables", t.name)
	}

	ttl := func(enabled bool) error {
		_, err := t.client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
			TableName: &t.name, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("until"), Enabled: &enabled},
		})
		return err
	}
	if err := ttl(true); err != nil {
		t.Fatal(err)
	}
	refused(t, ttl(true), "ValidationException", "TimeToLive is already enabled")
	told, err := t.client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &t.name})
	if err != nil {
		t.Fatal(err)
	}
	if d := told.TimeToLiveDescription; d.TimeToLiveStatus != types.TimeToLiveStatusEnabled || *d.AttributeName != "until" {
		t.Errorf("TTL described as %+v", d)
	}

	name := t.name + "-other"
	if _, err := t.client.CreateTable(ctx, tableInput(name)); err != nil {
		t.Fatal(err)
	}
	other := &table{t.T, t.client, name}
	other.mustPut(obj{"pk": "a", "sk": "1", "box": "x"})
	for range 2 {
		if _, err := t.client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Fatal(err)
		}
		_, err = other.put(obj{"pk": "a", "sk": "1"})
		refused(t, err, "ResourceNotFoundException", "")
		_, err = t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
		refused(t, err, "ResourceNotFoundException", "")
		// A table of the same name made again has nothing of the old one.
		if _, err := t.client.CreateTable(ctx, tableInput(name)); err != nil {
			t.Fatal(err)
		}
		t.equal("old item", other.get("a", "1"), obj(nil))
	}
	if _, err := t.client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
		t.Fatal(err)
	}
	wrong := tableInput(t.name + "-wrong")
	wrong.AttributeDefinitions = wrong.AttributeDefinitions[:3]
	_, err = t.client.CreateTable(ctx, wrong)
	refused(t, err, "ValidationException", "")
}
