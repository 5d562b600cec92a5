package flow

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// reader walks the YAML tree and collects every mistake with its place.
type reader struct {
	errs Errors
	// refused are of [File.Refused].
	refused []Error
	// places are nodes by path, for mistakes that are found later.
	places map[string]*yaml.Node
	// broken are the paths of fields, strategies and lists of targets with a mistake:
	// what they mean for others is not asked.
	broken map[string]bool
	// declared are the stages of the file.
	declared []string
	// functions are the places that name a function.
	functions []FunctionUse
	// permissionSets are the targets that name one.
	permissionSets []PermissionSetUse
	// destinations are the entries of notify lists.
	destinations []DestinationUse
	// glasses are the rules of emergencies of the flow that is being read.
	glasses []glassAt
	// groups are the places that name a group.
	groups []place
}

func newReader(name string) *reader {
	return &reader{errs: Errors{Name: name}, places: map[string]*yaml.Node{}, broken: map[string]bool{}}
}

// place is where a name stands.
type place struct {
	node *yaml.Node
	path string
	name string
}

// uses notes a place that names a function.
func (r *reader) uses(n *yaml.Node, path, name, flow string, strategy bool) {
	r.functions = append(r.functions, FunctionUse{Name: name, Flow: flow, Strategy: strategy, place: Error{Line: n.Line, Column: n.Column, Path: path}})
}

func (r *reader) fail(n *yaml.Node, path, format string, args ...any) {
	r.errs.List = append(r.errs.List, Error{Line: n.Line, Column: n.Column, Path: path, Detail: fmt.Sprintf(format, args...)})
}

// members reads a mapping: each of its keys is given to the function of that
// name; unknown and repeated keys are mistakes. It returns the nodes by key.
func (r *reader) members(n *yaml.Node, path string, known map[string]func(*yaml.Node, string)) map[string]*yaml.Node {
	n = resolve(n)
	seen := map[string]*yaml.Node{}
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "must be a mapping, got %s", describe(n))
		return seen
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		at := join(path, key.Value)
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fail(key, path, "a key must be a text, got %s", describe(key))
		case !ok:
			r.fail(key, at, "unknown key; known: %s", oneOf(known))
		case seen[key.Value] != nil:
			r.fail(key, at, "appears twice")
		default:
			seen[key.Value] = value
			read(resolve(value), at)
		}
	}
	return seen
}

// items calls read for each item of a sequence.
func (r *reader) items(n *yaml.Node, path string, read func(*yaml.Node, string)) {
	if n.Kind != yaml.SequenceNode {
		r.fail(n, path, "must be a list, got %s", describe(n))
		return
	}
	for i, item := range n.Content {
		read(resolve(item), fmt.Sprintf("%s[%d]", path, i))
	}
}

// text reads a string of one line.
func (r *reader) text(into *string, limit int) func(*yaml.Node, string) {
	return r.checked(into, limit, text.CheckLine)
}

// lines reads a string that may have line breaks.
func (r *reader) lines(into *string, limit int) func(*yaml.Node, string) {
	return r.checked(into, limit, text.CheckLines)
}

func (r *reader) checked(into *string, limit int, check func(string, int) error) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
			r.fail(n, path, "must be a string, got %s", describe(n))
			return
		}
		if len([]rune(n.Value)) > limit {
			r.fail(n, path, "must be at most %d characters", limit)
			return
		}
		if err := check(n.Value, limit); err != nil {
			r.refused = append(r.refused, Error{Line: n.Line, Column: n.Column, Path: path, Detail: err.Error()})
		}
		*into = n.Value
	}
}

func (r *reader) bool(into *bool) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || n.Decode(into) != nil {
			r.fail(n, path, "must be true or false, got %s", describe(n))
		}
	}
}

func (r *reader) int(into *int64, least, most int64) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		v, ok := decimal(n)
		if n.Tag == "!!float" { // such as 3.0, an integer to the schema
			v, ok = strictjson.WholeNumber([]byte(n.Value))
		}
		if n.Kind != yaml.ScalarNode || n.Tag != "!!int" && n.Tag != "!!float" || !ok {
			r.fail(n, path, "must be a whole number, got %s", describe(n))
			return
		}
		if v < least || v > most {
			r.fail(n, path, "must be %d to %d, got %d", least, most, v)
			return
		}
		*into = v
	}
}

// duration reads a duration of whole seconds between least and most.
func (r *reader) duration(into *int, least, most int) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
			r.fail(n, path, "must be a duration such as 30m or 4h, got %s", describe(n))
			return
		}
		if why := notHere(n.Value); why != "" {
			r.fail(n, path, "%s", why)
			return
		}
		seconds, err := ParseDuration(n.Value)
		if err != nil {
			r.fail(n, path, "%v", err)
			return
		}
		if seconds < least || seconds > most {
			r.fail(n, path, "must be %s to %s, got %s", FormatDuration(least), FormatDuration(most), n.Value)
			return
		}
		*into = seconds
	}
}

// principals reads a list of principals; admins says whether "admins" is one
// here.
func (r *reader) principals(into *[]string, admins bool) func(*yaml.Node, string) {
	check := checkPrincipal(admins)
	return func(n *yaml.Node, path string) {
		r.places[path] = n
		r.strings(into, check)(n, path)
		if len(n.Content) > maxPrincipals {
			r.fail(n, path, "must be at most %d, got %d", maxPrincipals, len(n.Content))
		}
		for i, item := range n.Content {
			r.namesGroup(resolve(item), fmt.Sprintf("%s[%d]", path, i))
		}
	}
}

// namesGroup notes a principal that is a group, for warnings.
func (r *reader) namesGroup(n *yaml.Node, path string) {
	if name, ok := strings.CutPrefix(n.Value, "group:"); ok {
		r.groups = append(r.groups, place{n, path, name})
	}
}

func (r *reader) strings(into *[]string, check func(string) error) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		*into = []string{}
		r.items(n, path, func(item *yaml.Node, at string) {
			var s string
			before := len(r.errs.List)
			r.checked(&s, 1000, func(string, int) error { return nil })(item, at) // check says more of a name
			if len(r.errs.List) > before {
				return
			}
			if err := check(s); err != nil {
				r.fail(item, at, "%v", err)
				return
			}
			*into = append(*into, s)
		})
	}
}

func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	return n
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func oneOf(known map[string]func(*yaml.Node, string)) string {
	return strings.Join(sortedKeys(known), ", ")
}

// describe names what stands at a node, for a sentence.
func describe(n *yaml.Node) string {
	switch resolve(n).Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!str":
		return fmt.Sprintf("the text %q", clip(n.Value))
	}
	return clip(n.Value)
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
