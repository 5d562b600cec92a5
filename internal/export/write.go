package export

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/fasttrack-dev/fasttrack/internal/period"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Each calls f with every stored request and its context, in any order. unreadable
// says why one can't be read; it then has no run.
type Each func(ctx context.Context, f func(id string, r *run.Run, context json.RawMessage, unreadable error) error) error

// Options say which requests are written, and in which form.
type Options struct {
	// Flow selects the requests of one flow, "" of all.
	Flow   string
	Period period.Period
	// CSV writes a table of requests in place of JSON lines.
	CSV bool
	// Kept calls f with each value that hooks keep; nil leaves them out.
	Kept func(ctx context.Context, f func(Kept) error) error
	// Read is called with the number of requests read so far.
	Read func(n int)
	// Unreadable is called with the problem of each request that is left out.
	Unreadable func(problem string)
}

// Counts say how many requests and values were written, and how many requests could not be
// read.
type Counts struct{ Written, Kept, Unreadable int }

// Write writes the requests of a table, oldest first. It writes nothing before it
// has read all: only then is the oldest known.
func Write(ctx context.Context, w io.Writer, each Each, o Options) (Counts, error) {
	sorted, err := newSpool()
	if err != nil {
		return Counts{}, err
	}
	defer sorted.close()
	n := Counts{}
	if n.Unreadable, err = gather(ctx, sorted, each, o); err != nil {
		return n, err
	}
	b := bufio.NewWriterSize(w, 64<<10)
	if o.CSV {
		if _, err := b.Write(Header()); err != nil {
			return n, err
		}
	}
	if err := sorted.sorted(ctx, b); err != nil {
		return n, err
	}
	n.Written = len(sorted.places)
	if o.Kept != nil {
		if n.Kept, err = writeKept(ctx, b, o.Kept); err != nil {
			return n, err
		}
	}
	return n, b.Flush()
}

// gather reads the table, and keeps each request that o selects as its line.
func gather(ctx context.Context, into *spool, each Each, o Options) (unreadable int, err error) {
	read := 0
	err = each(ctx, func(id string, r *run.Run, sent json.RawMessage, wrong error) error {
		read++
		o.Read(read)
		if wrong == nil && (o.Flow != "" && r.Flow.Name != o.Flow || !o.Period.Contains(r.CreatedAt)) {
			return nil
		}
		var line []byte
		if wrong == nil {
			line, wrong = format(r, sent, o.CSV)
			if wrong != nil { // such as a context that was made no JSON
				wrong = fmt.Errorf("%s: %w", id, wrong)
			}
		}
		if wrong != nil {
			o.Unreadable(wrong.Error())
			unreadable++
			return nil
		}
		return into.add(r.CreatedAt, id, line)
	})
	return unreadable, err
}

func format(r *run.Run, sent json.RawMessage, asCSV bool) ([]byte, error) {
	if asCSV {
		return Of(r, nil).Row()
	}
	return Of(r, sent).Line()
}
