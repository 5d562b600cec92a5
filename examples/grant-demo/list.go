package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// list is who has what: one item for each person and target.
type list struct {
	client *dynamodb.Client
	table  string
}

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func key(a asked) item { return item{"pk": text(a.Person.ID + " has " + a.Target.ID)} }

// set writes whether the person has the target, unless a newer call has.
func (l list) set(ctx context.Context, a asked, has bool, now time.Time) error {
	it := key(a)
	person := a.Person.Email
	if person == "" {
		person = a.Person.ID
	}
	it["person"], it["target"], it["run_id"] = text(person), text(a.Target.ID), text(a.RunID)
	it["has_access"] = &types.AttributeValueMemberBOOL{Value: has}
	it["since"] = text(now.UTC().Format(time.RFC3339))
	fence := &types.AttributeValueMemberN{Value: strconv.FormatInt(a.Fence, 10)}
	it["fence"] = fence
	_, err := l.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &l.table, Item: it,
		ConditionExpression:       aws.String("attribute_not_exists(pk) OR fence <= :fence"),
		ExpressionAttributeValues: item{":fence": fence},
	})
	var late *types.ConditionalCheckFailedException
	if errors.As(err, &late) {
		return errLate
	}
	return err
}

func (l list) has(ctx context.Context, a asked) (bool, error) {
	out, err := l.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &l.table, Key: key(a), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return false, err
	}
	return read(out.Item).HasAccess, nil
}

// all lists everybody who has, or had, something.
func (l list) all(ctx context.Context) ([]entry, error) {
	entries := []entry{}
	pages := dynamodb.NewScanPaginator(l.client, &dynamodb.ScanInput{TableName: &l.table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			entries = append(entries, read(it))
		}
	}
	return entries, nil
}

func read(it item) entry {
	get := func(name string) string {
		if s, ok := it[name].(*types.AttributeValueMemberS); ok {
			return s.Value
		}
		return ""
	}
	e := entry{Person: get("person"), Target: get("target"), Since: get("since"), RunID: get("run_id")}
	if b, ok := it["has_access"].(*types.AttributeValueMemberBOOL); ok {
		e.HasAccess = b.Value
	}
	return e
}
