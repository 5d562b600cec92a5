// Package kv is the ordered key-value store under the tables, in memory or in a folder
// (docs/decisions/0001-local-table.md).
//
// A Store is one ordered key space. Readers see a snapshot and never wait for a writer.
// Writers run one at a time, and an Update is applied completely or not at all.
package kv

// A Reader reads one consistent state of the store. It is valid only inside
// the function it was handed to, and so are the slices it returns.
type Reader interface {
	// Get returns the value under key, or nil if the key is absent.
	Get(key []byte) ([]byte, error)

	// Scan calls visit for each key in [low, high), ascending, or descending
	// when reverse is set, until visit returns false or an error. An error of
	// visit is returned as it is.
	Scan(low, high []byte, reverse bool, visit func(key, value []byte) (bool, error)) error
}

// A Writer reads and changes the store. Its reads see its own writes.
type Writer interface {
	Reader

	// Put stores value, of at least one byte: not every store distinguishes
	// an empty value from a missing one.
	Put(key, value []byte) error

	// Delete removes key. Deleting an absent key succeeds.
	Delete(key []byte) error
}

// A Store holds the keys. All methods may be called concurrently.
type Store interface {
	// View runs read on a snapshot. It doesn't wait for a running Update.
	View(read func(Reader) error) error

	// Update runs write alone among writers. When write returns nil the
	// changes are visible, and outlive a kill of this process, before Update
	// returns; when it returns an error nothing has changed.
	Update(write func(Writer) error) error

	// Close releases the store. No other call may be running.
	Close() error
}

// After returns the smallest key that sorts after every key with the given
// prefix: the high end of a Scan over that prefix. It is nil, which Scan takes
// as "no end", when the prefix is all 0xFF.
func After(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xFF {
			high := append([]byte(nil), prefix[:i+1]...)
			high[i]++
			return high
		}
	}
	return nil
}
