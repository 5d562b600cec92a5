package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The keys of tallies begin so.
const (
	tallyPrefix = "TALLY#"
	tallyPerson = "PERSON#"
)

// tallyOfFlow and tallyOfPerson are the keys of what counts against a flow's
// limits of fast-tracking.
func tallyOfFlow(r *run.Run) item {
	return item{"pk": text(tallyPrefix + r.Flow.Name), "sk": text("FLOW")}
}

func tallyOfPerson(r *run.Run) item {
	return tallyOf(r, r.Holder().Key())
}

func tallyOf(r *run.Run, handle string) item {
	return item{"pk": text(tallyPrefix + r.Flow.Name), "sk": text(tallyPerson + handle)}
}

// LoadTallies reads what counts against the limits of the run's flow, strongly
// consistent: nothing, without a read, where it has none. What was counted for
// the holder under another login or address counts too.
func (s *Store) LoadTallies(ctx context.Context, r *run.Run) (run.Tallies, error) {
	var t run.Tallies
	if r.Flow.FastTrack == nil {
		return t, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	group.Go(func() error { return s.loadBody(ctx, tallyOfPerson(r), &t.Person, &t.Person.Version) })
	var others []string
	for _, handle := range r.Holder().Keys() {
		if handle != r.Holder().Key() {
			others = append(others, handle)
		}
	}
	linked := make([]run.Tally, len(others))
	for i, handle := range others {
		group.Go(func() error { return s.loadBody(ctx, tallyOf(r, handle), &linked[i], &linked[i].Version) })
	}
	if r.Flow.FastTrack.MaxPerHour > 0 {
		group.Go(func() error { return s.loadBody(ctx, tallyOfFlow(r), &t.Flow, &t.Flow.Version) })
	}
	if err := group.Wait(); err != nil {
		return run.Tallies{}, fmt.Errorf("load the tallies for run %s: %w", r.ID, err)
	}
	for _, l := range linked {
		t.Linked.Add(l)
	}
	return t, nil
}

// SaveTallied is Save, in one transaction with those of the tallies, and of what hooks
// keep, that have changed: none is written unless nobody changed the run or any of them
// since they were read; else it returns ErrConflict.
func (s *Store) SaveTallied(ctx context.Context, r *run.Run, t run.Tallies, now time.Time) error {
	if !t.Flow.Changed && !t.Person.Changed && !r.Kept.Changed() {
		return s.Save(ctx, r)
	}
	it, err := runItem(r, r.Version+1)
	if err != nil {
		return err
	}
	puts := []types.TransactWriteItem{{Put: s.ifUnchanged(it, r.Version)}}
	for _, tally := range []struct {
		key item
		run.Tally
	}{{tallyOfPerson(r), t.Person}, {tallyOfFlow(r), t.Flow}} {
		if !tally.Changed {
			continue
		}
		body, err := run.Encode(tally.Tally)
		if err != nil {
			return fmt.Errorf("save run %s: %w", r.ID, err)
		}
		it := tally.key
		it["version"], it["body"] = number(tally.Version+1), text(string(body))
		it["expires_at"] = number(now.Add(r.Flow.FastTrack.Kept()).Unix() + 1)
		puts = append(puts, types.TransactWriteItem{Put: s.ifSame(it, tally.Version)})
	}
	shelves, err := s.putShelves(r)
	if err != nil {
		return err
	}
	puts = append(puts, shelves...)
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: puts})
	if isConditionFailed(err) || canceledFor(err, "TransactionConflict") {
		return fmt.Errorf("save run %s: %w", r.ID, ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("save run %s: %w", r.ID, err)
	}
	r.Version++
	return nil
}
