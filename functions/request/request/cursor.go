package request

import (
	"encoding/base64"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// cursor encodes where the next page of a list starts. The hash before the position
// binds it to the query and the caller: a changed cursor, or one of another list, is
// refused. It guards no secret: a list shows its caller the same from any position.
func (l listing) cursor(caller, position string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(l.hash(caller, position) + position))
}

// position decodes a cursor; false if it is not one of this list.
func (l listing) position(caller, cursor string) (string, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	n := len(l.hash(caller, ""))
	if err != nil || len(raw) <= n || strings.ContainsAny(cursor, "\r\n") { // which decoding skips
		return "", false
	}
	hash, position := string(raw[:n]), string(raw[n:])
	return position, hash == l.hash(caller, position)
}

func (l listing) hash(caller, position string) string {
	return run.HashID(caller, l.View, l.Flow, string(l.Status), l.From, l.To, position)
}

var wrongCursor = flow.FieldError{Field: "cursor", Detail: "must be the next_cursor of a response to the same query"}
