package cli

import (
	"context"
	"io"
	"os"

	"golang.org/x/term"
)

// input is standard input that ends with a context. A read that waits for somebody
// to type would go on otherwise.
type input struct {
	ctx  context.Context
	from io.Reader
	// came gets the result of a read in progress.
	came chan chunk
	rest chunk
}

type chunk struct {
	bytes []byte
	err   error
}

func untilDone(ctx context.Context, from io.Reader) *input { return &input{ctx: ctx, from: from} }

// Read reads. If the context ends first, the error is its cause; the next call returns
// the result of the read in progress.
func (in *input) Read(p []byte) (int, error) {
	if len(in.rest.bytes) == 0 && in.rest.err == nil {
		if in.came == nil {
			in.came = make(chan chunk, 1)
			go func(came chan<- chunk) {
				b := make([]byte, 4096)
				n, err := in.from.Read(b)
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

// fileOf returns the file behind a reader or writer, nil if it has none.
func fileOf(v any) *os.File {
	switch v := v.(type) {
	case *os.File:
		return v
	case *input:
		return fileOf(v.from)
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

// output is standard output or standard error. It keeps the first error: a command
// whose output was lost has failed, whichever line that was.
type output struct {
	io.Writer
	// colour is set if a terminal there takes colours.
	colour bool
	err    error
}

// colours reports whether w is an [output] that takes colours.
func colours(w io.Writer) bool {
	switch v := w.(type) {
	case *output:
		return v.colour
	case interface{ Unwrap() io.Writer }:
		return colours(v.Unwrap())
	}
	return false
}

func (w *output) Unwrap() io.Writer { return w.Writer }

func (w *output) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}
