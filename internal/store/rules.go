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
func (s *Store) PushRules(ctx context.Context, p rules.Push) error {
	newest := item{
		"pk": text(rulesKey), "sk": text(rulesNewest), "body": text(string(p.Body)), "hash": text(p.Hash), // which releases before compare
		"signature": &types.AttributeValueMemberB{Value: p.Signature},
	}
	whole := rulesVersion(p.Number)
	whole["body"], whole["signature"] = newest["body"], newest["signature"]
	if p.Packed != nil {
		whole["packed"] = &types.AttributeValueMemberB{Value: p.Packed}
	}
	writes := []types.TransactWriteItem{
		{Put: s.unlessChanged(newest, p.Before)}, {Put: &types.Put{TableName: &s.table, Item: whole, ConditionExpression: isNew}},
	}
	if p.Outcome != nil {
		outcome, err := outcomeItem(*p.Outcome)
		if err != nil {
			return err
		}
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: outcome, ConditionExpression: isNew}})
	}
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes}, func(options *dynamodb.Options) {
		options.Retryer = conflictRetryer{options.Retryer}
	})
	switch {
	case isConditionFailed(err):
		return s.pushed(ctx, p.Stored, err)
	case err != nil:
		return fmt.Errorf("store the rules: %w", err)
	}
	return nil
}

// unlessChanged puts the newest version if the one before is still as it was read.
func (s *Store) unlessChanged(newest item, before *rules.Stored) *types.Put {
	put := &types.Put{TableName: &s.table, Item: newest, ConditionExpression: isNew}
	if before == nil {
		return put
	}
	put.ConditionExpression = aws.String("attribute_exists(pk)")
	put.ExpressionAttributeNames, put.ExpressionAttributeValues = map[string]string{}, item{}
	same := func(name string, was types.AttributeValue) {
		put.ExpressionAttributeNames["#"+name], put.ExpressionAttributeValues[":"+name] = name, was
		put.ConditionExpression = aws.String(*put.ConditionExpression + " AND #" + name + " = :" + name)
	}
	// A version that somebody spoiled may lack either, and is replaced all the same.
	if len(before.Body) > 0 {
		same("body", text(string(before.Body)))
	}
	if len(before.Signature) > 0 {
		same("signature", &types.AttributeValueMemberB{Value: before.Signature})
	}
	if len(put.ExpressionAttributeNames) == 0 {
		put.ExpressionAttributeNames, put.ExpressionAttributeValues = nil, nil
	}
	return put
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

// LastNumber returns the highest number of a version; see [rules.Table].
func (s *Store) LastNumber(ctx context.Context) (int, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(1),
		KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :v)"),
		ProjectionExpression:      aws.String("sk"),
		ExpressionAttributeValues: item{":pk": text(rulesKey), ":v": text("V")},
	})
	if err != nil {
		return 0, fmt.Errorf("read the rules: %w", err)
	}
	last := 0
	for _, it := range out.Items {
		if _, err := fmt.Sscanf(stringOf(it["sk"]), "V%d", &last); err != nil {
			return 0, fmt.Errorf("read the rules: %q is no version", stringOf(it["sk"]))
		}
	}
	return last, nil
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
