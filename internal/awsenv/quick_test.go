package awsenv_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/awsenv"
)

// A service may answer before the client has noticed that it sent everything.
// Large responses of such a service all arrive on the first attempt, and over one
// connection.
func TestQuickAnswersAreNotLost(t *testing.T) {
	var calls, connections atomic.Int32
	answer := []byte(`{"Items":[{"body":{"S":"` + strings.Repeat("x", 256<<10) + `"}}],"Count":1,"ScannedCount":1}`)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		_, _ = w.Write(answer) // without a look at the request's body
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	lambdaEnvironment(t, server.URL)
	client := dynamodb.NewFromConfig(awsenv.Config())
	const queries = 200
	for range queries {
		out, err := client.Query(t.Context(), &dynamodb.QueryInput{
			TableName: aws.String("t"), KeyConditionExpression: aws.String("pk = :pk"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":pk": &types.AttributeValueMemberS{Value: "x"}},
		})
		if err != nil || out.Count != 1 {
			t.Fatal(out, err)
		}
	}
	if calls.Load() != queries || connections.Load() != 1 {
		t.Errorf("%d calls over %d connections for %d queries, want as many calls over one", calls.Load(), connections.Load(), queries)
	}
}
