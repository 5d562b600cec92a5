package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// maxFill is how many runs fill reads at once: as many as BatchGetItem takes
// (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html).
const maxFill = 100

// fillTries is how often fill asks for what the table did not respond.
const fillTries = 6

// fill reads the runs of entries that came from an index without a summary, at
// most maxFill of them. One that the table doesn't have stays nil. A missing
// run is read again, strongly consistent: an index can be ahead of the copy of the table
// that responds.
func (s *Store) fill(ctx context.Context, entries []entry) error {
	missing := map[string][]*entry{}
	for i := range entries {
		if e := &entries[i]; e.run == nil {
			missing[e.id] = append(missing[e.id], e)
		}
	}
	consistent := false
	for try := range fillTries {
		if len(missing) == 0 {
			return nil
		}
		if try > 1 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(try) * 20 * time.Millisecond):
			}
		}
		left, err := s.fillOnce(ctx, missing, consistent)
		if err != nil {
			return err
		}
		if consistent && !left {
			return nil
		}
		consistent = true
	}
	return errors.New("list: the table returns only some of the runs")
}

// fillOnce reads the missing runs once, and removes those that it gets from missing. left
// reports that the table did not process all of them.
func (s *Store) fillOnce(ctx context.Context, missing map[string][]*entry, consistent bool) (left bool, err error) {
	asked := types.KeysAndAttributes{ConsistentRead: aws.Bool(consistent), ProjectionExpression: aws.String("pk, body")}
	for id := range missing {
		asked.Keys = append(asked.Keys, key(id, runKey))
	}
	out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{s.table: asked}})
	if err != nil {
		return false, fmt.Errorf("list: %w", err)
	}
	for _, it := range out.Responses[s.table] {
		id := strings.TrimPrefix(stringOf(it["pk"]), partition(""))
		r, err := readBody(id, it)
		if err != nil {
			return false, fmt.Errorf("list: %w", err)
		}
		summary := r.Summary()
		for _, e := range missing[id] {
			e.run, e.whole = &summary, r
		}
		delete(missing, id)
	}
	return len(out.UnprocessedKeys) > 0, nil
}
