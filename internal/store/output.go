package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
)

const (
	outputPrefix = "OUT#"
	outputKey    = "OUT"
)

// outputKept is how long the output of ended access is kept for late calls to the
// strategy, which are over long before.
const outputKept = 7 * 24 * time.Hour

// Output is what a strategy returned when it gave a run's access.
type Output struct {
	// Output is for the requester and viewers.
	Output json.RawMessage
	// Sensitive is for the requester alone, encrypted. It is deleted in the very write
	// that records the end of the access.
	Sensitive []byte
	// Ended is when the access ended, zero while it lasts.
	Ended time.Time
}

// None reports whether it is empty.
func (o Output) None() bool { return o.Output == nil && o.Sensitive == nil }

// End returns what stays of the output once the access has ended.
func (o Output) End(now time.Time) Output { return Output{Output: o.Output, Ended: now} }

func outputItem(runID string) item {
	return item{"pk": text(outputPrefix + runID), "sk": text(outputKey)}
}

// LoadOutput reads what a run's strategy returned, strongly consistent; the zero
// Output if it is missing.
func (s *Store) LoadOutput(ctx context.Context, runID string) (o Output, err error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, ConsistentRead: aws.Bool(true), Key: outputItem(runID)})
	if err != nil {
		return Output{}, fmt.Errorf("load the output of run %s: %w", runID, err)
	}
	if raw := stringOf(out.Item["output"]); raw != "" {
		o.Output = json.RawMessage(raw)
	}
	if b, is := out.Item["sensitive"].(*types.AttributeValueMemberB); is {
		o.Sensitive = b.Value
	}
	if at := stringOf(out.Item["ended"]); at != "" {
		if o.Ended, err = time.Parse(time.RFC3339, at); err != nil {
			return Output{}, fmt.Errorf("read the output of run %s: %w", runID, err)
		}
	}
	return o, nil
}

// SaveLeaseAndOutput is [Store.SaveLease] with the output of a run, in one
// transaction: the access is on record with its output or not at all, and so is its
// end. An Output with nothing in it deletes the run's.
func (s *Store) SaveLeaseAndOutput(ctx context.Context, l *lease.Lease, runID string, o Output) error {
	put, err := s.leasePut(l)
	if err != nil {
		return err
	}
	write := types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: outputItem(runID)}}
	if !o.None() {
		write = types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: o.item(runID)}}
	}
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Put: put}, write}},
		func(options *dynamodb.Options) { options.Retryer = conflictRetryer{options.Retryer} })
	return saved(l, err)
}

func (o Output) item(runID string) item {
	it := outputItem(runID)
	if o.Output != nil {
		it["output"] = text(string(o.Output))
	}
	if o.Sensitive != nil {
		it["sensitive"] = &types.AttributeValueMemberB{Value: o.Sensitive}
	}
	if !o.Ended.IsZero() {
		it["ended"] = text(o.Ended.UTC().Format(time.RFC3339))
		it["expires_at"] = number(o.Ended.Add(outputKept).Unix())
	}
	return it
}

// DeleteOutput deletes what a run's strategy returned.
func (s *Store) DeleteOutput(ctx context.Context, runID string) error {
	return s.delete(ctx, outputItem(runID))
}
