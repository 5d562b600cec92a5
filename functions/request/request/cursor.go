package request

import (
	"encoding/base64"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
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
	parts := []string{caller, string(l.View), l.Flow, string(l.Status), l.From, l.To, position}
	// Without these, cursors are those of the release before them.
	if by := []string{l.Requester, l.DecidedBy, l.Text, string(l.Sort)}; strings.Join(by, "") != "" {
		parts = append(parts, by...)
	}
	return run.HashID(parts...)
}

// after is the position of a request in the list.
func (l listing) after(r run.Summary) string {
	return store.PositionIn(r, l.Sort == api.SortEndsAt)
}

var wrongCursor = flow.FieldError{Field: "cursor", Detail: "must be the next_cursor of a response to the same query"}
