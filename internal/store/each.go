package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Each calls f with every run that was asked from one time on and before
// another, with its context and without its acts, in no order; a zero time
// doesn't bound. It reads the whole table, strongly consistent, so that no run
// is missed whose flow is called otherwise by now, or is gone. An error of f
// ends it, and is returned as it is.
func (s *Store) Each(ctx context.Context, from, to time.Time, f func(Record) error) error {
	low, high := "0", behindAll
	if !from.IsZero() {
		low = bound(from)
	}
	if !to.IsZero() {
		high = bound(to)
	}
	pages := dynamodb.NewScanPaginator(s.client, &dynamodb.ScanInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		FilterExpression: aws.String("begins_with(pk, :run) AND (sk = :context OR created >= :low AND created < :high)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":run": text(partition("")), ":context": text(contextKey), ":low": text(low), ":high": text(high),
		},
	})
	// The items of a partition come together, by their sort keys: a context just
	// before its run, perhaps on the page before.
	var sent item
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the table: %w", err)
		}
		for _, it := range page.Items {
			if stringOf(it["sk"]) == contextKey {
				sent = it
				continue
			}
			id := strings.TrimPrefix(stringOf(it["pk"]), partition(""))
			var rec Record
			if stringOf(sent["pk"]) == stringOf(it["pk"]) {
				rec.Context = []byte(stringOf(sent["context"]))
			}
			if rec.Run, err = readRun(id, it); err != nil {
				return err
			}
			if err := f(rec); err != nil {
				return err
			}
		}
	}
	return nil
}
