package store

import (
	"context"

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

// ifSame is ifUnchanged, also for an item that was not there when it was read,
// with version 0, and that nobody made since.
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
