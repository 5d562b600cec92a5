package localaws_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// OnCapacity receives the capacity of each DynamoDB call, though the caller didn't
// request it. A refused call reports none.
func TestOnCapacity(t *testing.T) {
	var got []localaws.Capacity
	stack, err := localaws.Start(t.Context(), localaws.Options{
		Addr: "127.0.0.1:0", TemplatePath: "testdata/app/template.yaml", Functions: answering(http.StatusOK),
		OnCapacity: func(c localaws.Capacity) { got = append(got, c) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stack.Close(t.Context())
	client := dynamodb.New(dynamodb.Options{
		Region: localaws.Region, BaseEndpoint: aws.String(stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
	})
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	table := stack.Template.Tables[0].Name
	key := map[string]types.AttributeValue{"pk": text("LINK#1"), "sk": text("LINK")}
	item := map[string]types.AttributeValue{"pk": text("LINK#1"), "sk": text("LINK"), "owner": text("ada"), "created": text("now")}
	put := &dynamodb.PutItemInput{TableName: &table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if _, err := client.PutItem(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutItem(t.Context(), put); err == nil {
		t.Error("the item was put twice")
	}
	if _, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: &table, Item: key}}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	want := []localaws.Capacity{
		{Operation: "PutItem", Write: true, Units: 2, Indexes: map[string]float64{"owner": 1}},            // the item, and its entry in owner
		{Operation: "TransactWriteItems", Write: true, Units: 4, Indexes: map[string]float64{"owner": 2}}, // the same, double
		{Operation: "GetItem", Units: 1, Indexes: map[string]float64{}},
	}
	for i := range got {
		if !bytes.Contains(got[i].Request, []byte(`"LINK#1"`)) {
			t.Errorf("%s: the call's body is %s", got[i].Operation, got[i].Request)
		}
		got[i].Request = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
