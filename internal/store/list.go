package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Query says which runs of a list are wanted.
type Query struct {
	// Status is "" for any.
	Status run.Status
	// From and To limit the time of creation, From inclusive, To exclusive; a zero time
	// is no limit.
	From, To time.Time
	// Limit is how many runs a page holds at most; less than 1 is 1.
	Limit int
	// After is the Next of the page before, "" for the first.
	After string
}

// Page is a part of a list, newest first. It can be short, or empty, and still
// have a Next: a page reads only so much.
type Page struct {
	Runs []run.Summary
	// Next is where the next page starts, "" after the last.
	Next string
}

// readAhead is how many items a page reads of a partition for each that it may
// show, where some of them are left out.
const readAhead = 5

// monthsAPage bounds how many months a page of a flow's list reads.
const monthsAPage = 14

// Mine lists the requests that are p's own.
func (s *Store) Mine(ctx context.Context, p run.Person, q Query) (Page, error) {
	return s.merge(ctx, "mine", p.Keys(), q, ofRun(func(r run.Summary) bool { return r.OwnedBy(p) }))
}

// Requested lists the requests of everybody who may be the same person as p.
func (s *Store) Requested(ctx context.Context, p run.Person, q Query) (Page, error) {
	return s.merge(ctx, "mine", p.Keys(), q, nil)
}

// Inbox lists what waits for p in the flows of those names: what p may decide
// now, by t.
func (s *Store) Inbox(ctx context.Context, flows []string, p run.Person, t *run.Today, q Query) (Page, error) {
	var partitions []string
	for _, flow := range flows {
		for n := range inboxShards {
			partitions = append(partitions, inboxOf(flow, n))
		}
	}
	return s.merge(ctx, "inbox", partitions, q, ofRun(func(r run.Summary) bool { return r.AwaitsPerson(p, t) }))
}

// Flow lists the runs of a flow that are wanted (all, if that is nil), month by
// month back from To (now, if that is zero) to From (a year before To).
func (s *Store) Flow(ctx context.Context, flow string, q Query, now time.Time, wanted func(run.Summary) bool) (Page, error) {
	newest := now
	if !q.To.IsZero() && q.To.Before(now) {
		newest = q.To
	}
	if q.From.IsZero() {
		q.From = newest.AddDate(-1, 0, 0)
	}
	q.Limit = max(q.Limit, 1)
	if q.After != "" {
		if !isPosition(q.After) {
			return Page{}, ErrBadPosition
		}
		at, _, _ := strings.Cut(q.After, "#")
		newest, _ = time.Parse(stampForm, at)
	}
	var page Page
	month := time.Date(newest.UTC().Year(), newest.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	for n := 0; !month.AddDate(0, 1, 0).Before(q.From); n++ {
		if n == monthsAPage {
			page.Next = stamp(month.AddDate(0, 1, 0)) + "#"
			return page, nil
		}
		rest := q
		rest.Limit = q.Limit - len(page.Runs)
		part, err := s.merge(ctx, "flow", []string{monthOf(flow, month)}, rest, ofRun(wanted))
		if err != nil {
			return Page{}, err
		}
		page.Runs = append(page.Runs, part.Runs...)
		if part.Next != "" {
			page.Next = part.Next
			return page, nil
		}
		if len(page.Runs) == q.Limit {
			page.Next = stamp(month) + "#"
			return page, nil
		}
		month = month.AddDate(0, -1, 0)
	}
	return page, nil
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

// merge reads partitions of an index side by side, newest first, and merges
// them into one page.
func (s *Store) merge(ctx context.Context, index string, partitions []string, q Query, wanted filter) (Page, error) {
	if q.After != "" && !isPosition(q.After) {
		return Page{}, ErrBadPosition
	}
	q.Limit = max(q.Limit, 1)
	// One more than is shown says whether a next page exists. Only where some are
	// left out, and so the page is not full, it reads on.
	page, err := s.mergeOnce(ctx, index, partitions, q, q.Limit+1, wanted)
	if err == nil && len(page.Runs) < q.Limit && page.Next != "" {
		page, err = s.mergeOnce(ctx, index, partitions, q, q.Limit*readAhead, wanted)
	}
	return page, err
}

// mergeOnce reads at most limit items of each partition.
func (s *Store) mergeOnce(ctx context.Context, index string, partitions []string, q Query, limit int, wanted filter) (Page, error) {
	parts := make([][]entry, len(partitions))
	cut := make([]bool, len(partitions))
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i, p := range partitions {
		group.Go(func() (err error) {
			parts[i], cut[i], err = s.partition(reading, index, p, q, limit)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Page{}, err
	}
	// Where a partition was cut off, the rest is missing: only positions before the
	// newest cut are complete.
	var all []entry
	boundary := ""
	for i, part := range parts {
		all = append(all, part...)
		if last := len(part) - 1; cut[i] && part[last].position > boundary {
			boundary = part[last].position
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].position > all[j].position })
	if n := slices.IndexFunc(all, func(e entry) bool { return e.position < boundary }); n >= 0 {
		all = all[:n]
	}
	page := Page{Runs: []run.Summary{}}
	filled := 0
	for i := range all {
		full := len(page.Runs) == q.Limit
		if full && q.Status == "" && wanted == nil {
			page.Next = all[i-1].position
			return page, nil
		}
		if i == filled {
			ahead := q.Limit
			if wanted != nil || q.Status != "" {
				ahead++ // whether one more is wanted says whether a next page exists
			}
			filled = min(i+min(ahead, maxFill), len(all))
			if err := s.fill(ctx, all[i:filled]); err != nil {
				return Page{}, err
			}
		}
		r := all[i].run
		if shown := len(page.Runs); shown > 0 && page.Runs[shown-1].View.ID == all[i].id {
			continue // by another act
		}
		if r == nil || q.Status != "" && r.View.Status != q.Status || wanted != nil && !wanted(all[i]) {
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

func positionOf(r run.Summary) string { return created(r.View.CreatedAt, r.View.ID) }

// entryOf reads an item of an index, but for its summary.
func entryOf(index string, it item) entry {
	_, id, _ := strings.Cut(stringOf(it["pk"]), "#")
	e := entry{id: id, position: stringOf(it["created"]), partition: index}
	if parts := strings.SplitN(e.position, "#", 3); len(parts) == 3 {
		e.act = parts[2]
	}
	return e
}

// partition reads up to limit items of one partition of an index. cut reports
// that more may follow.
func (s *Store) partition(ctx context.Context, index, value string, q Query, limit int) (part []entry, cut bool, err error) {
	low, high := "0", behindAll
	if !q.From.IsZero() {
		low = bound(q.From)
	}
	if !q.To.IsZero() {
		high = bound(q.To)
	}
	if q.After != "" && q.After < high {
		high = q.After
	}
	if high < low {
		return nil, false, nil
	}
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: &index,
		KeyConditionExpression:   aws.String("#p = :p AND created BETWEEN :low AND :high"),
		ExpressionAttributeNames: map[string]string{"#p": index},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":p": text(value), ":low": text(low), ":high": text(high),
		},
		ScanIndexForward: aws.Bool(false),
		// One more than wanted: BETWEEN takes the position itself along.
		Limit: aws.Int32(int32(limit + 1)), // #nosec G115 -- a page is short
	})
	if err != nil {
		return nil, false, fmt.Errorf("list %s %s: %w", index, value, err)
	}
	for _, it := range out.Items {
		e := entryOf(value, it)
		if e.position >= high {
			continue
		}
		if summary := stringOf(it["summary"]); summary != "" {
			if err := json.Unmarshal([]byte(summary), &e.run); err != nil {
				return nil, false, fmt.Errorf("list %s %s: %s: %w", index, value, e.position, err)
			}
			if e.run != nil && !e.run.Complete() {
				e.run = nil // fill reads the run
			}
		}
		part = append(part, e)
	}
	return part, len(out.LastEvaluatedKey) > 0 && len(part) > 0, nil
}
