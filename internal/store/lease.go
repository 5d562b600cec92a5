package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const (
	leaseKey    = "LEASE"
	leasePrefix = "LEASE#"
)

// LoadLease reads the lease of an access, strongly consistent; one that nobody
// has had yet is new. It returns ErrNewer for one that this code can't read yet.
func (s *Store) LoadLease(ctx context.Context, k lease.Key) (*lease.Lease, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		Key: item{"pk": text(leasePrefix + k.String()), "sk": text(leaseKey)},
	})
	if err != nil {
		return nil, fmt.Errorf("load lease %s: %w", k, err)
	}
	if len(out.Item) == 0 {
		return lease.New(k), nil
	}
	l := &lease.Lease{}
	if err := json.Unmarshal([]byte(stringOf(out.Item["body"])), l); err != nil {
		return nil, fmt.Errorf("read lease %s: %w", k, err)
	}
	if l.Schema > lease.Schema {
		return nil, fmt.Errorf("read lease %s: schema %d: %w", k, l.Schema, ErrNewer)
	}
	if l.Version, err = versionOf(out.Item); err != nil {
		return nil, fmt.Errorf("read lease %s: %w", k, err)
	}
	return l, nil
}

// SaveLease puts a changed lease back whole, if nobody changed it since it was
// read; else it returns ErrConflict.
func (s *Store) SaveLease(ctx context.Context, l *lease.Lease) error {
	put, err := s.leasePut(l)
	if err != nil {
		return err
	}
	return saved(l, s.put(ctx, put))
}

// leasePut is the put of a changed lease that nobody changed since it was read.
func (s *Store) leasePut(l *lease.Lease) (*types.Put, error) {
	body, err := run.Encode(l)
	if err != nil {
		return nil, fmt.Errorf("lease %s: %w", l.Key, err)
	}
	it := item{
		"pk": text(leasePrefix + l.Key.String()), "sk": text(leaseKey),
		"version": number(l.Version + 1), "body": text(string(body)),
	}
	if at, due := l.DueAt(); due {
		it["due"] = text(leaseDue + strconv.Itoa(shard(l.Key.String(), leaseShards)))
		it["due_at"] = text(stamp(at))
	}
	return s.ifSame(it, l.Version), nil
}

// saved counts the lease's version up once it is saved.
func saved(l *lease.Lease, err error) error {
	if isConditionFailed(err) {
		return fmt.Errorf("save lease %s: %w", l.Key, ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("save lease %s: %w", l.Key, err)
	}
	l.Version++
	return nil
}

// EachLease calls f with every lease of the table, strongly consistent, in no
// order. An error of f ends it, and is returned as it is.
func (s *Store) EachLease(ctx context.Context, f func(*lease.Lease) error) error {
	pages := dynamodb.NewScanPaginator(s.client, &dynamodb.ScanInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		FilterExpression: aws.String("begins_with(pk, :lease)"), ExpressionAttributeValues: item{":lease": text(leasePrefix)},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the leases: %w", err)
		}
		for _, it := range page.Items {
			l := &lease.Lease{}
			if err := json.Unmarshal([]byte(stringOf(it["body"])), l); err != nil {
				return fmt.Errorf("read lease %s: %w", stringOf(it["pk"]), err)
			}
			if err := f(l); err != nil {
				return err
			}
		}
	}
	return nil
}

func versionOf(it item) (int64, error) {
	n, ok := it["version"].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("it has no version")
	}
	return strconv.ParseInt(n.Value, 10, 64)
}

// keyOfLease reads the key back from a partition key.
func keyOfLease(pk string) (lease.Key, bool) {
	rest, ok := strings.CutPrefix(pk, leasePrefix)
	parts := strings.Split(rest, "#")
	if !ok || len(parts) != 3 {
		return lease.Key{}, false
	}
	return lease.Key{Strategy: unescapeKey(parts[0]), Person: unescapeKey(parts[1]), Target: unescapeKey(parts[2])}, true
}

// escapeKey is text as one part of a key, as [lease.Key] has it.
func escapeKey(part string) string { return strings.NewReplacer("%", "%25", "#", "%23").Replace(part) }

// unescapeKey reads one part of a key.
func unescapeKey(part string) string {
	return strings.NewReplacer("%23", "#", "%25", "%").Replace(part)
}
