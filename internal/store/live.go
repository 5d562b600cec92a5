package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// listsIndex is the index of lists that are not sorted by creation: "list" says which
// list an item is in, "rank" where. See docs/decisions/0047-live-and-all.md.
const listsIndex = "lists"

// A run whose access is open stands twice: in its flow's list, by when the access ends,
// and in the inbox's index in a partition of its holder, which no flow's name begins
// like.
const (
	liveShards = 2
	livePrefix = "#live#"
)

// maxOwnLive is how many of their own open accesses a person's list reads.
const maxOwnLive = 1000

// ownSource stands for what was read of the reader's own.
var ownSource = source{"own", ""}

func liveOf(flow string, shard int) string { return fmt.Sprintf("live#%s#%d", flow, shard) }

func rankOf(r *run.Run) string { return created(r.Access.EndsAt, r.ID) }

// listLive puts a run into the lists of open access.
func listLive(it item, r *run.Run) {
	it["list"], it["rank"] = text(liveOf(r.Flow.Name, shard(r.ID, liveShards))), text(rankOf(r))
	it["inbox"] = text(livePrefix + cmp.Or(r.Holder().Principal, r.Holder().ID))
}

// Live lists the runs whose access is open: the reader's own, and all of the reader's
// flows. What ends soonest comes first. From and To are those of their creation.
func (s *Store) Live(ctx context.Context, by Reader, q Query) (Page, error) {
	if q.After != "" && !isPosition(q.After) {
		return Page{}, ErrBadPosition
	}
	own, cut, err := s.ownLive(ctx, by.Person)
	if err != nil {
		return Page{}, err
	}
	from := []source{ownSource}
	for _, flow := range by.Flows {
		for n := range liveShards {
			from = append(from, source{listsIndex, liveOf(flow, n)})
		}
	}
	read := &reading{whole: true, ascending: true, own: own}
	page, err := s.merge(ctx, read, from, q, func(e entry) bool {
		r := e.whole
		return r != nil && by.live(r) && (q.From.IsZero() || !r.CreatedAt.Before(q.From)) && (q.To.IsZero() || r.CreatedAt.Before(q.To))
	})
	if cut {
		page.Cut = fmt.Sprintf("You hold more than %d accesses; only the %d that you requested last are listed.", maxOwnLive, maxOwnLive)
	}
	return page, err
}

// LiveByCreation is Live, newest first. It goes back as far as [Store.Flow].
func (s *Store) LiveByCreation(ctx context.Context, by Reader, q Query, now time.Time) (Page, error) {
	return s.months(ctx, &reading{whole: true}, sources("mine", by.Person.Keys()...), by.Flows, q, now, func(e entry) bool {
		return e.whole != nil && by.live(e.whole)
	})
}

// live reports whether a run's access is open, and the reader's own or of a flow whose
// list they may read.
func (by Reader) live(r *run.Run) bool {
	if !r.Live() || r.HeldBy(by.Person) {
		return r.Live()
	}
	if _, there := by.Today.Flows[r.Flow.Name]; there {
		return by.Today.MayList(r.Flow.Name, by.Person)
	}
	return r.IsAdmin(by.Person, by.Today)
}

// ownLive reads the open accesses of a person, what ends soonest first. cut reports that
// there are more.
func (s *Store) ownLive(ctx context.Context, p run.Person) (own []entry, cut bool, err error) {
	for _, key := range p.Keys() {
		src := source{"inbox", livePrefix + key}
		part, more, err := s.partition(ctx, src, Query{}, maxOwnLive, &reading{whole: true})
		if err != nil {
			return nil, false, err
		}
		own, cut = append(own, part...), cut || more
	}
	for part := range slices.Chunk(own, maxFill) {
		if err := s.fill(ctx, part); err != nil {
			return nil, false, err
		}
	}
	own = slices.DeleteFunc(own, func(e entry) bool { return e.whole == nil || !e.whole.Live() || !e.whole.HeldBy(p) })
	for i := range own {
		own[i].position = rankOf(own[i].whole)
	}
	slices.SortFunc(own, func(a, b entry) int { return strings.Compare(a.position, b.position) })
	return own, cut, nil
}

// The mark that everything in the table is in the lists of this release.
const listedKey = "LISTS"

// Listed reports whether every run stands in the lists: the table was empty when this
// release began to write it, or [Store.Reindex] has been through.
func (s *Store) Listed(ctx context.Context) (bool, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: item{"pk": text(flowNamesPartition), "sk": text(listedKey)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return false, fmt.Errorf("load the state of the lists: %w", err)
	}
	return len(out.Item) > 0, nil
}

// MarkListed stores that every run stands in the lists.
func (s *Store) MarkListed(ctx context.Context) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: item{"pk": text(flowNamesPartition), "sk": text(listedKey)},
	})
	if err != nil {
		return fmt.Errorf("store the state of the lists: %w", err)
	}
	return nil
}

// Unused reports whether no run of the flows was created within the last year. A table
// of flows that were never requested is new.
func (s *Store) Unused(ctx context.Context, flows []string, now time.Time) (bool, error) {
	for _, flow := range flows {
		page, err := s.Flow(ctx, flow, Query{Limit: 1}, now, nil)
		if err != nil || len(page.Runs) > 0 || page.Next != "" {
			return false, err
		}
	}
	return true, nil
}
