package dynamodb

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// idKey counts the tables ever made in this store.
var idKey = []byte("#tables")

// nextID returns a number that no table of this store had.
func nextID(w kv.Writer) (uint64, error) {
	stored, err := w.Get(idKey)
	if err != nil {
		return 0, err
	}
	id := uint64(1)
	if stored != nil {
		id = binary.BigEndian.Uint64(stored) + 1
	}
	return id, w.Put(idKey, binary.BigEndian.AppendUint64(nil, id))
}

type tableInput struct{ TableName string }

func (in *tableInput) tableNames() []string { return []string{in.TableName} }

// describeTable implements DescribeTable. Item count and size are counted now;
// the size is what the store holds, near what AWS would count.
func (s *Service) describeTable(in *tableInput) (any, error) {
	s.schema.RLock()
	defer s.schema.RUnlock()
	t, err := s.named(in.TableName)
	if err != nil {
		return nil, err
	}
	items, bytes := 0, 0
	if err := s.store.View(func(r kv.Reader) error {
		space := t.space(itemSpace)
		return r.Scan(space, kv.After(space), false, func(_, stored []byte) (bool, error) {
			items++
			bytes += len(stored)
			return true, nil
		})
	}); err != nil {
		return nil, err
	}
	return struct{ Table tableDescription }{s.describe(t, items, bytes)}, nil
}

// named is table for the calls about tables, whose complaint says the name.
func (s *Service) named(name string) (*table, error) {
	t, err := s.table(name)
	if err == errNotFound {
		return nil, tableNotFound(name)
	}
	return t, err
}

// deleteTable implements DeleteTable. The table and its items are gone at once.
func (s *Service) deleteTable(in *tableInput) (any, error) {
	s.schema.Lock()
	defer s.schema.Unlock()
	t, err := s.named(in.TableName)
	if err != nil {
		return nil, err
	}
	if t.Spec.DeletionProtectionEnabled {
		return nil, invalidf("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	if err := s.store.Update(func(w kv.Writer) error {
		for _, kind := range []byte{itemSpace, indexSpace, expirySpace} {
			if err := clear(w, t.space(kind)); err != nil {
				return err
			}
		}
		return w.Delete(append([]byte{tableSpace}, in.TableName...))
	}); err != nil {
		return nil, fmt.Errorf("delete table %s: %w", in.TableName, err)
	}
	delete(s.tables, in.TableName)
	described := s.describe(t, 0, 0)
	described.TableStatus = "DELETING"
	return tableOutput{described}, nil
}

// clear deletes all keys with a prefix.
func clear(w kv.Writer, prefix []byte) error {
	return deleteIf(w, prefix, func(_, _ []byte) (bool, error) { return true, nil })
}

// deleteIf deletes the keys with a prefix for which is returns true.
func deleteIf(w kv.Writer, prefix []byte, is func(key, value []byte) (bool, error)) error {
	var keys [][]byte
	if err := w.Scan(prefix, kv.After(prefix), false, func(key, value []byte) (bool, error) {
		yes, err := is(key, value)
		if yes {
			keys = append(keys, slices.Clone(key))
		}
		return true, err
	}); err != nil {
		return err
	}
	for _, key := range keys {
		if err := w.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// maxTableNames is how many names a ListTables answers.
const maxTableNames = 100

type listTablesInput struct {
	ExclusiveStartTableName string
	Limit                   *int
}

func (in *listTablesInput) tableNames() []string { return nil }

type listTablesOutput struct {
	TableNames             []string
	LastEvaluatedTableName string `json:",omitempty"`
}

// listTables implements ListTables.
func (s *Service) listTables(in *listTablesInput) (any, error) {
	limit := maxTableNames
	if in.Limit != nil {
		if limit = *in.Limit; limit < 1 || limit > maxTableNames {
			return nil, invalidf("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and %d", limit, maxTableNames)
		}
	}
	s.schema.RLock()
	defer s.schema.RUnlock()
	out := listTablesOutput{TableNames: []string{}}
	for _, name := range slices.Sorted(maps.Keys(s.tables)) {
		if name <= in.ExclusiveStartTableName {
			continue
		}
		if len(out.TableNames) == limit {
			out.LastEvaluatedTableName = out.TableNames[limit-1]
			break
		}
		out.TableNames = append(out.TableNames, name)
	}
	return out, nil
}

// describeContinuousBackups implements DescribeContinuousBackups: they are always
// disabled here.
func (s *Service) describeContinuousBackups(in *tableInput) (any, error) {
	s.schema.RLock()
	defer s.schema.RUnlock()
	if _, err := s.table(in.TableName); err != nil {
		if err == errNotFound {
			err = &Error{Code: "TableNotFoundException", Message: "Table not found: " + in.TableName}
		}
		return nil, err
	}
	type status struct{ PointInTimeRecoveryStatus string }
	type description struct {
		ContinuousBackupsStatus        string
		PointInTimeRecoveryDescription status
	}
	return struct{ ContinuousBackupsDescription description }{description{"ENABLED", status{"DISABLED"}}}, nil
}
