package dynamodb_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
)

// contract is what the project relies on in DynamoDB, as a suite that any
// endpoint can be held to. It asserts only what AWS's own DynamoDB Local
// agrees with; where that differs from the service, a test beside this suite
// has the service's side.
func contract(t *testing.T, client *dynamodb.Client) {
	for name, test := range map[string]func(*table){
		"conditions":    testConditions,
		"expressions":   testBadExpressions,
		"updates":       testUpdates,
		"bad updates":   testBadUpdates,
		"return values": testReturnValues,
		"queries":       testQueries,
		"bad queries":   testBadQueries,
		"numbers":       testNumberKeys,
		"index":         testSparseIndex,
		"paging":        testPaging,
		"scan":          testScan,
		"batches":       testBatches,
		"transactions":  testTransactions,
		"idempotency":   testIdempotency,
		"limits":        testLimits,
		"capacity":      testCapacity,
		"tables":        testTables,
	} {
		t.Run(name, func(t *testing.T) { test(newTable(t, client)) })
	}
}

// table is one table of the suite with the calls that the tests make.
type table struct {
	*testing.T
	client *dynamodb.Client
	name   string
}

var tableNumber atomic.Int64

// newTable makes a table with the key pk, sk, and the indexes "inbox" (box,
// at; includes title), "all" (box) and "keys" (box).
func newTable(t *testing.T, client *dynamodb.Client) *table {
	t.Helper()
	name := fmt.Sprintf("contract-%d-%d", time.Now().UnixNano(), tableNumber.Add(1))
	if _, err := client.CreateTable(t.Context(), tableInput(name)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Error(err)
		}
	})
	return &table{t, client, name}
}

func tableInput(name string) *dynamodb.CreateTableInput {
	key := func(names ...string) []types.KeySchemaElement {
		schema := []types.KeySchemaElement{{AttributeName: &names[0], KeyType: types.KeyTypeHash}}
		for _, sort := range names[1:] {
			schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(sort), KeyType: types.KeyTypeRange})
		}
		return schema
	}
	in := &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest, KeySchema: key("pk", "sk")}
	for _, attribute := range []string{"pk", "sk", "box", "at"} {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(attribute), AttributeType: types.ScalarAttributeTypeS,
		})
	}
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{
		{IndexName: aws.String("inbox"), KeySchema: key("box", "at"), Projection: &types.Projection{
			ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"title"},
		}},
		{IndexName: aws.String("all"), KeySchema: key("box"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}},
		{IndexName: aws.String("keys"), KeySchema: key("box"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}},
	}
	return in
}

func (t *table) put(o obj, change ...func(*dynamodb.PutItemInput)) (*dynamodb.PutItemOutput, error) {
	in := &dynamodb.PutItemInput{TableName: &t.name, Item: item(o)}
	for _, f := range change {
		f(in)
	}
	return t.client.PutItem(t.Context(), in)
}

func (t *table) mustPut(items ...obj) {
	t.Helper()
	for _, o := range items {
		if _, err := t.put(o); err != nil {
			t.Fatalf("put %v: %v", o, err)
		}
	}
}

func (t *table) get(pk, sk string) obj {
	t.Helper()
	out, err := t.client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &t.name, Key: item(obj{"pk": pk, "sk": sk}), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	return plain(out.Item)
}

// update updates the item a, 1.
func (t *table) update(expression string, values obj, change ...func(*dynamodb.UpdateItemInput)) (*dynamodb.UpdateItemOutput, error) {
	in := &dynamodb.UpdateItemInput{
		TableName: &t.name, Key: item(obj{"pk": "a", "sk": "1"}), UpdateExpression: &expression, ExpressionAttributeValues: item(values),
	}
	for _, f := range change {
		f(in)
	}
	return t.client.UpdateItem(t.Context(), in)
}

func (t *table) query(condition string, values obj, change ...func(*dynamodb.QueryInput)) (*dynamodb.QueryOutput, error) {
	in := &dynamodb.QueryInput{TableName: &t.name, KeyConditionExpression: &condition, ExpressionAttributeValues: item(values)}
	for _, f := range change {
		f(in)
	}
	return t.client.Query(t.Context(), in)
}

// sorts runs a query and returns the sort keys of what it finds, joined.
func (t *table) sorts(condition string, values obj, change ...func(*dynamodb.QueryInput)) string {
	t.Helper()
	out, err := t.query(condition, values, change...)
	if err != nil {
		t.Fatalf("query %s: %v", condition, err)
	}
	return sortKeys(out.Items)
}

func sortKeys(items []map[string]types.AttributeValue) string {
	var keys []string
	for _, found := range items {
		keys = append(keys, fmt.Sprint(plainValue(found["sk"])))
	}
	return strings.Join(keys, " ")
}

func (t *table) equal(what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// sample is an item with a value of each kind.
func sample() obj {
	return obj{
		"pk": "a", "sk": "1", "n": num("5"), "str": "hello", "uni": "héé", "bin": []byte("hello"), "yes": true, "nil": nil,
		"ss": []string{"a", "b"}, "ns": []num{"1", "2"}, "l": []any{num("1"), "x", obj{"q": num("3")}},
		"m": obj{"b": num("2"), "c": []any{"z"}},
	}
}
