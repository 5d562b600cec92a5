package backtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Journal keeps the outcomes of a backtest in a file, so that a stopped one can
// continue. A nil Journal keeps nothing.
type Journal struct {
	file *os.File
	w    *bufio.Writer
}

// line is a line of a journal. The first has the key, each other an outcome.
type line struct {
	Key string `json:"key,omitempty"`
	ID  string `json:"id,omitempty"`
	Now *Now   `json:"now,omitempty"`
}

// fits reports whether a line is valid in a journal for key.
func (l line) fits(key string, first bool) bool {
	if first {
		return l.Key == key && l.Now == nil
	}
	return l.Key == "" && l.ID != "" && l.Now != nil
}

// OpenJournal opens the journal at a path, and returns its outcomes by the ids of
// their requests. It begins empty if anew is set or the journal has another key. An
// incomplete line, and what follows, is dropped.
func OpenJournal(path, key string, anew bool) (*Journal, map[string]Now, error) {
	known := map[string]Now{}
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	whole := 0
	for rest := raw; !anew; {
		text, after, complete := bytes.Cut(rest, []byte("\n"))
		var l line
		if !complete || json.Unmarshal(text, &l) != nil || !l.fits(key, whole == 0) {
			break
		}
		if l.Now != nil {
			known[l.ID] = *l.Now
		}
		rest, whole = after, whole+len(text)+1
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, err
	}
	j := &Journal{file: file, w: bufio.NewWriter(file)}
	if err := file.Truncate(int64(whole)); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	if _, err := file.Seek(int64(whole), 0); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	if whole == 0 {
		err = j.write(line{Key: key})
	}
	return j, known, err
}

// Keep adds an outcome. It is in the file after Close at the latest.
func (j *Journal) Keep(id string, now Now) error {
	if j == nil {
		return nil
	}
	return j.write(line{ID: id, Now: &now})
}

func (j *Journal) write(l line) error {
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if _, err := j.w.Write(append(raw, '\n')); err != nil {
		return fmt.Errorf("write the journal of the backtest: %w", err)
	}
	return nil
}

// Close writes all outcomes.
func (j *Journal) Close() error {
	if j == nil {
		return nil
	}
	return errors.Join(j.w.Flush(), j.file.Close())
}

// Remove removes the journal of a finished backtest.
func (j *Journal) Remove() error {
	if j == nil {
		return nil
	}
	return errors.Join(j.file.Close(), os.Remove(j.file.Name()))
}
