package attr

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// reader reads values from JSON that encoding/json has found to be well
// formed, as it has what it hands to UnmarshalJSON: only the shape can be
// wrong. The first thing that is goes into err, and reading goes on to no
// effect.
type reader struct {
	rest []byte
	err  error
}

// end returns what was wrong.
func (r *reader) end() error {
	if r.err == nil && r.peek() != 0 {
		r.fail("Unexpected value type in payload")
	}
	return r.err
}

func (r *reader) fail(message string) {
	if r.err == nil {
		r.err = &Malformed{message}
	}
	r.rest = nil
}

// peek returns the next byte that isn't space, or 0 at the end.
func (r *reader) peek() byte {
	for len(r.rest) > 0 {
		switch c := r.rest[0]; c {
		case ' ', '\t', '\n', '\r':
			r.rest = r.rest[1:]
		default:
			return c
		}
	}
	return 0
}

// accept takes the given byte if it is next.
func (r *reader) accept(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// word takes a literal if it is next.
func (r *reader) word(w string) bool {
	if r.peek() == 0 || !strings.HasPrefix(string(r.rest[:min(len(w), len(r.rest))]), w) {
		return false
	}
	r.rest = r.rest[len(w):]
	return true
}

// text reads a string.
func (r *reader) text() string {
	if r.peek() != '"' {
		r.fail("Unexpected value type in payload")
		return ""
	}
	plain := true
	for i := 1; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case c == '\\':
			plain = false
			i++
		case c >= 0x80: // encoding/json puts what is no UTF-8 right
			plain = false
		case c == '"':
			quoted := r.rest[:i+1]
			r.rest = r.rest[i+1:]
			if plain {
				return string(quoted[1:i])
			}
			var text string
			if err := json.Unmarshal(quoted, &text); err != nil {
				r.fail("Invalid string in payload")
			}
			return text
		}
	}
	r.fail("Invalid string in payload")
	return ""
}

// members reads an object and hands each name to read, which reads the value.
func (r *reader) members(read func(name string)) {
	if !r.accept('{') {
		r.fail("Unexpected value type in payload")
		return
	}
	for r.err == nil && !r.accept('}') {
		name := r.text()
		if !r.accept(':') {
			r.fail("Unexpected value type in payload")
			return
		}
		read(name)
		r.accept(',')
	}
}

// elements reads an array and calls read for each element.
func (r *reader) elements(read func()) {
	if !r.accept('[') {
		r.fail("Unexpected value type in payload")
		return
	}
	for r.err == nil && !r.accept(']') {
		read()
		r.accept(',')
	}
}

func (r *reader) item() Item {
	item := Item{}
	r.members(func(name string) { item[name] = r.value() })
	return item
}

// The ways in which a value can fail to say what it is.
const (
	noType   = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
	twoTypes = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
)

// value reads one value. A member that is null counts as not there.
func (r *reader) value() Value {
	if r.word("null") {
		return Value{wrong: noType}
	}
	v, types := Value{wrong: noType}, 0
	r.members(func(kind string) {
		if r.word("null") {
			return
		}
		if types++; types > 1 {
			r.skip()
			v = Value{wrong: twoTypes}
			return
		}
		v = r.typed(Kind(kind))
	})
	return v
}

func (r *reader) typed(kind Kind) Value {
	v := Value{Kind: kind}
	switch kind {
	case S:
		v.Text = r.text()
	case N:
		v.number(r.text())
	case B:
		r.binary(&v)
	case BOOL:
		v.Bool = r.boolean()
	case NULL:
		if !r.boolean() {
			v.wrong = "One or more parameter values were invalid: Null attribute value types must have the value of true"
		}
	case M:
		v.Map = r.item()
	case L:
		v.List = []Value{}
		r.elements(func() { v.List = append(v.List, r.value()) })
	case SS, NS, BS:
		r.set(&v)
	default:
		r.skip()
		return Value{wrong: noType}
	}
	return v
}

func (r *reader) boolean() bool {
	switch {
	case r.word("true"):
		return true
	case !r.word("false"):
		r.fail("Unexpected value type in payload")
	}
	return false
}

// skip passes over a value of any JSON type.
func (r *reader) skip() {
	switch r.peek() {
	case '{':
		r.members(func(string) { r.skip() })
	case '[':
		r.elements(r.skip)
	case '"':
		r.text()
	default:
		for len(r.rest) > 0 && !strings.ContainsRune(",]} \t\r\n", rune(r.rest[0])) {
			r.rest = r.rest[1:]
		}
	}
}

func (r *reader) binary(v *Value) {
	raw, err := base64.StdEncoding.DecodeString(r.text())
	if err != nil {
		r.fail("Invalid Base64 data")
	}
	v.Text = string(raw)
}

func (r *reader) set(v *Value) {
	var texts []string
	var elements []Value
	r.elements(func() {
		element := Value{Kind: v.Element()}
		switch before := r.rest; v.Kind {
		case BS:
			r.binary(&element)
			texts = append(texts, strings.Trim(string(before[:len(before)-len(r.rest)]), "\" \n\t\r"))
		case NS:
			texts = append(texts, r.text())
			element.number(texts[len(texts)-1])
		default:
			element.Text = r.text()
			texts = append(texts, element.Text)
		}
		if element.wrong != "" && v.wrong == "" {
			v.wrong = element.wrong
		}
		elements = append(elements, element)
	})
	if v.wrong != "" || r.err != nil {
		return
	}
	v.List = Set(v.Kind, elements).List
	invalid := "One or more parameter values were invalid: "
	switch {
	case len(texts) == 0:
		names := map[Kind]string{SS: "An string set  may not be empty", NS: "An number set  may not be empty", BS: "Binary sets should not be empty"}
		v.wrong = invalid + names[v.Kind]
	case len(v.List) < len(texts):
		v.wrong = invalid + "Input collection [" + strings.Join(texts, ", ") + "]"
		if v.Kind == BS {
			v.wrong += "of type BS"
		}
		v.wrong += " contains duplicates."
	}
}

func (v *Value) number(text string) {
	number, err := ParseNumber(text)
	if err != nil {
		v.wrong = err.Error()
		return
	}
	v.Num = number
}
