package journal

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
)

// keyed is a span with its key.
type keyed struct {
	span
	key string
}

// inOrder returns all valid spans in the order of the file.
func (j *Journal) inOrder() []keyed {
	var all []keyed
	for key, spans := range j.live {
		for _, s := range spans {
			all = append(all, keyed{s, key})
		}
	}
	slices.SortFunc(all, func(a, b keyed) int { return cmp.Compare(a.at, b.at) })
	return all
}

// Each calls visit with each record that counts, in the order in which they
// were written. The record is valid until visit returns. An error of visit ends
// it and is returned. Nothing can be written meanwhile.
func (j *Journal) Each(visit func(key string, record []byte) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.frames(func(raw []byte, _ string) error {
		f, err := parseFrame(raw)
		if err != nil {
			return err
		}
		return visit(f.key, f.record)
	})
}

// frames reads the frames that count, in order.
func (j *Journal) frames(visit func(raw []byte, key string) error) error {
	in := bufio.NewReaderSize(io.NewSectionReader(j.file, 0, j.size), 1<<20)
	var at int64
	var raw []byte
	for _, s := range j.inOrder() {
		if _, err := io.CopyN(io.Discard, in, s.at-at); err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		raw = slices.Grow(raw[:0], int(s.size))[:s.size]
		if _, err := io.ReadFull(in, raw); err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		at = s.at + s.size
		if err := visit(raw, s.key); err != nil {
			return err
		}
	}
	return nil
}

// compact writes the records that count into a new file, which takes the place
// of the old one once it is whole.
func (j *Journal) compact() (err error) {
	next := &Journal{path: j.path + ".new", live: make(map[string][]span, len(j.live)), size: int64(len(header))}
	if next.file, err = os.Create(next.path); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = next.file.Close()
			_ = os.Remove(next.path)
		}
	}()
	if err := next.file.Chmod(0o600); err != nil {
		return err
	}
	out := bufio.NewWriterSize(next.file, 1<<20)
	if _, err := out.WriteString(header); err != nil {
		return err
	}
	if err := j.frames(func(raw []byte, key string) error {
		next.note(add, key, int64(len(raw)))
		_, err := out.Write(raw)
		return err
	}); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := os.Rename(next.path, j.path); err != nil {
		return err
	}
	_ = j.file.Close() // nobody reads it any more
	j.file, j.live, j.size, j.count = next.file, next.live, next.size, next.count
	return nil
}
