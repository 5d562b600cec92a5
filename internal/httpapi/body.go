package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// maxBody bounds a body, in bytes.
const maxBody = 128 << 10

// Body is a JSON object that was sent, read member by member. Whatever is wrong
// with it is collected, so that one answer names every wrong field.
type Body struct {
	members map[string]json.RawMessage
	read    map[string]bool
	errs    []flow.FieldError
	failed  map[string]bool
}

// ReadBody reads the body of a call: a JSON object without repeated members. The
// error is a *[Problem].
func ReadBody(ev Event) (*Body, error) {
	if kind := ev.Headers["content-type"]; kind != "" {
		media, _, err := mime.ParseMediaType(kind)
		// curl -d says form data unless told; what counts is that it is JSON.
		if err != nil || media != "application/json" && media != "application/x-www-form-urlencoded" && !strings.HasSuffix(media, "+json") {
			return nil, NewProblem(http.StatusUnsupportedMediaType, api.ProblemUnsupportedMediaType, "The body must be application/json.",
				api.FieldError{Field: "Content-Type", Detail: "must be application/json"})
		}
	}
	raw := []byte(ev.Body)
	if ev.IsBase64Encoded {
		var err error
		if raw, err = base64.StdEncoding.DecodeString(ev.Body); err != nil {
			return nil, InvalidBody(flow.FieldError{Field: "body", Detail: "it is no base64"})
		}
	}
	if len(raw) > maxBody {
		return nil, InvalidBody(flow.FieldError{Field: "body", Detail: fmt.Sprintf("at most %d bytes were expected, not %d", maxBody, len(raw))})
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = []byte("{}")
	}
	if !utf8.Valid(raw) {
		return nil, InvalidBody(flow.FieldError{Field: "body", Detail: "it is no UTF-8"})
	}
	if wrong := checkJSON(raw); wrong != nil {
		return nil, InvalidBody(*wrong)
	}
	b := &Body{read: map[string]bool{}, failed: map[string]bool{}}
	if json.Unmarshal(raw, &b.members) != nil || b.members == nil {
		return nil, InvalidBody(flow.FieldError{Field: "body", Detail: "a JSON object was expected"})
	}
	return b, nil
}

// Members returns what was sent, without members that are null: those count as
// absent.
func (b *Body) Members() map[string]json.RawMessage {
	sent := map[string]json.RawMessage{}
	for name, value := range b.members {
		if string(value) != "null" {
			sent[name] = value
		}
	}
	return sent
}

// Fail notes that a field is wrong.
func (b *Body) Fail(field, format string, args ...any) {
	b.Add(flow.FieldError{Field: field, Detail: fmt.Sprintf(format, args...)})
}

// Add notes wrong fields that were found elsewhere. What was said first of a
// field stays: the rest follows from it.
func (b *Body) Add(errs ...flow.FieldError) {
	for _, e := range errs {
		if !b.failed[e.Field] {
			b.failed[e.Field] = true
			e = inBody(e)
			b.errs = append(b.errs, e)
		}
	}
}

func (b *Body) member(name string) (json.RawMessage, bool) {
	b.read[name] = true
	v, ok := b.members[name]
	return v, ok && string(v) != "null"
}

// Text reads a string of one line, "" where it is absent.
func (b *Body) Text(name string, limit int) string { return b.text(name, limit, text.CheckLine) }

// Lines reads a string that may have line breaks, "" where it is absent.
func (b *Body) Lines(name string, limit int) string { return b.text(name, limit, text.CheckLines) }

func (b *Body) text(name string, limit int, check func(string, int) error) string {
	raw, ok := b.member(name)
	if !ok {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		b.Fail(name, "a string was expected")
		return ""
	}
	if err := check(s, limit); err != nil {
		b.Fail(name, "%v", err)
		return ""
	}
	return s
}

// Seconds reads a whole number of at least 1, nil where it is absent.
func (b *Body) Seconds(name string) *int {
	raw, ok := b.member(name)
	if !ok {
		return nil
	}
	whole, ok := strictjson.WholeNumber(raw)
	if !ok || whole < 1 {
		b.Fail(name, "a whole number of seconds from 1 was expected")
		return nil
	}
	n := int(whole)
	return &n
}

// Bool reads true or false, false where it is absent.
func (b *Body) Bool(name string) bool {
	raw, ok := b.member(name)
	if !ok {
		return false
	}
	var v bool
	if json.Unmarshal(raw, &v) != nil {
		b.Fail(name, "true or false was expected")
	}
	return v
}

// Object reads an object by its members.
func (b *Body) Object(name string) map[string]json.RawMessage {
	raw, ok := b.member(name)
	if !ok {
		return nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		b.Fail(name, "an object was expected")
	}
	return members
}

// Raw reads any JSON value of at most so many bytes, without white space; nil
// where it is absent.
func (b *Body) Raw(name string, limit int) json.RawMessage {
	raw, ok := b.member(name)
	if !ok {
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		b.Fail(name, "JSON was expected")
		return nil
	}
	if compact.Len() > limit {
		b.Fail(name, "at most %d bytes were expected, not %d", limit, compact.Len())
		return nil
	}
	return compact.Bytes()
}

// Fits reports whether all that was read is well, and nothing else is there.
func (b *Body) Fits() bool { return len(b.errs) == 0 && len(b.unread()) == 0 }

// unread are the members that nobody read, sorted.
func (b *Body) unread() []string {
	var names []string
	for name := range b.members {
		if !b.read[name] {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// Err gives the problem that names every wrong field, those that nobody read
// included; nil if all is well.
func (b *Body) Err() error {
	for _, name := range b.unread() {
		b.Fail(strictjson.ClipName(name), "there is no such member")
	}
	if len(b.errs) == 0 {
		return nil
	}
	return InvalidBody(b.errs...)
}

// IdempotencyKey gives the Idempotency-Key header, "" without one: 1 to 255
// characters of visible ASCII.
func (c *Call) IdempotencyKey() (string, error) {
	key, there := c.Event.Headers["idempotency-key"]
	ok := len(key) <= 255 && (key != "" || !there)
	for i := range len(key) {
		ok = ok && key[i] > ' ' && key[i] < 0x7f
	}
	if !ok {
		return "", Invalid(flow.FieldError{Field: "Idempotency-Key", Detail: "1 to 255 characters of visible ASCII were expected"})
	}
	return key, nil
}
