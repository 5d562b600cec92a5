package book

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// keep is how long an entry stays after its access ended. A fence holds the time, so
// that a call which comes after that is not late by mistake.
const keep = 30 * 24 * time.Hour

// API is the part of DynamoDB that is called.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// Book keeps entries in a table of DynamoDB with the key pk.
type Book struct {
	client API
	table  string
	now    func() time.Time
}

// FromConfig is [New] with a client of that configuration and the system's time.
func FromConfig(cfg aws.Config, table string) *Book {
	return New(dynamodb.NewFromConfig(cfg), table, time.Now)
}

// New returns the book in that table.
func New(client API, table string, now func() time.Time) *Book { return &Book{client, table, now} }

type item = map[string]types.AttributeValue

// Load reads an entry. One that was never saved is the zero Entry.
func (b *Book) Load(ctx context.Context, key string) (Entry, error) {
	out, err := b.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &b.table, Key: item{"pk": &types.AttributeValueMemberS{Value: key}}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return Entry{}, fmt.Errorf("read the record of this access: %w", err)
	}
	if out.Item == nil {
		return Entry{}, nil
	}
	var e Entry
	text, isText := out.Item["entry"].(*types.AttributeValueMemberS)
	version, isNumber := out.Item["version"].(*types.AttributeValueMemberN)
	if !isText || !isNumber {
		return Entry{}, errors.New("the record of this access is invalid")
	}
	if err := json.Unmarshal([]byte(text.Value), &e); err != nil {
		return Entry{}, fmt.Errorf("the record of this access is invalid: %w", err)
	}
	if e.Version, err = strconv.ParseInt(version.Value, 10, 64); err != nil {
		return Entry{}, fmt.Errorf("the record of this access is invalid: %w", err)
	}
	return e, nil
}

// Save writes an entry if nobody changed it since it was loaded, and returns it with its
// new version. Otherwise the error is [ErrConflict].
func (b *Book) Save(ctx context.Context, key string, e Entry) (Entry, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return Entry{}, err
	}
	number := func(n int64) types.AttributeValue {
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
	}
	it := item{"pk": &types.AttributeValueMemberS{Value: key}, "entry": &types.AttributeValueMemberS{Value: string(raw)}, "version": number(e.Version + 1)}
	if !e.making() {
		it["expires"] = number(b.now().Add(keep).Unix())
	}
	in := &dynamodb.PutItemInput{TableName: &b.table, Item: it, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if e.Version > 0 {
		in.ConditionExpression = aws.String("version = :version")
		in.ExpressionAttributeValues = item{":version": number(e.Version)}
	}
	_, err = b.client.PutItem(ctx, in)
	var conflict *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &conflict):
		return Entry{}, ErrConflict
	case err != nil:
		return Entry{}, fmt.Errorf("record this access: %w", err)
	}
	e.Version++
	return e, nil
}
