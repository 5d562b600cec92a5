// Package store keeps runs in DynamoDB, one item a run. A run is written only under the
// condition that it has not changed since it was read. Beside it are the acts of people
// and the context that came with the request.
package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The errors that callers distinguish.
var (
	ErrNotFound    = errors.New("no such run")
	ErrExists      = errors.New("the run exists already")
	ErrConflict    = errors.New("the run was changed meanwhile")
	ErrBadPosition = errors.New("not a position in a list")
	ErrNewer       = errors.New("written by a newer version")
	ErrTooLarge    = errors.New("the run is too large for an item")
)

// Store reads and writes the table of runs.
type Store struct {
	client *dynamodb.Client
	table  string
	// crowded is until when decisions are spread over the shards of statistics, in Unix
	// seconds.
	crowded atomic.Int64
}

// NewFromConfig returns a store over the table of that name.
func NewFromConfig(cfg aws.Config, table string) *Store {
	return New(dynamodb.NewFromConfig(cfg), table)
}

// New returns a store over the table of that name.
func New(client *dynamodb.Client, table string) *Store {
	return &Store{client: client, table: table}
}

// Record is everything about a run.
type Record struct {
	Run *run.Run
	// Acts are in the order of their ids.
	Acts []run.Act
	// Context is nil if none was sent.
	Context []byte
	// Published is the hash that [Store.MarkPublished] stored last; "" if none.
	Published string
	// Extension is the id of the newest run that extends it, "" for none.
	Extension string
}

// Create stores a new run and, in one transaction with it, its context and the entry of
// whom it is for: none exists without the others, so that no context can end up beside
// another request's run. It returns ErrExists if the id is taken.
func (s *Store) Create(ctx context.Context, r *run.Run, context []byte) error {
	all, err := newItems(r, context)
	if err != nil {
		return err
	}
	if len(all) == 1 {
		_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: all[0], ConditionExpression: isNew})
	} else {
		err = s.putNew(ctx, all...)
	}
	if isConditionFailed(err) {
		return fmt.Errorf("create run %s: %w", r.ID, ErrExists)
	}
	if err != nil {
		return fmt.Errorf("create run %s: %w", r.ID, err)
	}
	r.Version = 1
	return nil
}

// newItems are the items of a new run.
func newItems(r *run.Run, context []byte) ([]item, error) {
	it, err := runItem(r, 1)
	if err != nil {
		return nil, err
	}
	all := []item{it}
	if context != nil {
		beside := key(r.ID, contextKey)
		beside["context"] = text(string(context))
		all = append(all, beside)
	}
	if r.For != nil {
		all = append(all, forItem(r))
	}
	return all, nil
}

var isNew = aws.String("attribute_not_exists(pk)")

// Load reads a run, strongly consistent. It returns ErrNotFound, or ErrNewer
// for one that this code can't read yet.
func (s *Store) Load(ctx context.Context, id string) (*run.Run, error) {
	return s.load(ctx, id, true)
}

// Glance is Load for half its price: eventually consistent, so that it may miss the last
// writes of a run, and a run that is new.
func (s *Store) Glance(ctx context.Context, id string) (*run.Run, error) {
	return s.load(ctx, id, false)
}

func (s *Store) load(ctx context.Context, id string, consistent bool) (*run.Run, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: key(id, runKey), ConsistentRead: aws.Bool(consistent),
	})
	if err != nil {
		return nil, fmt.Errorf("load run %s: %w", id, err)
	}
	if len(out.Item) == 0 {
		return nil, fmt.Errorf("load run %s: %w", id, ErrNotFound)
	}
	return readRun(id, out.Item)
}

// LoadAll reads a run with its context, and its acts, in two strongly consistent
// queries at once.
func (s *Store) LoadAll(ctx context.Context, id string) (Record, error) {
	var items, acts []item
	group, reading := errgroup.WithContext(ctx)
	group.Go(func() (err error) { items, err = s.itemsOf(reading, partition(id)); return err })
	group.Go(func() (err error) { acts, err = s.itemsOf(reading, actsOf(id)); return err })
	if err := group.Wait(); err != nil {
		return Record{}, fmt.Errorf("load run %s: %w", id, err)
	}
	var rec Record
	// Acts of releases before [actsOf] lie beside the run, and came before the others.
	for _, it := range append(items, acts...) {
		if err := rec.add(id, it); err != nil {
			return Record{}, err
		}
	}
	if rec.Run == nil {
		return Record{}, fmt.Errorf("load run %s: %w", id, ErrNotFound)
	}
	slices.SortStableFunc(rec.Acts, func(a, b run.Act) int { return cmp.Compare(a.ID, b.ID) })
	return rec, nil
}

// Save puts a changed run back whole, if nobody changed it since it was read;
// else it returns ErrConflict. On success r has the new version.
func (s *Store) Save(ctx context.Context, r *run.Run) error {
	item, err := runItem(r, r.Version+1)
	if err != nil {
		return err
	}
	err = s.put(ctx, s.ifUnchanged(item, r.Version))
	if isConditionFailed(err) {
		return fmt.Errorf("save run %s: %w", r.ID, ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("save run %s: %w", r.ID, err)
	}
	r.Version++
	return nil
}

// AddAct stores what a person did about a run. Storing it again changes nothing.
func (s *Store) AddAct(ctx context.Context, r *run.Run, a run.Act) error {
	item, err := actItem(r, a)
	if err != nil {
		return err
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: item, ConditionExpression: isNew,
	})
	if err != nil && !isConditionFailed(err) {
		return fmt.Errorf("store act %s of run %s: %w", a.ID, r.ID, err)
	}
	return nil
}

// LoadWithContext reads a run and the context that came with it, strongly consistent and
// as they are stored.
func (s *Store) LoadWithContext(ctx context.Context, id string) (Record, error) {
	r, err := s.Load(ctx, id)
	if err != nil {
		return Record{}, err
	}
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: key(id, contextKey), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return Record{}, fmt.Errorf("load the context of run %s: %w", id, err)
	}
	rec := Record{Run: r}
	if len(out.Item) > 0 {
		rec.Context = []byte(stringOf(out.Item["context"]))
	}
	return rec, nil
}
