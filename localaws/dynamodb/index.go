package dynamodb

import (
	"bytes"
	"encoding/binary"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// maxItem is the largest item in bytes, names included. (AWS, "Service quotas":
// items.)
const maxItem = 400 << 10

// load reads the item with the given key attributes; nil if it is absent.
func (t *table) load(r kv.Reader, key attr.Item) (attr.Item, error) {
	stored, err := r.Get(t.itemKey(key))
	if err != nil || stored == nil {
		return nil, err
	}
	return attr.Decode(stored)
}

// replace puts after in the place of before, either of which may be nil for no
// item, and brings the indexes and the TTL's order along. It is the only way in
// which items change. It returns what the write takes.
func (t *table) replace(w kv.Writer, before, after attr.Item) (consumed, error) {
	used := consumed{table: writeUnits(max(before.Size(), after.Size()))}
	for _, x := range t.indexes {
		units, err := t.replaceEntry(w, x, before, after)
		if err != nil {
			return consumed{}, err
		}
		used.addIndex(x.name, units)
	}
	if err := t.replaceExpiry(w, before, after); err != nil {
		return consumed{}, err
	}
	switch {
	case after != nil:
		return used, w.Put(t.itemKey(after), after.Encode())
	case before != nil:
		return used, w.Delete(t.itemKey(before))
	}
	return used, nil
}

// replaceEntry changes one index for an item that changed, and returns the
// write units that this takes.
func (t *table) replaceEntry(w kv.Writer, x *index, before, after attr.Item) (float64, error) {
	old, was := x.entry(before)
	entry, is := x.entry(after)
	if !was && !is || was && is && attr.EqualItems(old, entry) {
		return 0, nil
	}
	var oldKey, key []byte
	if was {
		oldKey = t.entryKey(x, old)
	}
	if is {
		key = t.entryKey(x, entry)
	}
	if was && is && bytes.Equal(oldKey, key) {
		return writeUnits(max(old.Size(), entry.Size())), w.Put(key, entry.Encode())
	}
	units := 0.0
	if was {
		units += writeUnits(old.Size())
		if err := w.Delete(oldKey); err != nil {
			return 0, err
		}
	}
	if is {
		units += writeUnits(entry.Size())
		if err := w.Put(key, entry.Encode()); err != nil {
			return 0, err
		}
	}
	return units, nil
}

// replaceExpiry keeps the order in which items expire.
func (t *table) replaceExpiry(w kv.Writer, before, after attr.Item) error {
	old, key := t.expiryKey(before), t.expiryKey(after)
	if bytes.Equal(old, key) {
		return nil
	}
	if old != nil {
		if err := w.Delete(old); err != nil {
			return err
		}
	}
	if key != nil {
		return w.Put(key, []byte{1})
	}
	return nil
}

// expiryKey is where the store notes when the item expires: nil when it
// doesn't, because TTL is off or the attribute is not a number.
func (t *table) expiryKey(item attr.Item) []byte {
	value, ok := item[t.TTL]
	if t.TTL == "" || !ok || value.Kind != attr.N {
		return nil
	}
	second := value.Num.Floor()
	if second <= 0 {
		return nil
	}
	key := binary.BigEndian.AppendUint64(t.space(expirySpace), uint64(second))
	return t.key.append(key, item)
}
