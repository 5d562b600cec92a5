package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/rules"
)

// rulesKey is the partition of the versions of flows.yaml, by number. The newest is also
// at rulesNewest, without its text, so that looking for a newer one reads little.
const (
	rulesKey    = "RULES"
	rulesNewest = "NEWEST"
)

func rulesVersion(number int) item {
	return item{"pk": text(rulesKey), "sk": text(fmt.Sprintf("V%010d", number))}
}

// LatestRules reads the newest version, strongly consistent; see [rules.Source].
func (s *Store) LatestRules(ctx context.Context) (rules.Stored, bool, error) {
	return s.rules(ctx, item{"pk": text(rulesKey), "sk": text(rulesNewest)})
}

// Rules reads a version with its text; see [rules.Source].
func (s *Store) Rules(ctx context.Context, number int) (rules.Stored, bool, error) {
	return s.rules(ctx, rulesVersion(number))
}

func (s *Store) rules(ctx context.Context, k item) (rules.Stored, bool, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: k, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return rules.Stored{}, false, fmt.Errorf("read the rules: %w", err)
	}
	return storedRules(out.Item), len(out.Item) > 0, nil
}

func storedRules(it item) rules.Stored {
	return rules.Stored{Body: []byte(stringOf(it["body"])), Signature: bytesOf(it["signature"]), Packed: bytesOf(it["packed"])}
}

func bytesOf(v types.AttributeValue) []byte {
	if b, is := v.(*types.AttributeValueMemberB); is {
		return b.Value
	}
	return nil
}

// PushRules stores a version, and that it is the newest; see [rules.Table].
func (s *Store) PushRules(ctx context.Context, number int, v rules.Stored, hash, previous string) error {
	newest := item{
		"pk": text(rulesKey), "sk": text(rulesNewest), "body": text(string(v.Body)), "hash": text(hash),
		"signature": &types.AttributeValueMemberB{Value: v.Signature},
	}
	whole := rulesVersion(number)
	whole["body"], whole["signature"] = newest["body"], newest["signature"]
	if v.Packed != nil {
		whole["packed"] = &types.AttributeValueMemberB{Value: v.Packed}
	}
	put := &types.Put{TableName: &s.table, Item: newest, ConditionExpression: isNew}
	if previous != "" {
		put.ConditionExpression = aws.String("#hash = :previous")
		put.ExpressionAttributeNames = map[string]string{"#hash": "hash"}
		put.ExpressionAttributeValues = item{":previous": text(previous)}
	}
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: put}, {Put: &types.Put{TableName: &s.table, Item: whole, ConditionExpression: isNew}},
	}}, func(options *dynamodb.Options) { options.Retryer = conflictRetryer{options.Retryer} })
	switch {
	case isConditionFailed(err):
		return s.pushed(ctx, v, err)
	case err != nil:
		return fmt.Errorf("store the rules: %w", err)
	}
	return nil
}

// pushed reports a failed condition, unless this very version is the newest: a write
// whose response was lost was retried.
func (s *Store) pushed(ctx context.Context, v rules.Stored, failed error) error {
	newest, there, err := s.LatestRules(ctx)
	if err == nil && there && string(newest.Body) == string(v.Body) && string(newest.Signature) == string(v.Signature) {
		return nil
	}
	return fmt.Errorf("store the rules: %w", rules.ErrChanged)
}

// ListRules lists the versions without their texts, the newest first, at most limit.
func (s *Store) ListRules(ctx context.Context, limit int) ([]rules.Stored, error) {
	var all []rules.Stored
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :v)"),
		ProjectionExpression:      aws.String("body, signature"),
		ExpressionAttributeValues: item{":pk": text(rulesKey), ":v": text("V")},
	})
	for pages.HasMorePages() && len(all) < limit {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the rules: %w", err)
		}
		for _, it := range page.Items {
			all = append(all, storedRules(it))
		}
	}
	return all[:min(len(all), limit)], nil
}
