package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
)

// actDue is in the index the partitions of acts, which are looked at for a while
// whether they were dealt with.
const actDue = "act"

// leaseDue is in the index the partitions of leases, so that however many are due
// keep no run from being found. Older releases left leases among the runs.
const (
	leaseDue    = "lease"
	leaseShards = 2
)

// noticed is how long after it was stored an act should have been dealt with,
// and lookedAt how much longer it is looked at.
const (
	noticed  = 30 * time.Second
	lookedAt = 15 * time.Minute
)

// Due is what reconcile must look at.
type Due struct {
	// Runs are ids of runs that should have moved on.
	Runs []string
	// Acted are ids of runs with acts that should have been dealt with.
	Acted []string
	// Leases are to be read once more.
	Leases []lease.Key
}

// Due lists what is due by now, at most limit of each partition of the index: the
// longest due, or the last if newest is set, so that what lies behind more than
// limit others is listed by one of two calls.
func (s *Store) Due(ctx context.Context, now time.Time, limit int32, newest bool) (Due, error) {
	found := make([][]item, 2*dueShards+leaseShards)
	group, ctx := errgroup.WithContext(ctx)
	list := func(into *[]item, partition string, from time.Time) {
		group.Go(func() (err error) {
			*into, err = s.due(ctx, partition, from, now, limit, newest)
			return err
		})
	}
	for n := range dueShards {
		list(&found[n], strconv.Itoa(n), time.Time{})
		list(&found[dueShards+n], actDue+strconv.Itoa(n), now.Add(-lookedAt))
	}
	for n := range leaseShards {
		list(&found[2*dueShards+n], leaseDue+strconv.Itoa(n), time.Time{})
	}
	if err := group.Wait(); err != nil {
		return Due{}, err
	}
	var d Due
	seen := map[string]bool{}
	for _, it := range concat(found) {
		pk, sk := stringOf(it["pk"]), stringOf(it["sk"])
		id, isRun := strings.CutPrefix(pk, "RUN#")
		switch {
		case isRun && sk == runKey:
			d.Runs = append(d.Runs, id)
		case isRun || strings.HasPrefix(pk, actPrefix):
			// Of before acts had a partition of their own, or of since.
			if id = strings.TrimPrefix(id, actPrefix); !seen[id] {
				seen[id] = true
				d.Acted = append(d.Acted, id)
			}
		case sk == leaseKey:
			if k, ok := keyOfLease(pk); ok {
				d.Leases = append(d.Leases, k)
			}
		}
	}
	return d, nil
}

// DueShards is how many partitions the runs that are under way lie in.
const DueShards = dueShards

// Waiting lists, of one partition, the runs that are due only after now, the
// soonest first, at most limit.
func (s *Store) Waiting(ctx context.Context, shard int, now time.Time, limit int32) ([]string, error) {
	items, err := s.due(ctx, strconv.Itoa(shard), now, now.AddDate(2, 0, 0), limit, false)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, it := range items {
		if id, isRun := strings.CutPrefix(stringOf(it["pk"]), "RUN#"); isRun && stringOf(it["sk"]) == runKey {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func concat(parts [][]item) []item {
	var all []item
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func (s *Store) due(ctx context.Context, partition string, from, to time.Time, limit int32, newest bool) ([]item, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("due"), Limit: aws.Int32(limit), ScanIndexForward: aws.Bool(!newest),
		KeyConditionExpression:    aws.String("due = :due AND due_at BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":due": text(partition), ":from": text(stamp(from)), ":to": text(stamp(to))},
	})
	if err != nil {
		return nil, fmt.Errorf("list what is due: %w", err)
	}
	return out.Items, nil
}
