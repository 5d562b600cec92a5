package export

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// spool sorts lines by when their requests were made. The lines are in a temporary
// file, since a table may be larger than memory.
type spool struct {
	file *os.File
	// name is the name to remove, "" once it is removed.
	name   string
	w      *bufio.Writer
	size   int64
	places []place
}

// place is the position of a line in the file, and when its request was made.
type place struct {
	at     time.Time
	id     string
	offset int64
	length int
}

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "fasttrack-export-*")
	if err != nil {
		return nil, fmt.Errorf("create a temporary file to sort: %w", err)
	}
	s := &spool{file: file, name: file.Name(), w: bufio.NewWriterSize(file, 256<<10)}
	// Where an open file can lose its name, it goes with the process, however that
	// ends. Elsewhere close removes it.
	if os.Remove(s.name) == nil {
		s.name = ""
	}
	return s, nil
}

func (s *spool) close() {
	_ = s.file.Close()
	if s.name != "" {
		_ = os.Remove(s.name)
	}
}

func (s *spool) add(at time.Time, id string, line []byte) error {
	if _, err := s.w.Write(line); err != nil {
		return fmt.Errorf("sort: %w", err)
	}
	s.places = append(s.places, place{at, id, s.size, len(line)})
	s.size += int64(len(line))
	return nil
}

// sorted writes the lines, oldest request first.
func (s *spool) sorted(ctx context.Context, w io.Writer) error {
	if err := s.w.Flush(); err != nil {
		return fmt.Errorf("sort: %w", err)
	}
	slices.SortFunc(s.places, func(a, b place) int { return cmp.Or(a.at.Compare(b.at), strings.Compare(a.id, b.id)) })
	for _, p := range s.places {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if _, err := io.Copy(w, io.NewSectionReader(s.file, p.offset, int64(p.length))); err != nil {
			return err
		}
	}
	return nil
}
