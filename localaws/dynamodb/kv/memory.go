package kv

import (
	"bytes"
	"sync"

	"github.com/tidwall/btree"
)

// Memory keeps the keys in a copy-on-write B tree that lives as long as the
// process: a copy costs nothing until one side changes it, so each reader has
// one, and a writer's becomes the tree when it is done.
type Memory struct {
	write sync.Mutex // held by the one writer
	swap  sync.Mutex // held for the moment of a copy or an exchange
	tree  *btree.Map[string, []byte]
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{tree: btree.NewMap[string, []byte](0)} }

func (s *Memory) snapshot() *btree.Map[string, []byte] {
	s.swap.Lock()
	defer s.swap.Unlock()
	return s.tree.Copy()
}

// View implements Store.
func (s *Memory) View(read func(Reader) error) error { return read(memoryTx{s.snapshot()}) }

// Update implements Store.
func (s *Memory) Update(write func(Writer) error) error {
	s.write.Lock()
	defer s.write.Unlock()
	next := s.snapshot()
	if err := write(memoryTx{next}); err != nil {
		return err
	}
	s.swap.Lock()
	defer s.swap.Unlock()
	s.tree = next
	return nil
}

// Close implements Store.
func (s *Memory) Close() error { return nil }

type memoryTx struct{ tree *btree.Map[string, []byte] }

func (t memoryTx) Get(key []byte) ([]byte, error) {
	value, _ := t.tree.Get(string(key))
	return value, nil
}

func (t memoryTx) Put(key, value []byte) error {
	t.tree.Set(string(key), bytes.Clone(value))
	return nil
}

func (t memoryTx) Delete(key []byte) error {
	t.tree.Delete(string(key))
	return nil
}

func (t memoryTx) Scan(low, high []byte, reverse bool, visit func(key, value []byte) (bool, error)) error {
	cursor := t.tree.Iter()
	step, found := cursor.Next, false
	if reverse {
		step = cursor.Prev
		switch {
		case high == nil, !cursor.Seek(string(high)):
			found = cursor.Last()
		default:
			found = cursor.Prev()
		}
	} else {
		found = cursor.Seek(string(low))
	}
	for ; found; found = step() {
		key := cursor.Key()
		if reverse && key < string(low) || !reverse && high != nil && key >= string(high) {
			return nil
		}
		if more, err := visit([]byte(key), cursor.Value()); err != nil || !more {
			return err
		}
	}
	return nil
}
