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

// Journal keeps in a file what hooks said so far, so that a backtest that was
// stopped can go on.
type Journal struct {
	file *os.File
	w    *bufio.Writer
}

// line is a line of a journal: the first has the key, each other an answer.
type line struct {
	Key string `json:"key,omitempty"`
	ID  string `json:"id,omitempty"`
	Now *Now   `json:"now,omitempty"`
}

// fits tells whether it can stand in a journal for key, as its first line or a
// later one.
func (l line) fits(key string, first bool) bool {
	if first {
		return l.Key == key && l.Now == nil
	}
	return l.Key == "" && l.ID != "" && l.Now != nil
}

// OpenJournal opens the journal at a path, and gives the answers in it by the ids
// of their requests. One that was kept for another key, or anew, begins empty. A
// line that was broken off, and what follows, is dropped.
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

// Keep notes an answer. It is in the file by Close at the latest.
func (j *Journal) Keep(id string, now Now) error { return j.write(line{ID: id, Now: &now}) }

func (j *Journal) write(l line) error {
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if _, err := j.w.Write(append(raw, '\n')); err != nil {
		return fmt.Errorf("keep what hooks said: %w", err)
	}
	return nil
}

// Close writes what is kept.
func (j *Journal) Close() error { return errors.Join(j.w.Flush(), j.file.Close()) }

// Remove ends the journal of a backtest that is done.
func (j *Journal) Remove() error { return errors.Join(j.file.Close(), os.Remove(j.file.Name())) }
