package dynamodb

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// The store is one key space; its first byte says what a key is for.
const (
	tableSpace  = 'T' // T name → record
	itemSpace   = 'I' // I table key → item
	indexSpace  = 'X' // X table index index-key key → entry
	expirySpace = 'E' // E table second key → 1
	tokenSpace  = 'R' // R token → a transaction's answer
)

// record is what is stored of a table.
type record struct {
	ID      uint64 // never used again, so that a deleted table's keys can't be taken for a new one's
	Created time.Time
	Spec    TableSpec
	TTL     string // the TTL attribute, empty while TTL is off
}

// table is a table's record, ready for use. It is never changed: a new one
// takes its place.
type table struct {
	record
	key     keySchema
	indexes []*index
}

func newTable(r record) *table {
	kinds := map[string]attr.Kind{}
	for _, definition := range r.Spec.AttributeDefinitions {
		kinds[definition.AttributeName] = attr.Kind(definition.AttributeType)
	}
	schema := func(elements []KeyElement) keySchema {
		var k keySchema
		for _, element := range elements {
			part := keyPart{element.AttributeName, kinds[element.AttributeName]}
			if element.KeyType == "HASH" {
				k.partition = part
			} else {
				k.sort = part
			}
		}
		return k
	}
	t := &table{record: r, key: schema(r.Spec.KeySchema)}
	for i, spec := range r.Spec.GlobalSecondaryIndexes {
		t.indexes = append(t.indexes, &index{
			name: spec.IndexName, ordinal: byte(i), key: schema(spec.KeySchema),
			projection: spec.Projection, table: t.key,
		})
	}
	return t
}

// space is the prefix of the table's keys of one kind.
func (t *table) space(kind byte) []byte {
	return binary.BigEndian.AppendUint64([]byte{kind}, t.ID)
}

// itemKey is where the store keeps the item with the given key attributes.
func (t *table) itemKey(key attr.Item) []byte { return t.key.append(t.space(itemSpace), key) }

// entrySpace is the prefix of an index's entries, and entryKey where one of
// them is: by the index's key, then by the table's.
func (t *table) entrySpace(x *index) []byte { return append(t.space(indexSpace), x.ordinal) }

func (t *table) entryKey(x *index, item attr.Item) []byte {
	return t.key.append(x.key.append(t.entrySpace(x), item), item)
}

// index returns the index of the given name.
func (t *table) index(name string) (*index, error) {
	for _, x := range t.indexes {
		if x.name == name {
			return x, nil
		}
	}
	return nil, invalidf("The table does not have the specified index: %s", name)
}

// table returns the table of the given name. The caller holds schema.
func (s *Service) table(name string) (*table, error) {
	if t, ok := s.tables[name]; ok {
		return t, nil
	}
	if err := checkTableName(name); err != nil {
		return nil, err
	}
	return nil, errNotFound
}

// PartitionKey returns the name of a table's partition key, "" for an unknown table.
func (s *Service) PartitionKey(name string) string {
	s.schema.RLock()
	defer s.schema.RUnlock()
	t, known := s.tables[name]
	if !known {
		return ""
	}
	return t.key.partition.name
}

func (s *Service) loadTables() error {
	s.tables = map[string]*table{}
	return s.store.View(func(r kv.Reader) error {
		return r.Scan([]byte{tableSpace}, []byte{tableSpace + 1}, false, func(key, value []byte) (bool, error) {
			var stored record
			if err := json.Unmarshal(value, &stored); err != nil {
				return false, fmt.Errorf("table %s: %w", key[1:], err)
			}
			s.tables[stored.Spec.TableName] = newTable(stored)
			return true, nil
		})
	})
}

// saveTable stores a table's record.
func saveTable(w kv.Writer, r record) error {
	value, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode table %s: %w", r.Spec.TableName, err)
	}
	return w.Put(append([]byte{tableSpace}, r.Spec.TableName...), value)
}
