package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
)

// outcomeKey is where the partition of the rules says what became of a request for a change.
func outcomeKey(request string) item {
	return item{"pk": text(rulesKey), "sk": text("REQUEST#" + request)}
}

func outcomeItem(o rules.Outcome) (item, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	it := outcomeKey(o.Request)
	it["body"] = text(string(raw))
	return it, nil
}

// RulesOutcome reads what became of a request; see [rules.Outcomes].
func (s *Store) RulesOutcome(ctx context.Context, request string) (o rules.Outcome, there bool, err error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: outcomeKey(request), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return o, false, fmt.Errorf("read what became of request %s: %w", request, err)
	}
	if len(out.Item) == 0 {
		return o, false, nil
	}
	if err := json.Unmarshal([]byte(stringOf(out.Item["body"])), &o); err != nil {
		return o, false, fmt.Errorf("read what became of request %s: %w", request, err)
	}
	published, is := out.Item["published"].(*types.AttributeValueMemberBOOL)
	o.Published = is && published.Value
	return o, true, nil
}

// BecameOfRules reads what became of a request, for people; see package deliver.
func (s *Store) BecameOfRules(ctx context.Context, request string) (o api.RulesOutcome, at time.Time, there bool, err error) {
	became, there, err := s.RulesOutcome(ctx, request)
	return became.Became(), became.At, there, err
}

// PublishedRulesOutcome stores that the bus has the event of an outcome. The outcome stays
// as it is; one that the table doesn't have is not stored.
func (s *Store) PublishedRulesOutcome(ctx context.Context, o rules.Outcome) error {
	it, err := outcomeItem(o)
	if err != nil {
		return err
	}
	body := it["body"]
	it["published"] = &types.AttributeValueMemberBOOL{Value: true}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: it, ConditionExpression: aws.String("body = :body"), ExpressionAttributeValues: item{":body": body},
	})
	if err != nil {
		return fmt.Errorf("store that the bus has what became of request %s: %w", o.Request, err)
	}
	return nil
}

// PutRulesOutcome stores what became of a request; see [rules.Outcomes].
func (s *Store) PutRulesOutcome(ctx context.Context, o rules.Outcome) error {
	it, err := outcomeItem(o)
	if err != nil {
		return err
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it, ConditionExpression: isNew})
	switch {
	case isConditionFailed(err):
		return rules.ErrChanged
	case err != nil:
		return fmt.Errorf("store what became of request %s: %w", o.Request, err)
	}
	return nil
}
