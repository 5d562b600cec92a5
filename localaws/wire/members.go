package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// Unserved reports a member that this machine does not serve. A call with one is
// refused, since the member would have no effect.
type Unserved struct{ Member string }

func (u *Unserved) Error() string {
	return fmt.Sprintf("%s is not served on this machine", u.Member)
}

// Decode reads a call's JSON into the struct that in points to. A member that the
// struct does not have, spelled as its tag or field says, is an [*Unserved], at
// every depth.
func Decode(body []byte, in any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	if err := known(body, reflect.TypeOf(in).Elem(), ""); err != nil {
		return err
	}
	return json.Unmarshal(body, in)
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// known looks for members that t does not have. encoding/json would take them in
// any case of letters, and ignore the rest.
func known(raw []byte, t reflect.Type, at string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Implements(unmarshaler) || reflect.PointerTo(t).Implements(unmarshaler) {
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil {
			return nil // Unmarshal says what is wrong
		}
		types := map[string]reflect.Type{}
		fields(t, types)
		for _, name := range slices.Sorted(maps.Keys(members)) {
			inner, there := types[name]
			if !there {
				return &Unserved{at + name}
			}
			if err := known(members[name], inner, at+name+"."); err != nil {
				return err
			}
		}
	case reflect.Slice, reflect.Array:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil {
			return nil
		}
		for _, item := range items {
			if err := known(item, t.Elem(), at); err != nil {
				return err
			}
		}
	}
	return nil
}

func fields(t reflect.Type, types map[string]reflect.Type) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			fields(f.Type, types)
		case name == "-" || !f.IsExported():
		case name == "":
			types[f.Name] = f.Type
		default:
			types[name] = f.Type
		}
	}
}

// Malformed describes an error of [Decode] in words without this program's types.
func Malformed(err error) string {
	if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) {
		return fmt.Sprintf("%s must not be a JSON %s", wrong.Field, wrong.Value)
	}
	return "the body must be a JSON object: " + err.Error()
}

// Only returns an [*Unserved] for a member of a query call that is not one of the
// served. Members of lists (Tags.member.1.Key) go by the list's name.
func (c Call) Only(served ...string) error {
	allowed := map[string]bool{"Action": true, "Version": true}
	for _, name := range served {
		allowed[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(c.Form)) {
		if top, _, _ := strings.Cut(name, "."); !allowed[top] {
			return &Unserved{top}
		}
	}
	return nil
}

// OnlyQuery is [Call.Only] for the query string of a REST call.
func OnlyQuery(query url.Values, served ...string) error {
	return Call{Form: query}.Only(served...)
}
