package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The keys of what hooks keep begin so.
const (
	shelfPrefix = "STORE#"
	shelfPerson = "PERSON#"
)

func shelfOfFlow(flow string) item {
	return item{"pk": text(shelfPrefix + flow), "sk": text("FLOW")}
}

func shelfOfPerson(flow, handle string) item {
	return item{"pk": text(shelfPrefix + flow), "sk": text(shelfPerson + escapeKey(handle))}
}

// LoadShelves reads what the hooks of the run's flow keep, strongly consistent: nothing,
// without a read, where they keep nothing. The links of the run's holder must be known.
// What is kept for them under another login or address counts too.
func (s *Store) LoadShelves(ctx context.Context, r *run.Run) (run.Shelves, error) {
	var out run.Shelves
	rule := r.Flow.Store
	if rule == nil {
		return out, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	var linked []run.Shelf
	if len(rule.Person) > 0 {
		out.Owner = r.Holder().Key()
		group.Go(func() error {
			return s.loadBody(ctx, shelfOfPerson(r.Flow.Name, out.Owner), &out.Person, &out.Person.Version)
		})
		var others []string
		for _, handle := range r.Holder().Keys() {
			if handle != out.Owner {
				others = append(others, handle)
			}
		}
		linked = make([]run.Shelf, len(others))
		for i, handle := range others {
			group.Go(func() error {
				return s.loadBody(ctx, shelfOfPerson(r.Flow.Name, handle), &linked[i], &linked[i].Version)
			})
		}
	}
	if len(rule.Flow) > 0 {
		group.Go(func() error { return s.loadBody(ctx, shelfOfFlow(r.Flow.Name), &out.Flow, &out.Flow.Version) })
	}
	if err := group.Wait(); err != nil {
		return run.Shelves{}, fmt.Errorf("load the store of hooks for run %s: %w", r.ID, err)
	}
	for _, l := range linked {
		out.Person.Add(l)
	}
	return out, nil
}

// putShelves returns the puts of what hooks keep, as far as it has changed: each on the
// condition that nobody changed it since it was read.
func (s *Store) putShelves(r *run.Run) ([]types.TransactWriteItem, error) {
	var puts []types.TransactWriteItem
	for _, shelf := range []struct {
		key item
		run.Shelf
	}{{shelfOfPerson(r.Flow.Name, r.Kept.Owner), r.Kept.Person}, {shelfOfFlow(r.Flow.Name), r.Kept.Flow}} {
		if !shelf.Changed {
			continue
		}
		body, err := run.Encode(shelf.Shelf)
		if err != nil {
			return nil, fmt.Errorf("save run %s: %w", r.ID, err)
		}
		it := shelf.key
		it["version"], it["body"] = number(shelf.Version+1), text(string(body))
		if last := shelf.ExpiresAt(); !last.IsZero() {
			it["expires_at"] = number(last.Unix() + 1)
		} else {
			it["expires_at"] = number(r.UpdatedAt.Add(emptyKept).Unix())
		}
		puts = append(puts, types.TransactWriteItem{Put: s.ifSame(it, shelf.Version)})
	}
	return puts, nil
}

// emptyKept is how long an item without values stays, so that its version goes on.
const emptyKept = 24 * time.Hour
