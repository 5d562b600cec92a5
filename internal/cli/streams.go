package cli

import (
	"context"
	"io"
	"os"

	"golang.org/x/term"
)

// input is standard input that a signal ends: a read that waits for somebody to
// type would go on otherwise.
type input struct {
	ctx  context.Context
	file *os.File
	// came has what a read that is under way brings.
	came chan chunk
	rest chunk
}

type chunk struct {
	bytes []byte
	err   error
}

func untilDone(ctx context.Context, file *os.File) *input { return &input{ctx: ctx, file: file} }

// Read reads what there is; its error is the signal if one came first. A read
// that is under way is not lost: the next call takes what it brings.
func (in *input) Read(p []byte) (int, error) {
	if len(in.rest.bytes) == 0 && in.rest.err == nil {
		if in.came == nil {
			in.came = make(chan chunk, 1)
			go func(came chan<- chunk) {
				b := make([]byte, 4096)
				n, err := in.file.Read(b)
				came <- chunk{b[:n], err}
			}(in.came)
		}
		select {
		case <-in.ctx.Done():
			return 0, context.Cause(in.ctx)
		case in.rest = <-in.came:
			in.came = nil
		}
	}
	n := copy(p, in.rest.bytes)
	if in.rest.bytes = in.rest.bytes[n:]; len(in.rest.bytes) > 0 {
		return n, nil
	}
	err := in.rest.err
	in.rest.err = nil
	return n, err
}

// fileOf returns the file that is read or written, nil if it is none.
func fileOf(v any) *os.File {
	switch v := v.(type) {
	case *os.File:
		return v
	case *input:
		return v.file
	case interface{ Unwrap() io.Writer }:
		return fileOf(v.Unwrap())
	}
	return nil
}

// isTerminal reports whether v reads from or writes to a terminal.
func isTerminal(v any) bool {
	f := fileOf(v)
	return f != nil && term.IsTerminal(int(f.Fd()))
}

// checkedWriter keeps the first error of a writer: a command whose output got lost
// is not done, whichever line of it that was.
type checkedWriter struct {
	io.Writer
	err error
}

func (w *checkedWriter) Unwrap() io.Writer { return w.Writer }

func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}
