package export

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// MaxLine is how long a line of a file may be, in bytes. A run and its context
// are at most 400 KB each in the table.
const MaxLine = 2 << 20

// Line is the run as a line of a file, with the newline at its end.
func (r Run) Line() ([]byte, error) {
	raw, err := run.Encode(r)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", r.ID, err)
	}
	return append(raw, '\n'), nil
}

// Read calls f with each run of a file of lines, in their order. What hooks keep is left
// out. The error
// names the line that is none and what is wrong with it; lines before it were
// read. An error of f ends it, and is returned as it is.
func Read(r io.Reader, f func(Run) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, MaxLine+len("\r\n"))
	n := 0
	for lines.Scan() {
		n++
		text := lines.Bytes()
		if n == 1 {
			text = bytes.TrimPrefix(text, []byte("\uFEFF")) // editors leave it there
		}
		if len(bytes.TrimSpace(text)) == 0 || isKept(text) {
			continue
		}
		out, err := readLine(text)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := f(out); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("line %d: must be one request of at most %d bytes", n+1, MaxLine)
	case err != nil:
		return fmt.Errorf("after line %d: %w", n, err)
	}
	return nil
}

func readLine(text []byte) (Run, error) {
	var out Run
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch err := json.Unmarshal(text, &out); {
	case errors.As(err, &syntax):
		return Run{}, fmt.Errorf("column %d: must be JSON: %w", syntax.Offset, err)
	case errors.As(err, &mismatch) && mismatch.Field == "":
		return Run{}, fmt.Errorf("column %d: must be a JSON object", mismatch.Offset)
	case errors.As(err, &mismatch):
		return Run{}, fmt.Errorf("column %d: %s must be %s", mismatch.Offset, mismatch.Field, mismatch.Type)
	case err != nil:
		return Run{}, err
	}
	if flaw := strictjson.CheckKnown(text, out); flaw != nil {
		return Run{}, flaw
	}
	for _, member := range []struct {
		name  string
		there bool
	}{
		{"id", out.ID != ""}, {"flow", out.Flow != ""}, {"status", out.Status.Known()}, {"created_at", !out.CreatedAt.IsZero()},
		{"history", len(out.History) > 0}, {"asked.flow.name", out.Asked.Flow.Name != ""},
	} {
		if !member.there {
			return Run{}, fmt.Errorf("%s is missing; must be a line of `fasttrack audit export --format jsonl`", member.name)
		}
	}
	return out, nil
}
