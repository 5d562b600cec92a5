// Package booktest keeps a book in memory, for tests.
package booktest

import (
	"context"
	"maps"
	"sync"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/book"
)

// Book is a book in memory. The zero Book is empty.
type Book struct {
	mu      sync.Mutex
	entries map[string]book.Entry
}

// Load reads an entry.
func (b *Book) Load(_ context.Context, key string) (book.Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return clone(b.entries[key]), nil
}

// Save writes an entry if nobody changed it since it was loaded.
func (b *Book) Save(_ context.Context, key string, e book.Entry) (book.Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.entries[key].Version != e.Version {
		return book.Entry{}, book.ErrConflict
	}
	e = clone(e)
	e.Version++
	if b.entries == nil {
		b.entries = map[string]book.Entry{}
	}
	b.entries[key] = e
	return clone(e), nil
}

// Lose forgets all entries.
func (b *Book) Lose() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = nil
}

func clone(e book.Entry) book.Entry {
	e.Members, e.Grants = maps.Clone(e.Members), maps.Clone(e.Grants)
	return e
}
