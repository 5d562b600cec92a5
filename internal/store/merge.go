package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// source is a partition of an index. Its items stand by when their runs were created
// or, in listsIndex, by their rank.
type source struct{ index, partition string }

// keys are the attributes that an index has its partitions and its order from.
func (src source) keys() (hash, rank string) {
	if src.index == listsIndex {
		return "list", "rank"
	}
	return src.index, "created"
}

// sources are partitions of one index.
func sources(index string, partitions ...string) []source {
	all := make([]source, len(partitions))
	for i, p := range partitions {
		all[i] = source{index, p}
	}
	return all
}

// entry is a run in a list, with its position.
type entry struct {
	id, position string
	// partition is that of the index, and act the act that put the run there, ""
	// where the run itself is listed.
	partition, act string
	// run is nil where the index doesn't hold the summary; see fill, which also
	// sets whole.
	run   *run.Summary
	whole *run.Run
}

// filter reports whether a list shows an entry; a nil one shows every entry.
type filter func(entry) bool

// ofRun is the filter that looks at the run alone.
func ofRun(wanted func(run.Summary) bool) filter {
	if wanted == nil {
		return nil
	}
	return func(e entry) bool { return wanted(*e.run) }
}

// merge reads sources side by side, newest first or in the order of read, and merges
// them into one page.
func (s *Store) merge(ctx context.Context, read *reading, from []source, q Query, wanted filter) (Page, error) {
	if q.After != "" && !isPosition(q.After) {
		return Page{}, ErrBadPosition
	}
	q.Limit = max(q.Limit, 1)
	// One more than is shown says whether a next page exists. Only where some are
	// left out, and so the page is not full, it reads on.
	page, err := s.mergeOnce(ctx, read, from, q, q.Limit+1, wanted)
	if err == nil && len(page.Runs) < q.Limit && page.Next != "" && (q.Look == 0 || page.seen < q.Look) {
		page, err = s.mergeOnce(ctx, read, from, q, max(q.Limit*readAhead, q.Look), wanted)
	}
	if !read.ascending {
		page.BackTo = q.From
		if page.Next != "" {
			page.BackTo = timeOf(page.Next)
		}
	}
	return page, err
}

// mergeOnce reads at most limit items of each source.
func (s *Store) mergeOnce(ctx context.Context, read *reading, from []source, q Query, limit int, wanted filter) (Page, error) {
	parts := make([][]entry, len(from))
	cut := make([]bool, len(from))
	group, calls := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i, src := range from {
		group.Go(func() (err error) {
			parts[i], cut[i], err = read.part(calls, s, src, q, limit)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Page{}, err
	}
	// Where a partition was cut off, the rest is missing: only positions up to the first
	// cut, in the order of the list, are complete.
	var all []entry
	boundary := ""
	for i, part := range parts {
		all = append(all, part...)
		if last := len(part) - 1; cut[i] && (boundary == "" || read.before(part[last].position, boundary)) {
			boundary = part[last].position
		}
	}
	sort.Slice(all, func(i, j int) bool { return read.before(all[i].position, all[j].position) })
	if n := slices.IndexFunc(all, func(e entry) bool { return boundary != "" && read.before(boundary, e.position) }); n >= 0 {
		all = all[:n]
	}
	page := Page{Runs: []run.Summary{}}
	filled, counted := 0, false
	picky := wanted != nil || q.Status != "" || q.Filter != nil
	for i := range all {
		full := len(page.Runs) == q.Limit
		if full && !picky || q.Look > 0 && page.seen == q.Look && all[i].id != all[i-1].id {
			page.Next = all[i-1].position
			return page, nil
		}
		if i == filled {
			ahead := q.Limit
			if picky {
				ahead++ // whether one more is wanted says whether a next page exists
			}
			if q.Look > 0 && limit > q.Limit+1 {
				ahead = maxFill // most are left out: few calls
			}
			filled = min(i+min(ahead, maxFill), len(all))
			if err := s.fill(ctx, all[i:filled]); err != nil {
				return Page{}, err
			}
		}
		if i == 0 || all[i].id != all[i-1].id {
			page.seen++
			counted = false
		}
		if shown := len(page.Runs); shown > 0 && page.Runs[shown-1].View.ID == all[i].id {
			continue // by another act, or from another source
		}
		r := all[i].run
		if r == nil || wanted != nil && !wanted(all[i]) {
			continue
		}
		if !counted {
			page.Looked++
			counted = true
		}
		if q.Status != "" && r.View.Status != q.Status || q.Filter != nil && !q.Filter(*r) {
			continue
		}
		if full {
			page.Next = all[i-1].position
			return page, nil
		}
		page.Runs = append(page.Runs, *r)
	}
	page.Next = boundary
	if shown := len(page.Runs); shown > 0 && strings.HasPrefix(boundary, positionOf(page.Runs[shown-1])+"#") {
		page.Next = positionOf(page.Runs[shown-1]) // its other acts don't list it again
	}
	return page, nil
}

// bounds are the positions between which a query reads, the upper one exclusive.
func (q Query) bounds() (low, high string) {
	low, high = "0", behindAll
	if !q.From.IsZero() {
		low = bound(q.From)
	}
	if !q.To.IsZero() {
		high = bound(q.To)
	}
	if q.After != "" && q.After < high {
		high = q.After
	}
	return low, high
}

func positionOf(r run.Summary) string { return created(r.View.CreatedAt, r.View.ID) }

// entryOf reads an item of an index, but for its summary.
func entryOf(src source, it item) entry {
	_, rank := src.keys()
	_, id, _ := strings.Cut(stringOf(it["pk"]), "#")
	e := entry{id: id, position: stringOf(it[rank]), partition: src.partition}
	if parts := strings.SplitN(e.position, "#", 3); len(parts) == 3 {
		e.act = parts[2]
	}
	return e
}

// partition reads up to limit items of one source. cut reports that more may
// follow.
func (s *Store) partition(ctx context.Context, src source, q Query, limit int, read *reading) (part []entry, cut bool, err error) {
	low, high := q.bounds()
	if read.ascending {
		low, high = q.After, behindAll
	}
	if high < low {
		return nil, false, nil
	}
	value := src.partition
	hash, rank := src.keys()
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: &src.index,
		KeyConditionExpression:   aws.String("#p = :p AND #r BETWEEN :low AND :high"),
		ExpressionAttributeNames: map[string]string{"#p": hash, "#r": rank},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":p": text(value), ":low": text(cmp.Or(low, "0")), ":high": text(high),
		},
		ScanIndexForward: &read.ascending,
		// One more than wanted: BETWEEN takes the position itself along.
		Limit: aws.Int32(int32(limit + 1)), // #nosec G115 -- a page is short
	})
	if err != nil {
		return nil, false, fmt.Errorf("list %s %s: %w", src.index, value, err)
	}
	for _, it := range out.Items {
		e := entryOf(src, it)
		if e.position >= high || e.position == low && read.ascending {
			continue
		}
		if summary := stringOf(it["summary"]); summary != "" && !read.whole {
			if err := json.Unmarshal([]byte(summary), &e.run); err != nil {
				return nil, false, fmt.Errorf("list %s %s: %s: %w", src.index, value, e.position, err)
			}
			if e.run != nil && !e.run.Complete() {
				e.run = nil // fill reads the run
			}
		}
		part = append(part, e)
	}
	return part, len(out.LastEvaluatedKey) > 0 && len(part) > 0, nil
}
