package lambda

import (
	"bytes"
	"io"
	"sync"
)

// logSink takes whole lines of many functions, one at a time.
type logSink struct {
	mu sync.Mutex
	w  io.Writer
}

// lines returns a writer that puts name before each line. What it holds of an
// unfinished line is written by Close.
func (s *logSink) lines(name string) *lineWriter {
	return &lineWriter{sink: s, prefix: []byte(name + " | ")}
}

// maxLine is where a line that doesn't end is broken, in bytes.
const maxLine = 256 * 1024

type lineWriter struct {
	sink   *logSink
	prefix []byte
	each   func(line string) // is given each line as well, unless nil
	mu     sync.Mutex
	rest   []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(p)
	for {
		line, after, found := bytes.Cut(p, []byte("\n"))
		if !found {
			w.rest = append(w.rest, p...)
			if len(w.rest) > maxLine {
				w.flush()
			}
			return n, nil
		}
		w.rest = append(w.rest, line...)
		w.flush()
		p = after
	}
}

// Close writes what is left of a line without an end.
func (w *lineWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 {
		w.flush()
	}
	return nil
}

func (w *lineWriter) flush() {
	if w.each != nil {
		w.each(string(w.rest))
	}
	line := append(append(append([]byte{}, w.prefix...), w.rest...), '\n')
	w.rest = w.rest[:0]
	w.sink.mu.Lock()
	defer w.sink.mu.Unlock()
	_, _ = w.sink.w.Write(line) // a log that is closed takes no lines
}
