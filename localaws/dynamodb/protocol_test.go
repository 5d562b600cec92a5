package dynamodb_test

import (
	"context"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	local "github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
)

// post sends one raw call and returns the status and the body, after checking
// what every answer must have.
func post(t *testing.T, url, target, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", target)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := strconv.FormatUint(uint64(crc32.ChecksumIEEE(answer)), 10)
	if got := response.Header.Get("X-Amz-Crc32"); got != want {
		t.Errorf("%s: got X-Amz-Crc32 %q, want %q", target, got, want)
	}
	if got := response.Header.Get("Content-Type"); got != "application/x-amz-json-1.0" {
		t.Errorf("%s: got Content-Type %q", target, got)
	}
	if response.Header.Get("X-Amzn-Requestid") == "" {
		t.Errorf("%s: no request id", target)
	}
	return response.StatusCode, string(answer)
}

// Unknown and unimplemented operations and input that isn't JSON are refused by name.
// Where DynamoDB Local's words differ, these are the service's.
func TestRefusals(t *testing.T) {
	server := serve(t, local.Options{})
	newTableAt(t, clientAt(server.URL), "things")
	const target = "DynamoDB_20120810."
	for _, c := range []struct{ target, body, code, message string }{
		{"", `{}`, "com.amazon.coral.service#UnknownOperationException", "X-Amz-Target"},
		{"DynamoDBStreams_20120810.ListStreams", `{}`, "com.amazon.coral.service#UnknownOperationException", "X-Amz-Target"},
		{target + "UpdateTable", `{}`, "com.amazon.coral.service#UnknownOperationException", "The local table does not implement the operation UpdateTable"},
		{target + "ExecuteStatement", `{}`, "com.amazon.coral.service#UnknownOperationException", "The local table does not implement the operation ExecuteStatement"},
		{target + "GetItem", `{`, "com.amazon.coral.service#SerializationException", ""},
		{target + "GetItem", ``, "com.amazon.coral.service#SerializationException", ""},
		{target + "GetItem", `[]`, "com.amazon.coral.service#SerializationException", ""},
		{target + "GetItem", `{"TableName": 1}`, "com.amazon.coral.service#SerializationException", "TableName"},
		{target + "PutItem", `{"TableName": "things", "Item": {"pk": "a"}}`, "com.amazon.coral.service#SerializationException", ""},
		{target + "PutItem", `{"TableName": "things", "Item": {"pk": {"S": 1}}}`, "com.amazon.coral.service#SerializationException", ""},
		{target + "PutItem", `{"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"S": "a"}, "x": {"B": "%"}}}`, "com.amazon.coral.service#SerializationException", "Base64"},
		{target + "PutItem", `{"TableName": "things", "Item": {"pk": {}}}`, "com.amazon.coral.validate#ValidationException", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{target + "PutItem", `{"TableName": "things", "Item": {"pk": {"S": "a", "N": "1"}}}`, "com.amazon.coral.validate#ValidationException", "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
		{target + "PutItem", `{"TableName": "things", "Item": {}, "Expected": {}}`, "com.amazon.coral.validate#ValidationException", `The local table does not implement the member "Expected"`},
		{target + "Query", `{"TableName": "things", "KeyConditions": {}}`, "com.amazon.coral.validate#ValidationException", `The local table does not implement the member "KeyConditions"`},
		{target + "Scan", `{"TableName": "things", "TotalSegments": 2, "Segment": 0}`, "com.amazon.coral.validate#ValidationException", `The local table does not implement the member "TotalSegments"`},
		{target + "CreateTable", `{"TableName": "other", "LocalSecondaryIndexes": []}`, "com.amazon.coral.validate#ValidationException", `The local table does not implement the member "LocalSecondaryIndexes"`},
		{target + "CreateTable", `{"TableName": "other", "StreamSpecification": {}}`, "com.amazon.coral.validate#ValidationException", `The local table does not implement the member "StreamSpecification"`},
		{target + "DeleteItem", `{"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"S": "1"}}, "Item": {}}`, "com.amazon.coral.validate#ValidationException", `The local table does not implement the member "Item"`},
		{target + "GetItem", `{"TableName": "things"}`, "com.amazon.coral.validate#ValidationException", "The parameter 'Key' is required but was not present in the request"},
		{target + "GetItem", `{"TableName": "x", "Key": {"pk": {"S": "a"}}}`, "com.amazon.coral.validate#ValidationException", "Table/index names must be between 3 and 255 characters long"},
		{target + "GetItem", `{"TableName": "things", "Key": {"pk": {"S": "a"}}}`, "com.amazon.coral.validate#ValidationException", "The provided key element does not match the schema"},
		{target + "GetItem", `{"TableName": "missing", "Key": {"pk": {"S": "a"}}}`, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "Requested resource not found"},
		{target + "DescribeTable", `{"TableName": "missing"}`, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "Requested resource not found: Table: missing not found"},
		{target + "PutItem", `{"TableName": "things", "Item": {"pk": {"S": "a"}}}`, "com.amazon.coral.validate#ValidationException", "One or more parameter values were invalid: Missing the key sk in the item"},
		{target + "PutItem", `{"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}}}`, "com.amazon.coral.validate#ValidationException", "One or more parameter values were invalid: Type mismatch for key sk expected: S actual: N"},
		{target + "PutItem", `{"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"S": "1"}, "box": {"N": "1"}}}`, "com.amazon.coral.validate#ValidationException", "One or more parameter values were invalid: Type mismatch for Index Key box Expected: S Actual: N IndexName: inbox"},
		{target + "PutItem", `{"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"S": "1"}, "n": {"N": "x"}}}`, "com.amazon.coral.validate#ValidationException", "The parameter cannot be converted to a numeric value: x"},
		{target + "PutItem", `{"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"S": "1"}}, "ReturnConsumedCapacity": "SOME"}`, "com.amazon.coral.validate#ValidationException", "1 validation error detected: Value 'SOME' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"},
		{target + "UpdateItem", `{"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"S": "1"}}, "UpdateExpression": "SET box = :v", "ExpressionAttributeValues": {":v": {"N": "1"}}}`, "com.amazon.coral.validate#ValidationException", "Type mismatch for Index Key box Expected: S Actual: N"},
		{target + "Query", `{"TableName": "things", "IndexName": "inbox", "ConsistentRead": true, "KeyConditionExpression": "box = :v", "ExpressionAttributeValues": {":v": {"S": "1"}}}`, "com.amazon.coral.validate#ValidationException", "Consistent reads are not supported on global secondary indexes"},
	} {
		status, body := post(t, server.URL, c.target, c.body)
		var answer struct {
			Type    string `json:"__type"`
			Message string `json:"message"`
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if status != http.StatusBadRequest || answer.Type != c.code || !strings.Contains(answer.Message, c.message) {
			t.Errorf("%s %s: got %d %s\nwant 400 %s: %s", c.target, c.body, status, body, c.code, c.message)
		}
	}
}

// Answers are as the service writes them.
func TestAnswers(t *testing.T) {
	server := serve(t, local.Options{Region: "eu-west-1", AccountID: "123456789012"})
	newTableAt(t, clientAt(server.URL), "things")
	const key = `{"pk":{"S":"a"},"sk":{"S":"1"}}`
	for _, c := range []struct{ operation, body, want string }{
		{"PutItem", `{"TableName":"things","Item":{"pk":{"S":"a"},"sk":{"S":"1"},"n":{"N":"1.50"},"u":{"S":"<é>\n"},"ns":{"NS":["3","1","2.0"]}}}`, `{}`},
		{"GetItem", `{"TableName":"things","Key":` + key + `}`, `{"Item":{"n":{"N":"1.5"},"ns":{"NS":["1","2","3"]},"pk":{"S":"a"},"sk":{"S":"1"},"u":{"S":"\u003cé\u003e\n"}}}`},
		{"GetItem", `{"TableName":"things","Key":` + key + `,"ProjectionExpression":"gone"}`, `{"Item":{}}`},
		{"GetItem", `{"TableName":"things","Key":{"pk":{"S":"a"},"sk":{"S":"2"}}}`, `{}`},
		{"Query", `{"TableName":"things","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"x"}}}`, `{"Items":[],"Count":0,"ScannedCount":0}`},
		{"Query", `{"TableName":"things","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}},"Select":"COUNT"}`, `{"Count":1,"ScannedCount":1}`},
		{"PutItem", `{"TableName":"things","Item":` + key + `,"ReturnConsumedCapacity":"TOTAL"}`, `{"ConsumedCapacity":{"TableName":"things","CapacityUnits":1}}`},
		{"UpdateItem", `{"TableName":"things","Key":` + key + `,"UpdateExpression":"SET m = :m","ExpressionAttributeValues":{":m":{"M":{"a":{"L":[]}}}},"ReturnValues":"UPDATED_NEW"}`, `{"Attributes":{"m":{"M":{"a":{"L":[]}}}}}`},
		// Of a nested path the service returns the path alone.
		{"UpdateItem", `{"TableName":"things","Key":` + key + `,"UpdateExpression":"SET m.b = :m","ExpressionAttributeValues":{":m":{"BOOL":true}},"ReturnValues":"UPDATED_NEW"}`, `{"Attributes":{"m":{"M":{"b":{"BOOL":true}}}}}`},
		{"ListTables", `{}`, `{"TableNames":["things"]}`},
		{"DescribeTimeToLive", `{"TableName":"things"}`, `{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}`},
		{"DescribeContinuousBackups", `{"TableName":"things"}`, `{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"DISABLED"}}}`},
	} {
		if status, got := post(t, server.URL, "DynamoDB_20120810."+c.operation, c.body); status != http.StatusOK || got != c.want {
			t.Errorf("%s %s: got %d\n%s\nwant\n%s", c.operation, c.body, status, got, c.want)
		}
	}
	_, described := post(t, server.URL, "DynamoDB_20120810.DescribeTable", `{"TableName":"things"}`)
	if want := `"TableArn":"arn:aws:dynamodb:eu-west-1:123456789012:table/things"`; !strings.Contains(described, want) {
		t.Errorf("got %s\nwant %s in it", described, want)
	}
}

// Errors that depend on an item are reasons of the cancellation.
func TestTransactionValidationReason(t *testing.T) {
	client := newClient(t, local.Options{})
	newTableAt(t, client, "things")
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String("things"), Item: item(obj{"pk": "a", "sk": "1"})}},
		{Update: &types.Update{TableName: aws.String("things"), Key: item(obj{"pk": "a", "sk": "2"}), UpdateExpression: aws.String("SET a = b")}},
	}})
	refused(t, err, "TransactionCanceledException", "[None, ValidationError]")
	var canceled *types.TransactionCanceledException
	if !errors.As(err, &canceled) || *canceled.CancellationReasons[1].Message != "The provided expression refers to an attribute that does not exist in the item" {
		t.Errorf("got %v", err)
	}
}

// The hooks see each call with its tables, and what they return is answered.
func TestHooks(t *testing.T) {
	var seen []string
	var before, after error
	server := serve(t, local.Options{
		Before: func(_ context.Context, call local.Call) error {
			seen = append(seen, call.Operation+" "+strings.Join(call.Tables, ","))
			return before
		},
		After: func(_ context.Context, call local.Call, err error) error {
			if err != nil {
				seen = append(seen, "failed")
			}
			return after
		},
	})
	client := clientAt(server.URL, func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 })
	newTableAt(t, client, "other")
	newTableAt(t, client, "things")
	put := func(sk string) error {
		_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: aws.String("things"), Item: item(obj{"pk": "a", "sk": sk})}},
			{Put: &types.Put{TableName: aws.String("other"), Item: item(obj{"pk": "a", "sk": sk})}},
			{ConditionCheck: &types.ConditionCheck{TableName: aws.String("other"), Key: item(obj{"pk": "b", "sk": sk}), ConditionExpression: aws.String("attribute_not_exists(pk)")}},
		}})
		return err
	}
	get := func(sk string) bool {
		before, after = nil, nil
		out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("things"), Key: item(obj{"pk": "a", "sk": sk})})
		if err != nil {
			t.Fatal(err)
		}
		return out.Item != nil
	}
	throttled := &local.Error{Code: "ProvisionedThroughputExceededException", Message: "Slow down"}
	before = throttled
	refused(t, put("1"), "ProvisionedThroughputExceededException", "Slow down")
	if get("1") {
		t.Error("a call that Before refused was carried out")
	}
	after = &local.Error{Code: "InternalServerError", Message: "lost", Status: http.StatusInternalServerError}
	refused(t, put("2"), "InternalServerError", "lost")
	if !get("2") {
		t.Error("a call whose answer After replaced wasn't carried out")
	}
	before = errors.New("disk on fire")
	refused(t, put("3"), "InternalServerError", "Internal server error")
	before = nil
	if _, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("nowhere"), Key: item(obj{"pk": "a"})}); err == nil {
		t.Error("a table that isn't there was read")
	}
	for _, want := range []string{"CreateTable other", "TransactWriteItems other,things", "GetItem things", "GetItem nowhere", "failed"} {
		if !slices.Contains(seen, want) {
			t.Errorf("the hooks saw %q, want %q among them", seen, want)
		}
	}
}

// newTableAt makes the suite's table under a given name.
func newTableAt(t testing.TB, client *dynamodb.Client, name string) {
	t.Helper()
	if _, err := client.CreateTable(t.Context(), tableInput(name)); err != nil {
		t.Fatal(err)
	}
}
