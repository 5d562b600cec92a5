package attr

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"unicode/utf8"
)

// UnmarshalJSON reads the wire's form of a value: an object whose one member
// names the kind. What is of the wrong JSON type is *Malformed; what only the
// service's rules refuse is left to Check, because the service names the place.
func (v *Value) UnmarshalJSON(data []byte) error {
	r := reader{rest: data}
	*v = r.value()
	return r.end()
}

// UnmarshalJSON reads the wire's form of an item. It reads the whole of it in
// one pass, where encoding/json would scan each level again.
func (i *Item) UnmarshalJSON(data []byte) error {
	r := reader{rest: data}
	if r.peek() == 'n' {
		*i = nil
		return nil
	}
	*i = r.item()
	return r.end()
}

// maxNesting is how deep an item may nest, itself included. (AWS, "Service
// quotas": attributes.)
const maxNesting = 32

// Check applies the service's rules to a value read from JSON.
// The error is an *Invalid.
func (v Value) Check() error { return v.check(0) }

func (v Value) check(depth int) error {
	switch {
	case v.wrong != "":
		return &Invalid{v.wrong}
	case depth >= maxNesting:
		return &Invalid{"Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"}
	case v.Kind == M:
		return v.Map.check(depth + 1)
	case v.Kind == L:
		for _, element := range v.List {
			if err := element.check(depth + 1); err != nil {
				return err
			}
		}
	}
	return nil
}

// Check applies the service's rules to the values of an item.
func (i Item) Check() error { return i.check(0) }

func (i Item) check(depth int) error {
	for _, name := range slices.Sorted(maps.Keys(i)) {
		if name == "" && depth == 0 {
			return &Invalid{"Empty attribute name"}
		}
		if err := i[name].check(depth); err != nil {
			return err
		}
	}
	return nil
}

// MarshalJSON writes the item in the wire's form, attributes by name.
func (i Item) MarshalJSON() ([]byte, error) { return i.append(nil), nil }

// MarshalJSON writes the value in the wire's form.
func (v Value) MarshalJSON() ([]byte, error) { return v.append(nil), nil }

func (i Item) append(to []byte) []byte {
	to = append(to, '{')
	for n, name := range slices.Sorted(maps.Keys(i)) {
		if n > 0 {
			to = append(to, ',')
		}
		to = append(quoted(to, name), ':')
		to = i[name].append(to)
	}
	return append(to, '}')
}

func (v Value) append(to []byte) []byte {
	to = append(to, `{"`...)
	to = append(to, v.Kind...)
	to = append(to, `":`...)
	switch v.Kind {
	case BOOL:
		if v.Bool {
			to = append(to, "true"...)
		} else {
			to = append(to, "false"...)
		}
	case NULL:
		to = append(to, "true"...)
	case M:
		to = v.Map.append(to)
	case L, SS, NS, BS:
		to = append(to, '[')
		for n, element := range v.List {
			if n > 0 {
				to = append(to, ',')
			}
			if v.Kind == L {
				to = element.append(to)
			} else {
				to = element.scalar(to)
			}
		}
		to = append(to, ']')
	default:
		to = v.scalar(to)
	}
	return append(to, '}')
}

func (v Value) scalar(to []byte) []byte {
	switch v.Kind {
	case N:
		return append(append(append(to, '"'), v.Num.String()...), '"')
	case B:
		to = append(to, '"')
		to = base64.StdEncoding.AppendEncode(to, []byte(v.Text))
		return append(to, '"')
	}
	return quoted(to, v.Text)
}

// quoted appends a JSON string.
func quoted(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			escaped, _ := json.Marshal(text) // a string always can be
			return append(to, escaped...)
		}
	}
	return append(append(append(to, '"'), text...), '"')
}

// Invalid says that a value is one the service refuses with a
// ValidationException; Message is the service's wording.
type Invalid struct{ Message string }

func (e *Invalid) Error() string { return e.Message }

// Malformed says that JSON isn't shaped like an attribute value at all, which
// the service answers with a SerializationException.
type Malformed struct{ Message string }

func (e *Malformed) Error() string { return e.Message }
