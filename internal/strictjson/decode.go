package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep JSON from outside may be nested. What it becomes a
// part of is nested a little deeper.
const maxDepth = 64

// Flaw is an error in JSON from outside.
type Flaw struct {
	// Path is where, such as fields.target or checks[0].name; "" is the whole.
	Path string
	// Pointer is the same place as a JSON Pointer (RFC 6901). Names are cut in it, as
	// they are in Path.
	Pointer string
	Detail  string
}

func (f *Flaw) Error() string {
	if f.Path == "" {
		return f.Detail
	}
	return f.Path + ": " + f.Detail
}

// Check refuses what encoding/json lets pass but I-JSON (RFC 7493) doesn't, since its
// readers differ on it: duplicate members and numbers beyond a double; also unbounded
// nesting, and more than one value. It returns the flaw, nil without one.
func Check(raw []byte) *Flaw { return walk{deepest: maxDepth}.whole(raw, nil) }

// Decode decodes one JSON value into a pointer. It refuses what [Check] refuses, and
// members that the type doesn't have by exactly that name: encoding/json would take
// Passed for passed, beside it or instead of it.
func Decode(raw []byte, into any) error { return DecodeNewer(raw, into, nil) }

// DecodeNewer is [Decode] for JSON that a newer version may have written: it ignores
// members that the type doesn't have, and appends their names to unknown. With a nil
// unknown it refuses them.
func DecodeNewer(raw []byte, into any, unknown *[]string) error {
	if f := (walk{deepest: maxDepth, more: unknown != nil, unknown: unknown}).whole(raw, reflect.TypeOf(into)); f != nil {
		return f
	}
	err := json.Unmarshal(raw, into)
	if wrong, ok := err.(*json.UnmarshalTypeError); ok && strings.HasPrefix(wrong.Value, "number") {
		err = json.Unmarshal(wholeNumbers(raw), into)
	}
	if wrong, ok := err.(*json.UnmarshalTypeError); ok {
		return &Flaw{Path: wrong.Field, Detail: "must be " + kindOf(wrong.Type) + ", got " + found(wrong.Value)}
	}
	if err != nil {
		return &Flaw{Detail: strings.TrimPrefix(err.Error(), "json: ")}
	}
	return nil
}

// CheckKnown is [Check] for JSON that is decoded into a type whose members may grow,
// and which holds JSON from outside. It accepts members that the type doesn't have,
// unless encoding/json would take one for a member that the type has.
func CheckKnown(raw []byte, into any) *Flaw {
	return walk{deepest: 2 * maxDepth, more: true}.whole(raw, reflect.TypeOf(into))
}

// walk walks through JSON beside the type that it is read into, nil for any.
type walk struct {
	d *json.Decoder
	// deepest is how deep it may be nested.
	deepest int
	// more lets members pass that a type doesn't have.
	more bool
	// unknown, unless nil, takes the names of those that pass by more.
	unknown *[]string
}

func (w walk) whole(raw []byte, t reflect.Type) *Flaw {
	w.d = json.NewDecoder(bytes.NewReader(raw))
	w.d.UseNumber()
	f, broken := w.value(t, 0)
	switch {
	case broken != nil:
		return &Flaw{Detail: "must be valid JSON: " + strings.TrimPrefix(broken.Error(), "json: ")}
	case f != nil:
		f.Path = strings.TrimPrefix(f.Path, ".")
		return f
	}
	// Not d.More, which takes a bracket too many for the end of a list.
	if _, err := w.d.Token(); !errors.Is(err, io.EOF) {
		return &Flaw{Detail: "must be one JSON value"}
	}
	return nil
}

// value walks through one value. The path of a flaw is put together on the way
// back, so that it costs nothing while all is well. The error says that it is no
// JSON, wherever that was noticed.
func (w walk) value(t reflect.Type, depth int) (*Flaw, error) {
	if depth > w.deepest {
		return &Flaw{Detail: fmt.Sprintf("must be nested at most %d deep", w.deepest)}, nil
	}
	token, err := w.d.Token()
	if err != nil {
		return nil, err
	}
	var f *Flaw
	switch token := token.(type) {
	case json.Number:
		if _, err := token.Float64(); err != nil {
			return &Flaw{Detail: "must fit into a double"}, nil
		}
		return nil, nil
	case json.Delim:
		if token == '{' {
			f, err = w.members(membersOf(t), depth)
		} else {
			f, err = w.items(itemOf(t), depth)
		}
		if f != nil || err != nil {
			return f, err
		}
		_, err = w.d.Token()
	}
	return nil, err
}

func (w walk) items(t reflect.Type, depth int) (*Flaw, error) {
	for i := 0; w.d.More(); i++ {
		if f, err := w.value(t, depth+1); f != nil || err != nil {
			return f.in("["+strconv.Itoa(i)+"]", strconv.Itoa(i)), err
		}
	}
	return nil, nil
}

func (w walk) members(known members, depth int) (*Flaw, error) {
	seen := map[string]bool{}
	for w.d.More() {
		key, err := w.d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string)
		in := "." + ClipName(name)
		if seen[name] {
			return (&Flaw{Detail: "appears twice"}).in(in, name), nil
		}
		seen[name] = true
		if why := known.refuse(name, w.more); why != "" {
			return (&Flaw{Detail: why}).in(in, name), nil
		}
		if w.unknown != nil && known.named != nil && known.named[name] == nil {
			*w.unknown = append(*w.unknown, ClipName(name))
		}
		if f, err := w.value(known.of(name), depth+1); f != nil || err != nil {
			return f.in(in, name), err
		}
	}
	return nil, nil
}

// in puts a segment before the path of a flaw, and the member's name or the item's
// index before its pointer, if there is a flaw.
func (f *Flaw) in(segment, name string) *Flaw {
	if f != nil {
		f.Path = segment + f.Path
		f.Pointer = PointerTo(name) + f.Pointer
	}
	return f
}

// PointerTo returns the JSON Pointer to a member of the whole document.
func PointerTo(name string) string {
	if utf8.RuneCountInString(name) > maxName {
		name = ClipName(name)
	}
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// maxName bounds a name that was sent, in an answer that names it.
const maxName = 100

// ClipName shortens a name that was sent, for an answer that names it; one that
// is empty is "".
func ClipName(s string) string {
	if s == "" {
		return `""`
	}
	if r := []rune(s); len(r) > maxName {
		return string(r[:maxName]) + "…"
	}
	return s
}

// found names the JSON value that encoding/json describes: "bool", or "number 3.5" for a
// number that a type can't hold.
func found(value string) string {
	if number, ok := strings.CutPrefix(value, "number "); ok {
		return number
	}
	switch value {
	case "bool":
		return "a boolean"
	case "array", "object":
		return "an " + value
	}
	return "a " + value
}

// kindOf names the kind of JSON value that a type is read from.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Pointer:
		return kindOf(t.Elem())
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "a whole number"
}

// Object reads an object by its members. What [Check] refuses is an error.
func Object(raw []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return nil, fmt.Errorf("must be a JSON object, got %s", kind(raw))
	}
	if flaw := Check(raw); flaw != nil {
		return nil, flaw
	}
	return members, nil
}

// kind names the kind of a JSON value.
func kind(raw []byte) string {
	switch raw[0] {
	case '{':
		return "invalid JSON"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
