package signin

import (
	"context"
	"sync"
	"time"
)

const (
	// keptFor is how long a value is used before it is read again.
	keptFor = 5 * time.Minute
	// keptAtLeast bounds how often a value is read again because it did not fit.
	keptAtLeast = 10 * time.Second
)

// kept is a value that is read from elsewhere, and read again from time to time.
type kept[T any] struct {
	read func(context.Context) (T, error)
	now  func() time.Time

	mu    sync.Mutex
	value T
	since time.Time
}

// get returns the value. If it can't be read again, the last one serves on.
func (k *kept[T]) get(ctx context.Context) (T, error) { return k.notOlder(ctx, keptFor) }

// newer returns the value, read again unless that was done a moment ago: it did not fit,
// and may have been rotated.
func (k *kept[T]) newer(ctx context.Context) (T, error) { return k.notOlder(ctx, keptAtLeast) }

func (k *kept[T]) notOlder(ctx context.Context, age time.Duration) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.since.IsZero() && k.now().Sub(k.since) < age {
		return k.value, nil
	}
	value, err := k.read(ctx)
	if err != nil {
		if !k.since.IsZero() {
			return k.value, nil
		}
		return value, err
	}
	k.value, k.since = value, k.now()
	return value, nil
}
