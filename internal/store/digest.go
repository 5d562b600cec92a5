package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// digestKey is the partition of the digests' documents, by day; each has a
// partition of its own for its chunks. They are in no index.
const digestKey = "DIGEST"

func chunksKey(day digest.Day) string { return digestKey + "#" + string(day) }

// Digests lists the documents of all digests, by day, as they are stored.
func (s *Store) Digests(ctx context.Context) ([]digest.Stored, error) {
	items, err := s.itemsOf(ctx, digestKey)
	if err != nil {
		return nil, fmt.Errorf("list the digests: %w", err)
	}
	stored := make([]digest.Stored, 0, len(items))
	for _, it := range items {
		stored = append(stored, storedDigest(it))
	}
	return stored, nil
}

func storedDigest(it item) digest.Stored {
	return digest.Stored{Day: digest.Day(stringOf(it["sk"])), Document: []byte(stringOf(it["body"]))}
}

// LastDigest reads the digest of the last day; ok is false without one.
func (s *Store) LastDigest(ctx context.Context) (last digest.Stored, ok bool, err error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(1),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": text(digestKey)},
	})
	if err != nil {
		return digest.Stored{}, false, fmt.Errorf("read the last digest: %w", err)
	}
	if len(out.Items) == 0 {
		return digest.Stored{}, false, nil
	}
	return storedDigest(out.Items[0]), true, nil
}

// FirstDigest reads the digest of the first day; ok is false without one.
func (s *Store) FirstDigest(ctx context.Context) (first digest.Stored, ok bool, err error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), Limit: aws.Int32(1),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": text(digestKey)},
	})
	if err != nil {
		return digest.Stored{}, false, fmt.Errorf("read the first digest: %w", err)
	}
	if len(out.Items) == 0 {
		return digest.Stored{}, false, nil
	}
	return storedDigest(out.Items[0]), true, nil
}

// Digest reads the digest of a day; ok is false without one.
func (s *Store) Digest(ctx context.Context, day digest.Day) (stored digest.Stored, ok bool, err error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), Key: item{"pk": text(digestKey), "sk": text(string(day))},
	})
	if err != nil {
		return digest.Stored{}, false, fmt.Errorf("read the digest of %s: %w", day, err)
	}
	if len(out.Item) == 0 {
		return digest.Stored{}, false, nil
	}
	return storedDigest(out.Item), true, nil
}

// Chunks reads the first n chunks of a day, in their order, or as many as there
// are. An attempt that died may have left more of them.
func (s *Store) Chunks(ctx context.Context, day digest.Day, n int) ([]string, error) {
	items, err := s.itemsOf(ctx, chunksKey(day))
	if err != nil {
		return nil, fmt.Errorf("read the heads of %s: %w", day, err)
	}
	chunks := make([]string, 0, len(items))
	for _, it := range items[:max(0, min(n, len(items)))] {
		chunks = append(chunks, stringOf(it["heads"]))
	}
	return chunks, nil
}

// ErrDigestExists means that the day has a digest.
var ErrDigestExists = errors.New("the day has a digest already")

// AddDigest stores a digest: its chunks, then the document, so that a document
// always has them. What an attempt that died left of them is written over. Of
// any number of attempts one stores the document, the others get
// ErrDigestExists.
func (s *Store) AddDigest(ctx context.Context, d digest.Document, chunks []string) error {
	for n, chunk := range chunks {
		it := item{"pk": text(chunksKey(d.Day)), "sk": text(fmt.Sprintf("%04d", n)), "heads": text(chunk)}
		if _, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it}); err != nil {
			return fmt.Errorf("store the heads of %s: %w", d.Day, err)
		}
	}
	body, err := run.Encode(d)
	if err != nil {
		return fmt.Errorf("digest of %s: %w", d.Day, err)
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, ConditionExpression: isNew,
		Item: item{"pk": text(digestKey), "sk": text(string(d.Day)), "body": text(string(body))},
	})
	if isConditionFailed(err) {
		return fmt.Errorf("store the digest of %s: %w", d.Day, ErrDigestExists)
	}
	if err != nil {
		return fmt.Errorf("store the digest of %s: %w", d.Day, err)
	}
	return nil
}

// itemsOf reads all items of a partition, strongly consistent.
func (s *Store) itemsOf(ctx context.Context, pk string) ([]item, error) {
	var items []item
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": text(pk)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
	}
	return items, nil
}
