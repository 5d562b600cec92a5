package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const output = "sdk/node/lib/contract.d.ts"

// schema is the part of JSON Schema that the contract uses.
type schema struct {
	Title                string            `json:"title"`
	Description          string            `json:"description"`
	Ref                  string            `json:"$ref"`
	Type                 json.RawMessage   `json:"type"` // a name or a list of names
	Const                json.RawMessage   `json:"const"`
	Enum                 []json.RawMessage `json:"enum"`
	AnyOf                []schema          `json:"anyOf"`
	OneOf                []schema          `json:"oneOf"`
	Required             []string          `json:"required"`
	Properties           map[string]schema `json:"properties"`
	AdditionalProperties *schema           `json:"additionalProperties"`
	Items                *schema           `json:"items"`
	Then                 *schema           `json:"then"`
	Else                 *schema           `json:"else"`
	Defs                 map[string]schema `json:"$defs"`

	never bool // the schema is false
}

// UnmarshalJSON reads a schema, which may be true or false.
func (s *schema) UnmarshalJSON(raw []byte) error {
	switch string(bytes.TrimSpace(raw)) {
	case "true":
		return nil
	case "false":
		s.never = true
		return nil
	}
	type plain schema
	return json.Unmarshal(raw, (*plain)(s))
}

// generate returns the types of both documents of the contract.
func generate(dir string) (string, error) {
	var b strings.Builder
	b.WriteString("// Generated from schema/hook-asked.v1.json and schema/hook-answer.v1.json by\n// `go run ./tools/contracttypes`. DO NOT EDIT.\n")
	for _, file := range []struct{ name, prefix, root string }{
		{"hook-asked.v1.json", "Asked", "HookInvocation"}, {"hook-answer.v1.json", "Answer", "HookResponse"},
	} {
		raw, err := os.ReadFile(filepath.Join(dir, file.name))
		if err != nil {
			return "", err
		}
		var s schema
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", fmt.Errorf("%s: %w", file.name, err)
		}
		w := writer{prefix: file.prefix, out: &b}
		w.document(file.root, s)
	}
	return b.String(), nil
}

// writer writes the types of one document. The names of its definitions begin with
// prefix.
type writer struct {
	prefix string
	out    *strings.Builder
}

func (w writer) document(name string, s schema) {
	for _, def := range sorted(s.Defs) {
		if s.Then != nil && slices.Contains([]string{s.Then.Ref, s.Else.Ref}, refTo(def)) { // which share the document's members
			d := s.Defs[def]
			d.Required = append(d.Required, s.Required...)
			s.Defs[def] = d
		}
		fmt.Fprintf(w.out, "\n%sexport type %s = %s;\n", comment("", s.Defs[def].Description), w.name(def), w.of(s.Defs[def], ""))
	}
	whole := w.of(s, "")
	if s.Then != nil { // by the hook, of which prefetch is special
		whole = fmt.Sprintf("%s & (({ hook: \"prefetch\" } & %s) | ({ hook: Exclude<%s, \"prefetch\"> } & %s))", whole, w.of(*s.Then, ""), w.name("hook"), w.of(*s.Else, ""))
	}
	if _, ok := s.Defs["prefetch"]; ok && s.Then == nil {
		whole += " | " + w.name("prefetch")
	}
	fmt.Fprintf(w.out, "\n%sexport type %s = %s;\n", comment("", s.Title+". "+s.Description), name, whole)
}

func refTo(def string) string { return "#/$defs/" + def }

// name returns the type of a definition: AskedRecent for "recent".
func (w writer) name(def string) string {
	var b strings.Builder
	b.WriteString(w.prefix)
	for word := range strings.SplitSeq(def, "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// of returns the type of a schema.
func (w writer) of(s schema, indent string) string {
	switch {
	case s.never:
		return "never"
	case s.Ref != "":
		name := w.name(s.Ref[strings.LastIndex(s.Ref, "/")+1:])
		if len(s.Properties) == 0 {
			return name
		}
		// A member is of the narrower type of both.
		return fmt.Sprintf("Omit<%s, %s> & %s", name, literals(sorted(s.Properties)), w.object(s, indent))
	case s.Const != nil:
		return string(s.Const)
	case len(s.Enum) > 0:
		return union(s.Enum, func(v json.RawMessage) string { return string(v) })
	case len(s.Properties) > 0:
		return w.object(s, indent)
	case len(s.AnyOf)+len(s.OneOf) > 0:
		return union(slices.Concat(s.AnyOf, s.OneOf), func(s schema) string { return w.of(s, indent) })
	case s.Type == nil:
		return "unknown"
	}
	var types []string
	if json.Unmarshal(s.Type, &types) != nil {
		types = []string{strings.Trim(string(s.Type), `"`)}
	}
	return union(types, func(name string) string { return w.plain(name, s, indent) })
}

// plain returns the type of a schema of one JSON type.
func (w writer) plain(name string, s schema, indent string) string {
	switch name {
	case "integer":
		return "number"
	case "array":
		item := w.of(*s.Items, indent)
		if strings.ContainsAny(item, "|&") {
			item = "(" + item + ")"
		}
		return item + "[]"
	case "object":
		value := "unknown"
		if s.AdditionalProperties != nil {
			value = w.of(*s.AdditionalProperties, indent)
		}
		return "{ [name: string]: " + value + " }"
	}
	return name // "string", "boolean", "null"
}

func (w writer) object(s schema, indent string) string {
	inner := indent + "  "
	var b strings.Builder
	b.WriteString("{\n")
	for _, name := range sorted(s.Properties) {
		member := s.Properties[name]
		mark := "?"
		if slices.Contains(s.Required, name) {
			mark = ""
		}
		fmt.Fprintf(&b, "%s%s%s%s: %s;\n", comment(inner, member.Description), inner, name, mark, w.of(member, inner))
	}
	return b.String() + indent + "}"
}

func union[T any](of []T, text func(T) string) string {
	var parts []string
	for _, one := range of {
		if t := text(one); !slices.Contains(parts, t) {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, " | ")
}

func literals(names []string) string {
	return union(names, func(name string) string { return `"` + name + `"` })
}

func comment(indent, text string) string {
	if text == "" {
		return ""
	}
	return indent + "/** " + text + " */\n"
}

func sorted(of map[string]schema) []string {
	var names []string
	for name := range of {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
