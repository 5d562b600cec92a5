package export_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/export"
)

// What is read can be written, and is then read as the same lines; what is none
// is refused with the line that it stands in.
func FuzzRead(f *testing.F) {
	line := aLine(f)
	f.Add([]byte(line + line))
	f.Add([]byte("\uFEFF" + strings.ReplaceAll(line, "\n", "\r\n")))
	f.Add([]byte(line + line[:40]))
	f.Add([]byte(`{"id":"a","flow":7}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		lines := func(file []byte) (out []byte, err error) {
			err = export.Read(bytes.NewReader(file), func(r export.Run) error {
				line, err := r.Line()
				if err != nil {
					t.Fatalf("%q: what was read can't be written: %v", file, err)
				}
				if bytes.Count(line, []byte("\n")) != 1 {
					t.Fatalf("%q is written as more than a line: %q", file, line)
				}
				out = append(out, line...)
				return nil
			})
			return out, err
		}
		once, err := lines(file)
		if err != nil && !strings.HasPrefix(err.Error(), "line ") {
			t.Fatalf("%q: %v", file, err)
		}
		twice, err := lines(once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q was written as %q and is then read as %q (%v)", file, once, twice, err)
		}
		enough := errors.New("enough")
		if len(once) > 0 {
			if err := export.Read(bytes.NewReader(file), func(export.Run) error { return enough }); err != enough {
				t.Fatalf("%q: got %v", file, err)
			}
		}
	})
}
