package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Erasure removes somebody from the table.
type Erasure struct {
	Who run.Names
	// DryRun changes nothing.
	DryRun bool
	// Report is called with each item that is changed, deleted or left.
	Report func(Erased)
}

// Erased is what becomes of one item.
type Erased struct {
	// Run is the id of the run that the item is, or belongs to; "" for none.
	Run string `json:"run,omitempty"`
	// Item is the item's partition and sort key. They may hold a name.
	Item string `json:"item,omitempty"`
	// Left says why nothing was done, "" if it was.
	Left string `json:"left,omitempty"`
}

// Erase removes somebody from everything that is over: their tallies, limits,
// links, Slack accounts, actions and leases first, then the runs. What is not over is left, and
// reported. It can be repeated, and continues where it stopped.
func (s *Store) Erase(ctx context.Context, e Erasure, now time.Time) error {
	var runs []string
	var outputs []item
	err := s.eachItem(ctx, func(it item) error {
		switch pk, sk := stringOf(it["pk"]), stringOf(it["sk"]); {
		case strings.HasPrefix(pk, digestKey):
			return nil // ids of runs and hashes
		case sk == runKey || sk == contextKey:
			if id := strings.TrimPrefix(pk, partition("")); holds(it, e.Who) && !slices.Contains(runs, id) {
				runs = append(runs, id)
			}
			return nil
		case strings.HasPrefix(pk, linkPrefix):
			return s.eraseLink(ctx, e, it)
		case strings.HasPrefix(pk, outputPrefix):
			outputs = append(outputs, it)
			return nil
		case !mentions(it, e.Who):
			return nil
		case sk == forKey:
			return s.eraseOfRun(ctx, e, it, strings.TrimPrefix(pk, partition("")), "an entry of a list about a request that is not over yet")
		case strings.HasPrefix(pk, shelfPrefix):
			return s.eraseShelf(ctx, e, it)
		case strings.HasPrefix(pk, leasePrefix):
			return s.eraseLease(ctx, e, it)
		case strings.HasPrefix(pk, slackRunPrefix):
			return s.eraseOfRun(ctx, e, it, strings.TrimPrefix(pk, slackRunPrefix), "a message in Slack about a request that is not over yet")
		case strings.HasPrefix(pk, deliveryPrefix):
			return s.eraseOfRun(ctx, e, it, strings.TrimPrefix(pk, deliveryPrefix), "a delivery about a request that is not over yet")
		case strings.HasPrefix(sk, actPrefix) || strings.HasPrefix(pk, actPrefix):
			_, id, _ := strings.Cut(pk, "#")
			return s.eraseOfRun(ctx, e, it, id, "an action of a request that is not over yet")
		default:
			return s.eraseItem(ctx, e, it)
		}
	})
	if err != nil {
		return err
	}
	for _, it := range outputs {
		if err := s.eraseOutput(ctx, e, it, runs); err != nil {
			return err
		}
	}
	for _, id := range runs {
		if err := s.eraseRun(ctx, e, id, now); err != nil {
			return err
		}
	}
	return nil
}

// eraseOutput deletes what a strategy returned for a request of somebody's, or that
// mentions them, once the request is over: until then its end may need it.
func (s *Store) eraseOutput(ctx context.Context, e Erasure, it item, runs []string) error {
	id := strings.TrimPrefix(stringOf(it["pk"]), outputPrefix)
	if !slices.Contains(runs, id) && !mentions(it, e.Who) {
		return nil
	}
	r, err := s.Load(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err == nil && !r.Over() {
		e.Report(Erased{Run: id, Left: "the output of access that has not ended yet"})
		return nil
	}
	return s.eraseItem(ctx, e, it)
}

// eraseRun erases from a run and deletes its context, again if somebody changed it
// meanwhile.
func (s *Store) eraseRun(ctx context.Context, e Erasure, id string, now time.Time) error {
	for {
		rec, unreadable, err := s.LoadStored(ctx, id)
		if err != nil || unreadable != nil {
			e.Report(Erased{Run: id, Left: fmt.Sprint("can't be read: ", errors.Join(err, unreadable))})
			return nil
		}
		next, changed, withContext, err := run.Erase(rec.Run, e.Who, rec.Context, now)
		switch {
		case errors.Is(err, run.ErrNotOver):
			e.Report(Erased{Run: id, Left: run.ErrNotOver.Error()})
			return nil
		case err != nil:
			return err
		case !changed:
			return nil
		case e.DryRun:
			e.Report(Erased{Run: id})
			return nil
		}
		// The context first: a run without one is erased when this is repeated.
		if withContext {
			if err := s.delete(ctx, key(id, contextKey)); err != nil {
				return err
			}
		}
		if err := s.Save(ctx, next); errors.Is(err, ErrConflict) {
			continue
		} else if err != nil {
			return err
		}
		e.Report(Erased{Run: id})
		return nil
	}
}

// eraseOfRun deletes an item that belongs to a run which is over, or gone. Until then an
// action is still read, a card in Slack is kept up to date, and a message is sent once.
func (s *Store) eraseOfRun(ctx context.Context, e Erasure, it item, id, left string) error {
	r, err := s.Load(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err == nil && !r.Over() {
		e.Report(Erased{Run: id, Left: left})
		return nil
	}
	return s.eraseItem(ctx, e, it)
}

// eraseLease deletes the lease of an access that nobody has and that is not to be
// read once more.
func (s *Store) eraseLease(ctx context.Context, e Erasure, it item) error {
	var l lease.Lease
	if err := json.Unmarshal([]byte(stringOf(it["body"])), &l); err != nil {
		e.Report(Erased{Item: nameOf(it), Left: "can't be read: " + err.Error()})
		return nil
	}
	held := slices.ContainsFunc(l.Holders, func(h lease.Holder) bool { return h.State != run.Dropped })
	if _, due := l.DueAt(); held || due || l.Given {
		e.Report(Erased{Item: nameOf(it), Left: "access is held, or ended just now and is checked once more; repeat this in half an hour"})
		return nil
	}
	return s.eraseItem(ctx, e, it)
}

// eraseLink deletes what somebody is linked to, and takes them out of others'
// links, which stay: links separate people.
func (s *Store) eraseLink(ctx context.Context, e Erasure, it item) error {
	if e.Who.In(strings.TrimPrefix(stringOf(it["pk"]), linkPrefix)) {
		return s.eraseItem(ctx, e, it)
	}
	to, _ := it["to"].(*types.AttributeValueMemberSS)
	if to == nil {
		return nil
	}
	var gone []string
	for _, end := range to.Value {
		if e.Who.In(end) {
			gone = append(gone, end)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	if !e.DryRun {
		_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &s.table, Key: item{"pk": it["pk"], "sk": it["sk"]}, UpdateExpression: aws.String("DELETE #to :gone"),
			ExpressionAttributeNames:  map[string]string{"#to": "to"},
			ExpressionAttributeValues: item{":gone": &types.AttributeValueMemberSS{Value: gone}},
		})
		if err != nil {
			return fmt.Errorf("erase a link: %w", err)
		}
	}
	e.Report(Erased{Item: nameOf(it)})
	return nil
}

func (s *Store) eraseItem(ctx context.Context, e Erasure, it item) error {
	if !e.DryRun {
		if err := s.delete(ctx, it); err != nil {
			return err
		}
	}
	e.Report(Erased{Item: nameOf(it)})
	return nil
}

func (s *Store) delete(ctx context.Context, it item) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: item{"pk": it["pk"], "sk": it["sk"]}})
	if err != nil {
		return fmt.Errorf("delete %s: %w", nameOf(it), err)
	}
	return nil
}

func (s *Store) eachItem(ctx context.Context, f func(item) error) error {
	pages := dynamodb.NewScanPaginator(s.client, &dynamodb.ScanInput{TableName: &s.table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the table: %w", err)
		}
		for _, it := range page.Items {
			if err := f(it); err != nil {
				return err
			}
		}
	}
	return nil
}

func nameOf(it item) string { return stringOf(it["pk"]) + " " + stringOf(it["sk"]) }
