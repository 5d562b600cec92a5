package store

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// putNew puts items that must not be there yet, all or none.
func (s *Store) putNew(ctx context.Context, items ...item) error {
	puts := make([]types.TransactWriteItem, len(items))
	for i, it := range items {
		puts[i].Put = &types.Put{TableName: &s.table, Item: it, ConditionExpression: isNew}
	}
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: puts}, func(o *dynamodb.Options) {
		o.Retryer = conflictRetryer{o.Retryer}
	})
	return err
}

// conflictRetryer also retries what met another transaction on the same items, which
// the client doesn't: of two simultaneous requests with one key, one is new and one is
// its repetition, and neither fails.
type conflictRetryer struct{ aws.Retryer }

func (r conflictRetryer) IsErrorRetryable(err error) bool {
	return canceledFor(err, "TransactionConflict") && !canceledFor(err, "ConditionalCheckFailed") || r.Retryer.IsErrorRetryable(err)
}

// isConditionFailed reports whether a put was refused because of its condition,
// by itself or in a transaction.
func isConditionFailed(err error) bool {
	var failed *types.ConditionalCheckFailedException
	return errors.As(err, &failed) || canceledFor(err, "ConditionalCheckFailed")
}

// canceledFor reports whether a transaction was canceled for a reason of that
// code
// (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
func canceledFor(err error, code string) bool {
	var canceled *types.TransactionCanceledException
	return errors.As(err, &canceled) && slices.ContainsFunc(canceled.CancellationReasons, func(r types.CancellationReason) bool {
		return aws.ToString(r.Code) == code
	})
}
