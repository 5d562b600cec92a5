package dynamodb_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	local "github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
)

// places are the ways in which the table keeps its items.
func places(b *testing.B, measure func(b *testing.B, client *dynamodb.Client)) {
	b.Run("memory", func(b *testing.B) { measure(b, newClient(b, local.Options{})) })
	b.Run("folder", func(b *testing.B) { measure(b, newClient(b, local.Options{Dir: b.TempDir()})) })
}

// timed runs call b.N times and reports its quantiles.
func timed(b *testing.B, call func(n int) error) {
	b.Helper()
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		start := time.Now()
		if err := call(n); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkEmptyCall is a call that does nothing, through the SDK's client and
// HTTP: the part of the others that isn't the table's.
func BenchmarkEmptyCall(b *testing.B) {
	client := newClient(b, local.Options{})
	timed(b, func(int) error {
		_, err := client.ListTables(b.Context(), &dynamodb.ListTablesInput{})
		return err
	})
}

// BenchmarkConditionalPutHandled is BenchmarkConditionalPut's request handed to
// the handler itself, in memory: the table's part.
func BenchmarkConditionalPutHandled(b *testing.B) {
	service, err := local.Open(local.Options{})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(service)
	defer server.Close()
	newTableAt(b, clientAt(server.URL), "runs")
	body := strings.Repeat("x", 1900)
	timed(b, func(n int) error {
		request := httptest.NewRequest("POST", "/", strings.NewReader(fmt.Sprintf(
			`{"TableName":"runs","ConditionExpression":"attribute_not_exists(pk)","Item":{"pk":{"S":"RUN#%d"},"sk":{"S":"RUN"},"box":{"S":"flow#1"},"at":{"S":"%012d"},"body":{"S":"%s"}}}`, n, n, body)))
		request.Header.Set("X-Amz-Target", "DynamoDB_20120810.PutItem")
		answer := httptest.NewRecorder()
		if service.ServeHTTP(answer, request); answer.Code != 200 {
			return fmt.Errorf("put %d: %s", n, answer.Body)
		}
		return nil
	})
	if err := service.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkConditionalPut is a conditional PutItem of a 2 KB item in one sparse
// index, through the SDK's client and HTTP. Budget for the table's part (see the
// two above): p50 0.3 ms in memory.
func BenchmarkConditionalPut(b *testing.B) {
	places(b, func(b *testing.B, client *dynamodb.Client) {
		newTableAt(b, client, "runs")
		body := strings.Repeat("x", 1900)
		timed(b, func(n int) error {
			_, err := client.PutItem(b.Context(), &dynamodb.PutItemInput{
				TableName: aws.String("runs"), ConditionExpression: aws.String("attribute_not_exists(pk)"),
				Item: item(obj{"pk": fmt.Sprint("RUN#", n), "sk": "RUN", "box": "flow#1", "at": fmt.Sprintf("%012d", n), "body": body}),
			})
			return err
		})
	})
}

// BenchmarkNewest20 asks a sparse index for the newest 20 of so many, through
// the SDK's client and HTTP. Budget: 5 ms at 100,000, and within 1.5 times of
// what 100 take.
func BenchmarkNewest20(b *testing.B) {
	places(b, func(b *testing.B, client *dynamodb.Client) {
		for _, runs := range []int{100, 100_000} {
			b.Run(fmt.Sprint(runs), func(b *testing.B) {
				name := fmt.Sprint("runs-", runs)
				if _, err := client.DescribeTable(b.Context(), &dynamodb.DescribeTableInput{TableName: &name}); err != nil {
					newTableAt(b, client, name)
					fillRuns(b, client, name, runs)
				}
				timed(b, func(int) error {
					out, err := client.Query(b.Context(), &dynamodb.QueryInput{
						TableName: &name, IndexName: aws.String("inbox"), Limit: aws.Int32(20), ScanIndexForward: aws.Bool(false),
						KeyConditionExpression: aws.String("box = :b"), ExpressionAttributeValues: item(obj{":b": "flow#1"}),
					})
					if err == nil && len(out.Items) != 20 {
						err = fmt.Errorf("got %d runs, want 20", len(out.Items))
					}
					return err
				})
			})
		}
	})
}

func fillRuns(b *testing.B, client *dynamodb.Client, table string, runs int) {
	b.Helper()
	body, title := strings.Repeat("x", 700), strings.Repeat("t", 300)
	for low := 0; low < runs; low += 25 {
		var writes []types.WriteRequest
		for n := low; n < min(low+25, runs); n++ {
			writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item(obj{
				"pk": fmt.Sprint("RUN#", n), "sk": "RUN", "box": "flow#1", "at": fmt.Sprintf("%012d", n), "title": title, "body": body,
			})}})
		}
		if _, err := client.BatchWriteItem(b.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: writes}}); err != nil {
			b.Fatal(err)
		}
	}
}
