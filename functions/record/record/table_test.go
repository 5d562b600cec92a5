package record_test

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// newTable returns a store over an empty table as the template declares it.
func newTable(t *testing.T) *store.Store {
	t.Helper()
	stack, err := template.Load("../../../template.yaml", template.Options{Region: "us-east-1", AccountID: "123456789012", StackName: "test", FunctionVersion: func(string) (string, error) { return "1", nil }})
	if err != nil {
		t.Fatal(err)
	}
	service, err := dynamodb.Open(dynamodb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); _ = service.Close() })
	client := sdk.New(sdk.Options{BaseEndpoint: &server.URL, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	var create sdk.CreateTableInput
	if err := json.Unmarshal(stack.Tables[0].CreateTable, &create); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateTable(t.Context(), &create); err != nil {
		t.Fatal(err)
	}
	return store.New(client, *create.TableName)
}
