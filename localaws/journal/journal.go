// Package journal keeps records under keys in one file that is only appended
// to, so that a killed process loses no record that Add or Set has stored.
//
// A record is with the kernel before Add or Set returns, but not synced: the death of
// the process loses nothing, a power cut may lose the last seconds. Open drops a record
// that a kill left half written. The file is rewritten without obsolete records once
// they are most of it.
package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
)

// header starts the file and names its format. The name is older than this package's
// own and stays, so that existing data folders can be read.
const header = "fasttrack journal 1\n"

// slack is how many bytes may count no more before the file is written anew.
const slack = 16 << 20

// ErrClosed is what a closed journal refuses records with.
var ErrClosed = errors.New("the journal is closed")

// Journal is an open journal. All methods may be called concurrently.
type Journal struct {
	path string

	mu   sync.Mutex
	file *os.File
	size int64
	// live are the records of each key that count, count their bytes.
	live  map[string][]span
	count int64
	slack int64
	// broken is the first error of writing; nothing is written after it, since
	// what follows a record that is half written could not be read.
	broken error
	buffer []byte
}

// span is where a frame stands.
type span struct{ at, size int64 }

// Open opens the journal in a file, and creates it if it doesn't exist. A last
// record that is not whole is dropped; damage before it is an error. Only one
// process may have it open, which the caller sees to.
func Open(path string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{path: path, file: file, live: map[string][]span{}, slack: slack}
	if err := j.load(); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("open journal %s: %w", path, err)
	}
	return j, nil
}

// load reads which records count, and cuts off what is torn.
func (j *Journal) load() error {
	raw, err := os.ReadFile(j.path)
	if err != nil {
		return err
	}
	if len(raw) < len(header) && bytes.HasPrefix([]byte(header), raw) {
		if _, err := j.file.WriteAt([]byte(header), 0); err != nil {
			return err
		}
		j.size = int64(len(header))
		return nil
	}
	if !bytes.HasPrefix(raw, []byte(header)) {
		return fmt.Errorf("not a journal of format %q", header[:len(header)-1])
	}
	j.size = int64(len(header))
	for j.size < int64(len(raw)) {
		f, err := parseFrame(raw[j.size:])
		if errors.Is(err, errTorn) {
			return j.file.Truncate(j.size)
		}
		if err != nil {
			return fmt.Errorf("at byte %d: %w", j.size, err)
		}
		j.note(f.kind, f.key, f.size)
	}
	return nil
}

// note takes a frame that now ends the file into account.
func (j *Journal) note(k kind, key string, size int64) {
	if k != add {
		for _, s := range j.live[key] {
			j.count -= s.size
		}
		delete(j.live, key)
	}
	if k != remove {
		j.live[key] = append(j.live[key], span{j.size, size})
		j.count += size
	}
	j.size += size
}

// Add keeps one more record under a key.
func (j *Journal) Add(key string, record []byte) error { return j.write(add, key, record) }

// Set keeps a record in place of all that its key has.
func (j *Journal) Set(key string, record []byte) error { return j.write(set, key, record) }

// Remove drops all that a key has.
func (j *Journal) Remove(key string) error { return j.write(remove, key, nil) }

func (j *Journal) write(k kind, key string, record []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return j.broken
	}
	framed, err := appendFrame(j.buffer[:0], k, key, record)
	if err != nil {
		return err
	}
	if j.buffer = framed; cap(framed) > 1<<20 {
		j.buffer = nil
	}
	if _, err := j.file.WriteAt(framed, j.size); err != nil {
		j.broken = fmt.Errorf("write journal: %w", err)
		return j.broken
	}
	j.note(k, key, int64(len(framed)))
	if dead := j.size - j.count; dead > j.slack && dead > j.count {
		if err := j.compact(); err != nil {
			j.broken = fmt.Errorf("write journal anew: %w", err)
			return j.broken
		}
	}
	return nil
}

// Size is how many bytes the file has.
func (j *Journal) Size() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.size
}

// Close closes the file. What is written afterwards is refused with
// [ErrClosed].
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if errors.Is(j.broken, ErrClosed) {
		return nil
	}
	j.broken = ErrClosed
	return j.file.Close()
}
