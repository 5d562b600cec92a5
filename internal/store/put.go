package store

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ifUnchanged is a put of an item that is there, and that nobody changed since it
// was read with that version.
func (s *Store) ifUnchanged(it item, version int64) *types.Put {
	return &types.Put{
		TableName: &s.table, Item: it, ConditionExpression: aws.String("#v = :read"),
		ExpressionAttributeNames:  map[string]string{"#v": "version"},
		ExpressionAttributeValues: item{":read": number(version)},
	}
}

// ifSame is ifUnchanged that also accepts version 0: an item that was missing when it was
// read, and still is.
func (s *Store) ifSame(it item, version int64) *types.Put {
	if version > 0 {
		return s.ifUnchanged(it, version)
	}
	return &types.Put{TableName: &s.table, Item: it, ConditionExpression: isNew}
}

// put makes a conditional put by itself.
func (s *Store) put(ctx context.Context, p *types.Put) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: p.TableName, Item: p.Item, ConditionExpression: p.ConditionExpression,
		ExpressionAttributeNames: p.ExpressionAttributeNames, ExpressionAttributeValues: p.ExpressionAttributeValues,
	})
	return err
}

// loadBody reads the body and the version of an item, strongly consistent. Both
// stay unchanged if the item is missing.
func (s *Store) loadBody(ctx context.Context, key item, into any, version *int64) error {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil || len(out.Item) == 0 {
		return err
	}
	if err := json.Unmarshal([]byte(stringOf(out.Item["body"])), into); err != nil {
		return err
	}
	*version, err = versionOf(out.Item)
	return err
}
