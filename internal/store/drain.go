package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// drainKey is the key of the item that stands while the installation is being
// removed.
func drainKey() item { return item{"pk": text("DRAIN"), "sk": text("DRAIN")} }

// Draining returns since when the installation is being removed, zero if it is
// not; strongly consistent.
func (s *Store) Draining(ctx context.Context) (since time.Time, err error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: drainKey(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return time.Time{}, fmt.Errorf("read whether fasttrack is being removed: %w", err)
	}
	if len(out.Item) == 0 {
		return time.Time{}, nil
	}
	if since, err = time.Parse(time.RFC3339Nano, stringOf(out.Item["since"])); err != nil {
		return time.Time{}, fmt.Errorf("read whether fasttrack is being removed: %w", err)
	}
	return since, nil
}

// Drain notes that the installation is being removed; a note that is there stays.
func (s *Store) Drain(ctx context.Context, since time.Time) error {
	it := drainKey()
	it["since"] = text(since.UTC().Format(time.RFC3339Nano))
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it, ConditionExpression: isNew})
	if err != nil && !isConditionFailed(err) {
		return fmt.Errorf("note that fasttrack is being removed: %w", err)
	}
	return nil
}

// Undrain takes the note of [Store.Drain] away.
func (s *Store) Undrain(ctx context.Context) error {
	if _, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: drainKey()}); err != nil {
		return fmt.Errorf("note that fasttrack stays: %w", err)
	}
	return nil
}
