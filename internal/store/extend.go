package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// LoadExtension returns the id of the newest run that extends one, "" for none.
func (s *Store) LoadExtension(ctx context.Context, id string) (string, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, ConsistentRead: aws.Bool(true), Key: key(id, extensionKey)})
	if err != nil {
		return "", fmt.Errorf("load the extension of run %s: %w", id, err)
	}
	return stringOf(out.Item["extension"]), nil
}

// CreateExtension stores a run that extends another and, in one transaction with it, that
// it is the newest to do so, after the run newest ("" for none). So of two at the same
// time one is stored. It returns ErrExists if the run's id is taken, ErrConflict if
// another run is the newest.
func (s *Store) CreateExtension(ctx context.Context, r, extended *run.Run, newest string) error {
	items, err := newItems(r, nil)
	if err != nil {
		return err
	}
	named := types.Put{TableName: &s.table, Item: extensionItem(r, extended), ConditionExpression: isNew}
	if newest != "" {
		named.ConditionExpression = aws.String("extension = :newest")
		named.ExpressionAttributeValues = item{":newest": text(newest)}
	}
	writes := []types.TransactWriteItem{{Put: &named}}
	for _, it := range items {
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: it, ConditionExpression: isNew}})
	}
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes}, func(o *dynamodb.Options) {
		o.Retryer = conflictRetryer{o.Retryer}
	})
	if err == nil {
		r.Version = 1
		return nil
	}
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) {
		for i, why := range canceled.CancellationReasons {
			switch {
			case aws.ToString(why.Code) != "ConditionalCheckFailed":
			case i == 0 && aws.ToString(canceled.CancellationReasons[1].Code) != "ConditionalCheckFailed":
				return fmt.Errorf("create run %s, which extends %s: %w", r.ID, extended.ID, ErrConflict)
			default:
				return fmt.Errorf("create run %s: %w", r.ID, ErrExists)
			}
		}
	}
	return fmt.Errorf("create run %s, which extends %s: %w", r.ID, extended.ID, err)
}

// extensionItem names r as the newest run that extends another. It stays as long as that
// may.
func extensionItem(r, extended *run.Run) item {
	it := key(extended.ID, extensionKey)
	it["extension"] = text(r.ID)
	if kept := extended.Flow.RetentionSeconds; kept > 0 {
		end := later(r.CreatedAt.Add(actsKept), extended.LatestEnd())
		it["expires_at"] = number(end.Add(time.Duration(kept) * time.Second).Unix())
	}
	return it
}
