package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// parser walks a definition and collects every mistake.
type parser struct {
	mistakes Mistakes
	// names are all state names of the definition: the service wants them
	// different, also over branches.
	names map[string]bool
	// resources may be nil.
	resources Resources
	// kept says that the definition was accepted before: what only newer releases
	// refuse is no mistake.
	kept bool
	// foreign reports that a part is in another query language, whose other mistakes
	// can't be found.
	foreign bool
}

// newer says that an error is one that only newer releases find.
type newer struct{ error }

// passes reports whether a path or an intrinsic function can be used.
func (p *parser) passes(err error) bool {
	_, is := errors.AsType[newer](err)
	return err == nil || is && p.kept
}

func (p *parser) fail(at, format string, args ...any) {
	p.failAs("SCHEMA_VALIDATION_FAILED", at, format, args...)
}

func (p *parser) failAs(code, at, format string, args ...any) {
	if at == "" {
		at = "/"
	}
	p.mistakes = append(p.mistakes, Mistake{Location: at, Code: code, Message: fmt.Sprintf(format, args...)})
}

// notHere are the fields of the service that this machine does not implement:
// variables, JSONata, and the parts of a distributed Map that read and write
// elsewhere.
var notHere = map[string]bool{
	"Assign": true, "Arguments": true, "Output": true, "Items": true, "Condition": true,
	"ItemReader": true, "ItemBatcher": true, "ResultWriter": true, "ToleratedFailureCount": true, "ToleratedFailureCountPath": true,
	"ToleratedFailurePercentage": true, "ToleratedFailurePercentagePath": true,
}

// object checks that v is an object whose members are all known.
func (p *parser) object(v any, at string, known ...string) (object, bool) {
	m, ok := v.(map[string]any)
	if !ok {
		p.fail(at, "Value is not an object")
		return object{}, false
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		switch {
		case slices.Contains(known, name):
		case notHere[name]:
			p.fail(at+"/"+name, "Field is not implemented on this machine")
		default:
			p.fail(at+"/"+name, "Field is not supported")
		}
	}
	return object{p: p, members: m, at: at}, true
}

// object reads the members of one object.
type object struct {
	p       *parser
	members map[string]any
	at      string
}

func (o object) has(name string) bool { _, ok := o.members[name]; return ok }

func (o object) fail(name, format string, args ...any) {
	o.p.fail(o.at+"/"+name, format, args...)
}

func (o object) text(name string) string {
	v, there := o.members[name]
	if !there {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		o.fail(name, "Value is not a string")
	}
	return s
}

func (o object) textPointer(name string) *string {
	if !o.has(name) {
		return nil
	}
	s := o.text(name)
	return &s
}

// integer reads a whole number of at least least.
func (o object) integer(name string, least int64) int64 {
	v, there := o.members[name]
	if !there {
		return 0
	}
	n, ok := v.(json.Number)
	if !ok {
		o.fail(name, "Value is not an integer")
		return 0
	}
	i, err := n.Int64()
	if err != nil {
		o.fail(name, "Value is not an integer")
		return 0
	}
	if i < least || i > maxSeconds {
		o.fail(name, "Value must be between %d and %d", least, maxSeconds)
	}
	return i
}

// path reads a JSONPath; reference wants one that can be set or means one
// value.
func (o object) path(name string, reference bool) *path {
	if !o.has(name) {
		return nil
	}
	text := o.text(name)
	parsed, err := parsePath(text)
	if err != nil {
		o.fail(name, "Value is not a valid JSONPath: %v", err)
		return nil
	}
	if reference && !parsed.definite {
		o.fail(name, "Value is not a Reference Path")
		return nil
	}
	return parsed
}

// pathField reads InputPath, OutputPath or ResultPath, which may be null.
func (o object) pathField(name string, settable bool) pathField {
	v, there := o.members[name]
	if !there {
		return pathField{}
	}
	if v == nil {
		return pathField{null: true}
	}
	parsed := o.path(name, settable)
	if parsed != nil && settable && !parsed.reference() {
		o.fail(name, "Value is not a Reference Path")
	}
	return pathField{path: parsed}
}

// template reads a payload template; the members whose names end in .$ are
// paths or intrinsic functions.
func (o object) template(name string) *template {
	v, there := o.members[name]
	if !there {
		return nil
	}
	if _, ok := v.(map[string]any); !ok && (name == "ResultSelector" || v == nil || v == "") {
		o.fail(name, "Value is not an object")
	}
	return o.p.template(v, o.at+"/"+name)
}

func (p *parser) template(v any, at string) *template {
	switch v := v.(type) {
	case map[string]any:
		t := &template{object: map[string]*template{}, computed: map[string]*expression{}}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			inner := v[name]
			plainName, computed := strings.CutSuffix(name, ".$")
			if !computed {
				t.object[name] = p.template(inner, at+"/"+name)
				continue
			}
			text, ok := inner.(string)
			if !ok {
				p.fail(at+"/"+name, "The value for the field '%s' must be a valid JSONPath or a valid intrinsic function call", name)
				continue
			}
			e, err := parseExpression(text, name)
			if !p.passes(err) {
				p.fail(at+"/"+name, "The value for the field '%s' must be a valid JSONPath or a valid intrinsic function call: %v", name, err)
				continue
			}
			if _, twice := v[plainName]; twice {
				p.fail(at+"/"+name, "The field '%s' is there with and without .$", plainName)
			}
			t.computed[plainName] = e
		}
		return t
	case []any:
		t := &template{list: []*template{}}
		for i, inner := range v {
			t.list = append(t.list, p.template(inner, fmt.Sprintf("%s[%d]", at, i)))
		}
		return t
	}
	return &template{value: plain(v)}
}

// machine reads a state machine, a branch or an item processor.
func (p *parser) machine(v any, at string, top bool, more ...string) *Machine {
	known := append([]string{"Comment", "StartAt", "States", "QueryLanguage"}, more...)
	if top {
		known = append(known, "TimeoutSeconds", "Version")
	}
	o, ok := p.object(v, at, known...)
	if !ok {
		return nil
	}
	o.text("Comment")
	o.jsonPath()
	if version := o.text("Version"); version != "" && version != "1.0" {
		o.fail("Version", "Value must be 1.0")
	}
	m := &Machine{StartAt: o.text("StartAt"), States: map[string]*State{}, TimeoutSeconds: o.integer("TimeoutSeconds", 1)}
	states, ok := o.members["States"].(map[string]any)
	if !ok || len(states) == 0 {
		o.fail("States", "These required fields are missing: [States]")
		return m
	}
	if !o.has("StartAt") {
		o.fail("StartAt", "These required fields are missing: [StartAt]")
	} else if _, there := states[m.StartAt]; !there {
		p.failAs("MISSING_TRANSITION_TARGET", at+"/StartAt", "Missing 'Next' target: %s", m.StartAt)
	}
	names := slices.Sorted(maps.Keys(states))
	for _, name := range names {
		where := at + "/States/" + name
		if utf8.RuneCountInString(name) > 80 || name == "" {
			p.fail(where, "A state's name has 1 to 80 characters")
		}
		if p.names[name] {
			p.failAs("DUPLICATE_STATE_NAME", where, "Duplicate state name: %s", name)
		}
		p.names[name] = true
		m.States[name] = p.state(name, states[name], where)
	}
	p.transitions(m, names, at)
	return m
}

// jsonPath checks QueryLanguage, of which there is one here.
func (o object) jsonPath() {
	if language := o.text("QueryLanguage"); o.has("QueryLanguage") && language != "JSONPath" {
		o.fail("QueryLanguage", "%q is not implemented here; JSONPath is", language)
		o.p.foreign = true
	}
}

// transitions checks that every target exists, that every state is reached, and
// that there is one to end in.
func (p *parser) transitions(m *Machine, names []string, at string) {
	ends := func(name string) bool {
		s := m.States[name]
		return s.End || s.Type == "Succeed" || s.Type == "Fail"
	}
	if !slices.ContainsFunc(names, ends) {
		p.failAs("MISSING_END_STATE", at+"/States", "No state ends the machine")
	}
	reached := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		s := m.States[name]
		if s == nil || reached[name] {
			return
		}
		reached[name] = true
		for _, target := range s.targets() {
			if m.States[target] == nil {
				p.failAs("MISSING_TRANSITION_TARGET", at+"/States/"+name, "Missing 'Next' target: %s", target)
				continue
			}
			visit(target)
		}
	}
	visit(m.StartAt)
	if m.States[m.StartAt] == nil {
		return
	}
	for _, name := range names {
		if !reached[name] {
			p.failAs("UNREACHABLE_STATE", at+"/States/"+name, "State \"%s\" is not reachable", name)
		}
	}
}

func (s *State) targets() []string {
	var out []string
	if s.Next != "" {
		out = append(out, s.Next)
	}
	if s.Default != "" {
		out = append(out, s.Default)
	}
	for _, c := range s.Choices {
		out = append(out, c.next)
	}
	for _, c := range s.Catch {
		out = append(out, c.Next)
	}
	return out
}
