package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// An address that takes no mail has an item of its own.
const mailPrefix = "MAIL#"

// maxAddressWhy is the length of the reason, in characters.
const maxAddressWhy = 200

// MarkAddress stores that an address takes no mail until then, and why.
func (s *Store) MarkAddress(ctx context.Context, address, why string, until time.Time) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item{
		"pk": text(mailPrefix + clip(address, maxDeliveryName)), "sk": text(mailPrefix), "why": text(clip(why, maxAddressWhy)),
		"expires_at": number(until.Unix()),
	}})
	if err != nil {
		return fmt.Errorf("mark an address: %w", err)
	}
	return nil
}

// BadAddress returns why an address takes no mail, "" if it does. DynamoDB deletes an
// item some time after it expires, so the time is compared too.
func (s *Store) BadAddress(ctx context.Context, address string, now time.Time) (why string, err error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: item{"pk": text(mailPrefix + clip(address, maxDeliveryName)), "sk": text(mailPrefix)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return "", fmt.Errorf("read an address: %w", err)
	}
	until, marked := out.Item["expires_at"].(*types.AttributeValueMemberN)
	if !marked {
		return "", nil
	}
	if at, err := strconv.ParseInt(until.Value, 10, 64); err != nil || at <= now.Unix() {
		return "", nil
	}
	return stringOf(out.Item["why"]), nil
}
