package store

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// pendingRead is how many requests of each of somebody's logins are looked at, the
// newest. An index item without a summary has about 200 bytes.
const pendingRead = 1000

// MinePending counts the requests of p's own that wait for people. more reports that
// older requests were not looked at. An index item has a summary while its request is
// pending, so no request is read from the table.
func (s *Store) MinePending(ctx context.Context, p run.Person) (n int, more bool, err error) {
	var found atomic.Int64
	var cut atomic.Bool
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for _, login := range p.Keys() {
		group.Go(func() error {
			out, err := s.client.Query(reading, &dynamodb.QueryInput{
				TableName: &s.table, IndexName: aws.String("mine"), KeyConditionExpression: aws.String("mine = :mine"),
				FilterExpression:          aws.String("attribute_exists(summary)"),
				ExpressionAttributeValues: map[string]types.AttributeValue{":mine": text(login)},
				ScanIndexForward:          aws.Bool(false), Limit: aws.Int32(pendingRead),
			})
			if err != nil {
				return err
			}
			if len(out.LastEvaluatedKey) > 0 {
				cut.Store(true)
			}
			for _, it := range out.Items {
				var summary run.Summary
				if err := json.Unmarshal([]byte(stringOf(it["summary"])), &summary); err != nil {
					return err
				}
				if summary.View.Status == run.Pending && summary.OwnedBy(p) {
					found.Add(1)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return 0, false, fmt.Errorf("count pending requests: %w", err)
	}
	return int(found.Load()), cut.Load(), nil
}
