//go:build storechoice

package kv

// The stores that were weighed against those in use, behind the same face, so that
// the choice can be measured again:
//
//	go test -tags storechoice -run '^$' -bench . -benchtime 2s ./internal/local/dynamodb/kv
//
// They are kept out of the ordinary tests by a tag: compiling SQLite alone
// takes longer than all of those.

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	_ "modernc.org/sqlite"
)

func init() {
	openers["pebble/memory"] = func(string) (Store, error) { return openPebble("") }
	openers["pebble/folder"] = openPebble
	openers["sqlite/memory"] = func(string) (Store, error) { return openSQLite("") }
	openers["sqlite/folder"] = openSQLite
}

// unsynced is a file system whose Sync does nothing: a commit then ends with
// the bytes handed to the system, as Folder's does.
type unsynced struct{ vfs.FS }

type unsyncedFile struct{ vfs.File }

func (unsyncedFile) Sync() error                       { return nil }
func (unsyncedFile) SyncData() error                   { return nil }
func (unsyncedFile) SyncTo(length int64) (bool, error) { return true, nil }
func (f unsynced) wrap(file vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return unsyncedFile{file}, nil
}
func (f unsynced) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.wrap(f.FS.Create(name, c))
}
func (f unsynced) ReuseForWrite(o, n string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.wrap(f.FS.ReuseForWrite(o, n, c))
}
func (f unsynced) OpenDir(name string) (vfs.File, error) { return f.wrap(f.FS.OpenDir(name)) }

type pebbleStore struct {
	db    *pebble.DB
	write sync.Mutex
}

func openPebble(dir string) (Store, error) {
	options := &pebble.Options{FS: unsynced{vfs.Default}, MemTableSize: 16 << 20, Logger: quiet{}}
	if dir == "" {
		options.FS, dir = vfs.NewMem(), "table"
	}
	db, err := pebble.Open(dir, options)
	if err != nil {
		return nil, err
	}
	return &pebbleStore{db: db}, nil
}

type quiet struct{}

func (quiet) Infof(string, ...any)      {}
func (quiet) Errorf(string, ...any)     {}
func (quiet) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }

func (s *pebbleStore) View(read func(Reader) error) error {
	snapshot := s.db.NewSnapshot()
	defer snapshot.Close()
	return read(pebbleTx{Reader: snapshot})
}

func (s *pebbleStore) Update(write func(Writer) error) error {
	s.write.Lock()
	defer s.write.Unlock()
	batch := s.db.NewIndexedBatch()
	defer batch.Close()
	if err := write(pebbleTx{batch, batch}); err != nil {
		return err
	}
	return batch.Commit(pebble.Sync)
}

func (s *pebbleStore) Close() error { return s.db.Close() }

type pebbleTx struct {
	pebble.Reader
	batch *pebble.Batch
}

func (t pebbleTx) Get(key []byte) ([]byte, error) {
	value, closer, err := t.Reader.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	return bytes.Clone(value), nil
}
func (t pebbleTx) Put(key, value []byte) error { return t.batch.Set(key, value, nil) }
func (t pebbleTx) Delete(key []byte) error     { return t.batch.Delete(key, nil) }
func (t pebbleTx) Scan(low, high []byte, reverse bool, visit func(key, value []byte) (bool, error)) error {
	iter, err := t.NewIter(&pebble.IterOptions{LowerBound: low, UpperBound: high})
	if err != nil {
		return err
	}
	defer iter.Close()
	first, next := iter.First, iter.Next
	if reverse {
		first, next = iter.Last, iter.Prev
	}
	for ok := first(); ok; ok = next() {
		if more, err := visit(iter.Key(), iter.Value()); err != nil || !more {
			return err
		}
	}
	return iter.Error()
}

type sqliteStore struct {
	db    *sql.DB
	write sync.Mutex
}

func openSQLite(dir string) (Store, error) {
	source := "file:" + filepath.Join(dir, "table.sqlite")
	if dir == "" {
		source = "file:/table?vfs=memdb"
	}
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"pragma journal_mode=wal", "pragma synchronous=off",
		"create table if not exists t (k blob primary key, v blob not null) without rowid",
	} {
		if _, err := db.Exec(statement); err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	if dir == "" {
		_, _ = db.Exec("delete from t")
		db.SetMaxOpenConns(1) // memdb readers would otherwise meet a locked table
	}
	return &sqliteStore{db: db}, nil
}

func (s *sqliteStore) View(read func(Reader) error) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	return read(sqliteTx{tx})
}

func (s *sqliteStore) Update(write func(Writer) error) error {
	s.write.Lock()
	defer s.write.Unlock()
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := write(sqliteTx{tx}); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *sqliteStore) Close() error { return s.db.Close() }

type sqliteTx struct{ tx *sql.Tx }

func (t sqliteTx) Get(key []byte) ([]byte, error) {
	var value []byte
	err := t.tx.QueryRow("select v from t where k = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return value, err
}
func (t sqliteTx) Put(key, value []byte) error {
	_, err := t.tx.Exec("insert or replace into t (k, v) values (?, ?)", key, value)
	return err
}
func (t sqliteTx) Delete(key []byte) error {
	_, err := t.tx.Exec("delete from t where k = ?", key)
	return err
}
func (t sqliteTx) Scan(low, high []byte, reverse bool, visit func(key, value []byte) (bool, error)) error {
	order := "asc"
	if reverse {
		order = "desc"
	}
	rows, err := t.tx.Query("select k, v from t where k >= ? and k < ? order by k "+order, low, high)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key, value []byte
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		if more, err := visit(key, value); err != nil || !more {
			return err
		}
	}
	return rows.Err()
}
