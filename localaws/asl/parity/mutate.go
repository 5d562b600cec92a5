package parity

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
)

// wrong are the values that mutants have in the place of others.
var wrong = []any{nil, true, 1.0, -1.0, 1.5, "x", "", []any{}, map[string]any{}}

// Mutants returns each definition with one part left out, renamed, or of another kind.
// Definitions of the same shape are taken once.
func Mutants(cases []Case) ([]Definition, error) {
	var all []Definition
	seen := map[string]bool{}
	for _, c := range cases {
		var tree any
		if err := json.Unmarshal(c.Accepted(), &tree); err != nil {
			return nil, err
		}
		if key := text(made(tree)); seen[key] {
			continue
		} else {
			seen[key] = true
		}
		each(&tree, func() {
			if key := text(tree); !seen[key] {
				seen[key] = true
				all = append(all, Definition{Name: fmt.Sprint(c.Name, " #", len(all)), Definition: json.RawMessage(key)})
			}
		})
	}
	return all, nil
}

func text(v any) string {
	raw, _ := json.Marshal(v) // it came from JSON
	return string(raw)
}

// made is a value with the kinds of things alone.
func made(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			out[name] = made(inner)
		}
		return out
	case []any:
		out := []any{}
		for _, inner := range v {
			out = append(out, made(inner))
		}
		return out
	}
	return fmt.Sprintf("%T", v)
}

// each calls use with each change made in turn to what v points at.
func each(v *any, use func()) {
	switch was := (*v).(type) {
	case map[string]any:
		names := make([]string, 0, len(was))
		for name := range was {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			inner := was[name]
			delete(was, name)
			use()
			was[name+"X"] = inner
			use()
			delete(was, name+"X")
			set := func(to any) { was[name] = to; use() }
			kinds(set)
			each(&inner, func() { set(inner) })
			was[name] = inner
		}
	case []any:
		for i := range was {
			inner := was[i]
			*v = slices.Delete(slices.Clone(was), i, i+1)
			use()
			*v = was
			set := func(to any) { was[i] = to; use() }
			kinds(set)
			each(&inner, func() { set(inner) })
			was[i] = inner
		}
	}
}

func kinds(set func(any)) {
	for _, value := range wrong {
		set(value)
	}
}
