package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// roleKept is how long a role is known without another look at IAM.
const roleKept = 30 * 24 * time.Hour

func roleItem(id string) item { return item{"pk": text("ROLE#" + id), "sk": text("ROLE")} }

// KnowsRole reports whether the role of a unique id was noted as one that IAM
// Identity Center made. An item that is due to be deleted no longer counts.
func (s *Store) KnowsRole(ctx context.Context, id string, now time.Time) (bool, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: roleItem(id)})
	if err != nil {
		return false, fmt.Errorf("read a role of Identity Center: %w", err)
	}
	until, _ := out.Item["expires_at"].(*types.AttributeValueMemberN)
	if until == nil {
		return false, nil
	}
	at, err := strconv.ParseInt(until.Value, 10, 64)
	return err == nil && now.Unix() < at, nil
}

// NoteRole stores that IAM Identity Center made the role of a unique id.
func (s *Store) NoteRole(ctx context.Context, id string, now time.Time) error {
	it := roleItem(id)
	it["expires_at"] = number(now.Add(roleKept).Unix())
	if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it}); err != nil {
		return fmt.Errorf("note a role of Identity Center: %w", err)
	}
	return nil
}
