package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// maxBody bounds a body, in bytes.
const maxBody = 128 << 10

// Body is the JSON object of a call, read member by member. It collects all errors, so
// that one response names every invalid field.
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
		// curl -d says form data by default; what counts is that it is JSON.
		if err != nil || media != "application/json" && media != "application/x-www-form-urlencoded" && !strings.HasSuffix(media, "+json") {
			return nil, NewProblem(http.StatusUnsupportedMediaType, api.ProblemUnsupportedMediaType, "The body must be application/json.",
				api.FieldError{Field: "Content-Type", Detail: "must be application/json"})
		}
	}
	raw := []byte(ev.Body)
	if ev.IsBase64Encoded {
		var err error
		if raw, err = base64.StdEncoding.DecodeString(ev.Body); err != nil {
			return nil, InvalidBody(flow.FieldError{Field: "body", Detail: "must be base64"})
		}
	}
	if len(raw) > maxBody {
		return nil, InvalidBody(flow.FieldError{Field: "body", Detail: fmt.Sprintf("must have at most %d bytes, got %d", maxBody, len(raw))})
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = []byte("{}")
	}
	if !utf8.Valid(raw) {
		return nil, InvalidBody(flow.FieldError{Field: "body", Detail: "must be UTF-8"})
	}
	if wrong := checkJSON(raw); wrong != nil {
		return nil, InvalidBody(*wrong)
	}
	b := &Body{read: map[string]bool{}, failed: map[string]bool{}}
	if json.Unmarshal(raw, &b.members) != nil || b.members == nil {
		return nil, InvalidBody(flow.FieldError{Field: "body", Detail: "must be a JSON object"})
	}
	return b, nil
}

// Members returns the members of the body without those that are null, which count as
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

// Fail records that a field is invalid.
func (b *Body) Fail(field, format string, args ...any) {
	b.Add(flow.FieldError{Field: field, Detail: fmt.Sprintf(format, args...)})
}

// Add records invalid fields that were found elsewhere. Only the first error of a field
// is kept: the others follow from it.
func (b *Body) Add(errs ...flow.FieldError) {
	for _, e := range errs {
		if !b.failed[e.Field] {
			b.failed[e.Field] = true
			e = inBody(e)
			b.errs = append(b.errs, e)
		}
	}
}

// Failed reports whether one of the fields is invalid.
func (b *Body) Failed(fields ...string) bool {
	return slices.ContainsFunc(fields, func(name string) bool { return b.failed[name] })
}

func (b *Body) member(name string) (json.RawMessage, bool) {
	b.read[name] = true
	v, ok := b.members[name]
	return v, ok && string(v) != "null"
}

// Text reads a string of one line; "" if absent.
func (b *Body) Text(name string, limit int) string { return b.text(name, limit, text.CheckLine) }

// Lines reads a string that may have line breaks; "" if absent.
func (b *Body) Lines(name string, limit int) string { return b.text(name, limit, text.CheckLines) }

func (b *Body) text(name string, limit int, check func(string, int) error) string {
	raw, ok := b.member(name)
	if !ok {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		b.Fail(name, "must be a string")
		return ""
	}
	if err := check(s, limit); err != nil {
		b.Fail(name, "%v", err)
		return ""
	}
	return s
}

// Seconds reads a whole number of at least 1; nil if absent.
func (b *Body) Seconds(name string) *int {
	raw, ok := b.member(name)
	if !ok {
		return nil
	}
	whole, ok := strictjson.WholeNumber(raw)
	if !ok || whole < 1 {
		b.Fail(name, "must be a whole number of seconds, at least 1")
		return nil
	}
	n := int(whole)
	return &n
}

// Time reads a time with an offset, to the second; zero if absent.
func (b *Body) Time(name string) (at time.Time) {
	raw, ok := b.member(name)
	if !ok {
		return at
	}
	var s string
	const clock = "2006-01-02T15:04:05"
	if json.Unmarshal(raw, &s) == nil {
		at, _ = time.Parse(time.RFC3339, s) // which also takes hours of one digit
	}
	if at.IsZero() || s[:len(clock)] != at.Format(clock) {
		b.Fail(name, "must be a time with its offset, such as 2026-12-24T09:00:00+01:00 (RFC 3339)")
		return time.Time{}
	}
	return at.UTC().Truncate(time.Second)
}

// Bool reads true or false; false if absent.
func (b *Body) Bool(name string) bool {
	raw, ok := b.member(name)
	if !ok {
		return false
	}
	var v bool
	if json.Unmarshal(raw, &v) != nil {
		b.Fail(name, "must be true or false")
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
		b.Fail(name, "must be an object")
	}
	return members
}

// Raw reads any JSON value, and compacts it to at most limit bytes; nil if absent.
func (b *Body) Raw(name string, limit int) json.RawMessage {
	raw, ok := b.member(name)
	if !ok {
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		b.Fail(name, "must be JSON")
		return nil
	}
	if compact.Len() > limit {
		b.Fail(name, "must have at most %d bytes, got %d", limit, compact.Len())
		return nil
	}
	return compact.Bytes()
}

// Fits reports whether all members were read and valid.
func (b *Body) Fits() bool { return len(b.errs) == 0 && len(b.unread()) == 0 }

// unread returns the members that were not read, sorted.
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

// Err returns the problem that names every invalid field and every member that was not
// read; nil if the body is valid.
func (b *Body) Err() error {
	for _, name := range b.unread() {
		b.Fail(strictjson.ClipName(name), "unknown member")
	}
	if len(b.errs) == 0 {
		return nil
	}
	return InvalidBody(b.errs...)
}

// channels are the channels that a caller may state. The others say who sent an event,
// which is for no caller to say.
var channels = map[string]run.Channel{string(run.ViaWeb): run.ViaWeb, string(run.ViaCLI): run.ViaCLI}

// Channel returns the channel for the history: Slack for a call of functions/slack, else
// what the Fasttrack-Channel header says, or else the API. Nobody checks what the header
// says, and it can't say Slack: nothing may depend on any other channel.
func (c *Call) Channel() (run.Channel, error) {
	if c.Slack != nil {
		return run.ViaSlack, nil
	}
	stated, there := c.Event.Headers["fasttrack-channel"]
	if !there {
		return run.ViaAPI, nil
	}
	channel, known := channels[stated]
	if !known {
		return "", Invalid(flow.FieldError{Field: "Fasttrack-Channel", Detail: "must be web or cli"})
	}
	return channel, nil
}

// Place returns where in the channel a request comes from: what the Fasttrack-Place
// header says, "" if absent. Of a call of functions/slack it is the Slack channel, which
// Slack signed; of any other it is the caller's own statement.
func (c *Call) Place() (string, error) {
	place, there := c.Event.Headers["fasttrack-place"]
	if !there {
		return "", nil
	}
	wrong := func(detail string) (string, error) {
		return "", Invalid(flow.FieldError{Field: "Fasttrack-Place", Detail: detail})
	}
	if place == "" || len(place) > api.MaxPlace || strings.TrimSpace(place) != place {
		return wrong(fmt.Sprintf("must have 1 to %d characters, without spaces around them", api.MaxPlace))
	}
	for i := range len(place) {
		if place[i] < ' ' || place[i] >= 0x7f {
			return wrong("must have visible ASCII characters only")
		}
	}
	if scheme, rest, is := strings.Cut(place, "://"); is && !strings.ContainsAny(scheme, " /?#") {
		if host, _, _ := strings.Cut(rest, "/"); strings.Contains(host, "@") {
			return wrong("must not have a password")
		}
	}
	return place, nil
}

// IdempotencyKey returns the Idempotency-Key header, 1 to 255 visible ASCII characters;
// "" if absent.
func (c *Call) IdempotencyKey() (string, error) {
	key, there := c.Event.Headers["idempotency-key"]
	ok := len(key) <= 255 && (key != "" || !there)
	for i := range len(key) {
		ok = ok && key[i] > ' ' && key[i] < 0x7f
	}
	if !ok {
		return "", Invalid(flow.FieldError{Field: "Idempotency-Key", Detail: "must have 1 to 255 visible ASCII characters"})
	}
	return key, nil
}
