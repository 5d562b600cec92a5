package kv

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// lockWait is how long Open waits for another process that has the directory
// open before it says so.
const lockWait = 2 * time.Second

// openSize is the size the file is mapped at first. Growing the map makes the
// writer wait for readers, so it starts at more than a day's work needs. It is
// address space, not memory.
const openSize = 256 << 20

var root = []byte("table")

// Folder keeps the keys in one bbolt file, a copy-on-write B+ tree: a reader
// holds the tree as it was, one writer makes the next.
type Folder struct{ db *bolt.DB }

// OpenFolder opens the store in dir, and creates both if needed. A
// folder can be open in one process at a time.
//
// The file isn't synced on each write: what was written is safe from the death
// of the process, which is what this machine's table promises, and not from
// the death of the machine.
func OpenFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the table's folder: %w", err)
	}
	path := filepath.Join(dir, "table.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{
		Timeout:         lockWait,
		NoSync:          true,
		NoGrowSync:      true,
		NoFreelistSync:  true,
		FreelistType:    bolt.FreelistMapType,
		InitialMmapSize: openSize,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("open table %s: another process has it open", path)
	} else if err != nil {
		return nil, fmt.Errorf("open table %s: %w", path, err)
	}
	if err := db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(root)
		return err
	}); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("prepare table %s: %w", path, err)
	}
	return &Folder{db: db}, nil
}

// View implements Store.
func (s *Folder) View(read func(Reader) error) error {
	return s.db.View(func(tx *bolt.Tx) error { return read(boltTx{tx.Bucket(root)}) })
}

// Update implements Store.
func (s *Folder) Update(write func(Writer) error) error {
	return s.db.Update(func(tx *bolt.Tx) error { return write(boltTx{tx.Bucket(root)}) })
}

// Close implements Store.
func (s *Folder) Close() error { return s.db.Close() }

type boltTx struct{ bucket *bolt.Bucket }

func (t boltTx) Get(key []byte) ([]byte, error) { return t.bucket.Get(key), nil }
func (t boltTx) Put(key, value []byte) error    { return t.bucket.Put(key, value) }
func (t boltTx) Delete(key []byte) error        { return t.bucket.Delete(key) }

func (t boltTx) Scan(low, high []byte, reverse bool, visit func(key, value []byte) (bool, error)) error {
	cursor := t.bucket.Cursor()
	var key, value []byte
	step := cursor.Next
	if reverse {
		step = cursor.Prev
		key, value = last(cursor, high)
	} else {
		key, value = cursor.Seek(low)
	}
	for ; key != nil; key, value = step() {
		if reverse && bytes.Compare(key, low) < 0 {
			return nil
		}
		if !reverse && high != nil && bytes.Compare(key, high) >= 0 {
			return nil
		}
		if more, err := visit(key, value); err != nil || !more {
			return err
		}
	}
	return nil
}

// last puts the cursor on the greatest key below high.
func last(cursor *bolt.Cursor, high []byte) (key, value []byte) {
	if high == nil {
		return cursor.Last()
	}
	if key, _ = cursor.Seek(high); key == nil {
		return cursor.Last()
	}
	return cursor.Prev()
}
