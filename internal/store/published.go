package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// MarkPublished notes, beside the run, that the bus has its entries up to the one
// of that hash. It costs one write unit, where writing the run again costs one for
// each KB.
func (s *Store) MarkPublished(ctx context.Context, id, hash string, now time.Time) error {
	it := key(id, publishedKey)
	it["hash"] = text(hash)
	it["expires_at"] = number(now.Add(publishedKept).Unix())
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it}); err != nil {
		return fmt.Errorf("mark the events of run %s as published: %w", id, err)
	}
	return nil
}

// ExpireContext has the context of a run be deleted when the run is. It is to be
// called before the run is saved: then neither outlasts a crash.
func (s *Store) ExpireContext(ctx context.Context, r *run.Run, context []byte) error {
	it := key(r.ID, contextKey)
	it["context"] = text(string(context))
	it["expires_at"] = number(r.ExpiresAt().Unix())
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it}); err != nil {
		return fmt.Errorf("expire the context of run %s: %w", r.ID, err)
	}
	return nil
}

// publishedKept is how long a mark is kept: longer than access lasts.
const publishedKept = 330 * 24 * time.Hour
