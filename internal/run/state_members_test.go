package run

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every member that a run can have, by its type, is under the digest of its state
// or in the list of what is not. A member that somebody adds so has to change with
// an entry, or to be put into the list and into docs/audit.md.
func TestEachMemberIsUnderTheDigest(t *testing.T) {
	r := &Run{}
	fill(reflect.ValueOf(r).Elem(), 0)
	r.History, r.Engine = nil, Engine{}
	want, err := r.stateDigest()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	leaves := 0
	walk("", tree, func(path string) {
		leaves++
		raw, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		edited := &Run{}
		if err := json.Unmarshal(raw, edited); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		got, err := edited.stateDigest()
		if err != nil {
			t.Fatal(err)
		}
		if got == want != listed(path) {
			t.Errorf("%s: under the digest is %v, listed as not is %v", path, got != want, listed(path))
		}
	})
	if leaves < 80 {
		t.Errorf("only %d members were looked at", leaves)
	}
}

// listed reports whether a member, or one that it is in, is in the list.
func listed(path string) bool {
	parts := strings.SplitN(path, ".", 3)
	if slices.Contains(unsealed[""], parts[0]) {
		return true
	}
	return len(parts) > 1 && slices.Contains(unsealed[parts[0]], strings.SplitN(parts[1], "[", 2)[0])
}

// fill sets every member.
func fill(v reflect.Value, depth int) {
	if depth > 8 || !v.CanSet() {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)))
		return
	case json.RawMessage:
		v.Set(reflect.ValueOf(json.RawMessage(`{"x":"y"}`)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("s")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	case reflect.Map:
		item := reflect.New(v.Type().Elem()).Elem()
		fill(item, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("k").Convert(v.Type().Key()), item)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), depth+1)
		}
	}
}

// walk calls f with each leaf of a tree edited, by its path.
func walk(path string, in any, f func(path string)) {
	at := func(key string, value any, set func(any)) {
		var edited any
		switch v := value.(type) {
		case map[string]any, []any:
			walk(key, v, f)
			return
		case string:
			if edited = v + "x"; strings.HasPrefix(v, "2026-") {
				edited = "2026-11-23T13:13:13Z"
			}
		case float64:
			edited = v + 1
		case bool:
			edited = !v
		default:
			return
		}
		set(edited)
		f(key)
		set(value)
	}
	switch in := in.(type) {
	case map[string]any:
		for name, value := range in {
			at(strings.TrimPrefix(path+"."+name, "."), value, func(v any) { in[name] = v })
		}
	case []any:
		for i, value := range in {
			at(fmt.Sprintf("%s[%d]", path, i), value, func(v any) { in[i] = v })
		}
	}
}
