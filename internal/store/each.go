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

// Each calls f with every run that was created at or after one time and before
// another, with its context and without its acts, in no order; a zero time
// is no limit. It reads the whole table, strongly consistent, so that no run
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
	filter := "begins_with(pk, :run) AND (sk = :context OR sk = :sk AND created >= :low AND created < :high)"
	return s.scan(ctx, filter, item{":sk": text(runKey), ":low": text(low), ":high": text(high)}, func(_ string, rec Record, err error) error {
		if err != nil {
			return err
		}
		return f(rec)
	})
}

// EachStored calls f with every item of a run, by the id that it is stored
// under, whatever else is written in it: what can't be read comes with an error
// and without a run. It is for those who mistrust the table, and else as [Store.Each].
func (s *Store) EachStored(ctx context.Context, f func(id string, rec Record, unreadable error) error) error {
	return s.scan(ctx, "begins_with(pk, :run) AND sk IN (:context, :sk)", item{":sk": text(runKey)}, f)
}

// LoadStored is EachStored for one run; ErrNotFound if it doesn't exist.
func (s *Store) LoadStored(ctx context.Context, id string) (rec Record, unreadable, err error) {
	items, err := s.itemsOf(ctx, partition(id))
	if err != nil {
		return Record{}, nil, fmt.Errorf("load run %s: %w", id, err)
	}
	found := false
	for _, it := range items {
		switch stringOf(it["sk"]) {
		case runKey:
			found = true
			rec.Run, unreadable = readRun(id, it)
		case contextKey:
			rec.Context = []byte(stringOf(it["context"]))
		}
	}
	if !found {
		return Record{}, nil, fmt.Errorf("load run %s: %w", id, ErrNotFound)
	}
	return rec, unreadable, nil
}

// scan reads the runs and contexts that a filter on the whole table lets
// through; values are those that it names beside :run and :context.
func (s *Store) scan(ctx context.Context, filter string, values item, f func(id string, rec Record, unreadable error) error) error {
	values[":run"], values[":context"] = text(partition("")), text(contextKey)
	pages := dynamodb.NewScanPaginator(s.client, &dynamodb.ScanInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		FilterExpression: &filter, ExpressionAttributeValues: map[string]types.AttributeValue(values),
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
			var unreadable error
			rec.Run, unreadable = readRun(id, it)
			if err := f(id, rec, unreadable); err != nil {
				return err
			}
		}
	}
	return nil
}
