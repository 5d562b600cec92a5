package attr

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"unicode/utf8"
)

// UnmarshalJSON reads the wire's form of a value: an object whose one member
// names the kind. What is of the wrong JSON type is *Malformed; what only the
// service's rules refuse is kept for Check to tell, because the service says
// where it found it.
func (v *Value) UnmarshalJSON(data []byte) error {
	var members map[Kind]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return &Malformed{"Start of structure or map found where not expected"}
	}
	for kind, raw := range members {
		if bytes.Equal(raw, []byte("null")) {
			delete(members, kind)
		}
	}
	*v = Value{}
	if len(members) != 1 {
		v.wrong = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
		if len(members) > 1 {
			v.wrong = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
		}
		return nil
	}
	for kind, raw := range members {
		return v.read(kind, raw)
	}
	return nil
}

func (v *Value) read(kind Kind, raw json.RawMessage) error {
	v.Kind = kind
	switch kind {
	case S:
		return into(raw, &v.Text)
	case N:
		var text string
		if err := into(raw, &text); err != nil {
			return err
		}
		v.number(text)
		return nil
	case B:
		var text string
		if err := into(raw, &text); err != nil {
			return err
		}
		return v.binary(text)
	case BOOL:
		return into(raw, &v.Bool)
	case NULL:
		var is bool
		err := into(raw, &is)
		if err == nil && !is {
			v.wrong = "One or more parameter values were invalid: Null attribute value types must have the value of true"
		}
		return err
	case M:
		v.Map = Item{}
		return into(raw, &v.Map)
	case L:
		return into(raw, &v.List)
	case SS, NS, BS:
		return v.set(raw)
	}
	v.Kind, v.wrong = "", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
	return nil
}

func (v *Value) set(raw json.RawMessage) error {
	var texts []string
	if err := into(raw, &texts); err != nil {
		return err
	}
	elements := make([]Value, len(texts))
	for i, text := range texts {
		elements[i] = Value{Kind: v.Element(), Text: text}
		switch v.Kind {
		case NS:
			elements[i].number(text)
		case BS:
			if err := elements[i].binary(text); err != nil {
				return err
			}
		}
		if elements[i].wrong != "" {
			v.wrong = elements[i].wrong
			return nil
		}
	}
	set := Set(v.Kind, elements)
	switch {
	case len(texts) == 0:
		names := map[Kind]string{SS: "An string set  may not be empty", NS: "An number set  may not be empty", BS: "Binary sets should not be empty"}
		v.wrong = "One or more parameter values were invalid: " + names[v.Kind]
	case len(set.List) < len(texts):
		v.wrong = "One or more parameter values were invalid: Input collection " + listed(texts) + " contains duplicates."
		if v.Kind == BS {
			v.wrong = "One or more parameter values were invalid: Input collection " + listed(texts) + "of type BS contains duplicates."
		}
	}
	v.List = set.List
	return nil
}

func listed(texts []string) string {
	var b bytes.Buffer
	for i, text := range texts {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(text)
	}
	return "[" + b.String() + "]"
}

func (v *Value) number(text string) {
	number, err := ParseNumber(text)
	if err != nil {
		v.wrong = err.Error()
		return
	}
	v.Text, v.Num = "", number
}

func (v *Value) binary(text string) error {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return &Malformed{"Invalid Base64 data"}
	}
	v.Text = string(raw)
	return nil
}

func into(raw json.RawMessage, target any) error {
	if err := json.Unmarshal(raw, target); err != nil {
		if malformed, ok := err.(*Malformed); ok {
			return malformed
		}
		return &Malformed{"Unexpected value type in payload"}
	}
	return nil
}

// maxNesting is how deep an item may nest, itself included. (AWS, "Service
// quotas": attributes.)
const maxNesting = 32

// Check tells what the service's rules have against a value read from JSON.
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

// Check tells what the service's rules have against the item's values.
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
