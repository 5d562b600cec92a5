package strictjson

import (
	"encoding/json"
	"reflect"
	"strings"
)

// members are the members of an object that a type is read from: those of a
// struct by name, or any of one type.
type members struct {
	named map[string]reflect.Type
	any   reflect.Type
}

func membersOf(t reflect.Type) members {
	t = readAs(t)
	switch {
	case t == nil:
		return members{}
	case t.Kind() == reflect.Map:
		return members{any: t.Elem()}
	case t.Kind() == reflect.Struct:
		named := map[string]reflect.Type{}
		addMembers(named, t)
		return members{named: named}
	}
	return members{} // of another kind: for encoding/json to refuse
}

// addMembers adds the members of a struct, as encoding/json names them.
func addMembers(named map[string]reflect.Type, t reflect.Type) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		inner := readAs(field.Type)
		switch {
		case field.Tag.Get("json") == "-" || !field.IsExported() && !field.Anonymous:
		case field.Anonymous && name == "" && inner != nil && inner.Kind() == reflect.Struct:
			addMembers(named, inner)
		case name == "":
			named[field.Name] = field.Type
		default:
			named[name] = field.Type
		}
	}
}

// refuse says why there can't be a member of that name, "" if there can. With
// more, only what encoding/json would take for another is refused.
func (m members) refuse(name string, more bool) string {
	if m.named == nil {
		return ""
	}
	if _, ok := m.named[name]; ok {
		return ""
	}
	for exact := range m.named {
		if strings.EqualFold(exact, name) {
			return "unknown member; did you mean " + exact + "?"
		}
	}
	if more {
		return ""
	}
	return "unknown member"
}

// of returns what a member is read into, nil for anything.
func (m members) of(name string) reflect.Type {
	if m.named == nil {
		return m.any
	}
	return m.named[name]
}

// itemOf returns what the items of a list are read into, nil for anything.
func itemOf(t reflect.Type) reflect.Type {
	if t = readAs(t); t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
		return t.Elem()
	}
	return nil
}

// readAs returns what a pointer points to; nil for what reads its JSON itself, such
// as [json.RawMessage] and time.Time. A struct whose members have names in JSON is read by those.
func readAs(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() == reflect.Interface || !tagged(t) && reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	return t
}

// tagged reports whether a type is a struct that names its members: it has those,
// even if it reads its JSON itself.
func tagged(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.NumField() > 0 && t.Field(0).Tag.Get("json") != ""
}
