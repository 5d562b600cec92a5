package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

const (
	waitersPartition = "WAITERS"
	waitersKey       = "REQUEST"
)

// waiterTries is how often a place is tried for while others change the list.
const waiterTries = 4

// Waiters are the places for callers that wait for a decision. Each holds one of the
// concurrent executions of its account, and functions share no memory: so the places
// are an item of the table, which costs nothing until somebody waits long.
type Waiters struct {
	store *Store
	most  int
}

// waiters is the stored item: until when each place is taken.
type waiters struct {
	until   map[string]time.Time
	version int64
}

// Waiters returns the places for at most most callers.
func (s *Store) Waiters(most int) *Waiters { return &Waiters{s, most} }

// Take takes a place until a time, at the latest. It returns "" where all are taken,
// or so many callers try at once that this one should not wait either.
func (w *Waiters) Take(ctx context.Context, now, until time.Time) (place string, err error) {
	if w.most < 1 {
		return "", nil
	}
	place = rand.Text()
	taken := false
	err = w.change(ctx, func(list waiters) bool {
		maps.DeleteFunc(list.until, func(_ string, until time.Time) bool { return !until.After(now) })
		if taken = len(list.until) < w.most; taken {
			list.until[place] = until
		}
		return taken
	})
	if errors.Is(err, ErrConflict) {
		return "", nil
	}
	if err != nil || !taken {
		return "", err
	}
	return place, nil
}

// Leave frees a place. One that can't be freed ends at its time.
func (w *Waiters) Leave(ctx context.Context, place string) error {
	return w.change(ctx, func(list waiters) bool {
		_, there := list.until[place]
		delete(list.until, place)
		return there
	})
}

// change stores the list as edit leaves it, unless that returns false. Where others
// change it all along, it returns ErrConflict.
func (w *Waiters) change(ctx context.Context, edit func(waiters) bool) error {
	for range waiterTries {
		list, err := w.load(ctx)
		if err != nil {
			return fmt.Errorf("places to wait: %w", err)
		}
		if !edit(list) {
			return nil
		}
		body, err := json.Marshal(list.until)
		if err != nil {
			return fmt.Errorf("places to wait: %w", err)
		}
		it := item{"pk": text(waitersPartition), "sk": text(waitersKey), "body": text(string(body)), "version": number(list.version + 1)}
		err = w.store.put(ctx, w.store.ifSame(it, list.version))
		if err == nil {
			return nil
		}
		if !isConditionFailed(err) {
			return fmt.Errorf("places to wait: %w", err)
		}
	}
	return fmt.Errorf("places to wait: %w", ErrConflict)
}

func (w *Waiters) load(ctx context.Context) (waiters, error) {
	list := waiters{until: map[string]time.Time{}}
	out, err := w.store.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &w.store.table, Key: item{"pk": text(waitersPartition), "sk": text(waitersKey)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil || len(out.Item) == 0 {
		return list, err
	}
	if err := json.Unmarshal([]byte(stringOf(out.Item["body"])), &list.until); err != nil {
		return list, err
	}
	list.version, err = versionOf(out.Item)
	return list, err
}
