package export

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Kept is a value that the hooks of a flow keep, as a file has it after the requests.
type Kept struct {
	Flow  string         `json:"flow"`
	Scope run.StoreScope `json:"scope"`
	// Person is the login or the address under which a value of a person is kept.
	Person    string          `json:"person,omitempty"`
	Key       string          `json:"key"`
	Value     json.RawMessage `json:"value"`
	ExpiresAt time.Time       `json:"expires_at"`
}

// keptLine is how a line with a value begins. No line of a request does.
var keptLine = []byte(`{"store":`)

// isKept reports whether a line of a file has a value that hooks keep.
func isKept(line []byte) bool { return bytes.HasPrefix(line, keptLine) }

// writeKept writes each value as a line, and returns how many.
func writeKept(ctx context.Context, w io.Writer, each func(context.Context, func(Kept) error) error) (n int, err error) {
	err = each(ctx, func(k Kept) error {
		raw, err := run.Encode(struct {
			Store Kept `json:"store"`
		}{k})
		if err != nil {
			return fmt.Errorf("value %s of flow %s: %w", k.Key, k.Flow, err)
		}
		n++
		_, err = w.Write(append(raw, '\n'))
		return err
	})
	return n, err
}
