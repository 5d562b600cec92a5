package flow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"
)

// maxFile bounds a flows.yaml, in bytes.
const maxFile = 1 << 20

// maxDurationSeconds is the longest access, 300 days: a Step Functions
// execution may last a year.
const maxDurationSeconds = 300 * 24 * 3600

// maxReviewSeconds is the longest review, 30 days.
const maxReviewSeconds = 30 * 24 * 3600

// Load reads and checks the file at path. The error is *[Errors] where the file
// could be read.
func Load(path string) (*File, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read flows: %w", err)
	}
	return Parse(path, raw)
}

// Beside is the path of the flows.yaml that is shipped beside a function's binary
// (in LAMBDA_TASK_ROOT).
func Beside(getenv func(string) string) string {
	path := filepath.Join(getenv("LAMBDA_TASK_ROOT"), "flows.yaml")
	if _, err := os.Stat(path); err != nil {
		return "flows.yaml"
	}
	return path
}

// Parse checks a flows.yaml; name is what mistakes are reported under. The
// error is *[Errors] and holds every mistake.
func Parse(name string, raw []byte) (*File, error) {
	r := newReader(name)
	file := &File{Name: name}
	root, ok := r.root(raw)
	if !ok {
		return nil, &r.errs
	}
	r.declared = declaredStages(root)
	seen := r.members(root, "", map[string]func(*yaml.Node, string){
		"flows":  func(n *yaml.Node, path string) { r.flows(n, path, file) },
		"admins": r.principals(&file.Admins, false),
		"stages": func(n *yaml.Node, path string) { r.stages(n, path, file) },
		"directory": func(n *yaml.Node, path string) {
			before := len(r.errs.List)
			r.directory(n, path, &file.Directory)
			r.broken[path] = len(r.errs.List) > before
		},
	})
	if root.Kind == yaml.MappingNode && seen["flows"] == nil {
		r.fail(root, "flows", "missing; must be a list of flows")
	}
	file.Directory.unify(file)
	r.together(file)
	if len(r.errs.List) > 0 {
		sortByPlace(r.errs.List)
		return nil, &r.errs
	}
	sortByPlace(file.Warnings)
	file.Refused, file.Destinations = r.refused, r.destinations
	sortByPlace(file.Refused)
	file.Functions, file.PermissionSets = r.functions, r.permissionSets
	return file, nil
}

// root returns the value of a file; false if it can't be read.
func (r *reader) root(raw []byte) (*yaml.Node, bool) {
	if len(raw) > maxFile {
		r.errs.List = []Error{{Line: 1, Column: 1, Detail: fmt.Sprintf("must be at most %d bytes, got %d", maxFile, len(raw))}}
		return nil, false
	}
	doc, mistake := document(raw)
	if mistake != nil {
		r.errs.List = []Error{*mistake}
		return nil, false
	}
	root := doc.Content[0]
	if loops(root, map[*yaml.Node]bool{}, map[*yaml.Node]bool{}) {
		r.fail(root, "", "an alias that holds itself was not expected")
		return nil, false
	}
	if size(root, 0) > maxNodes {
		r.fail(root, "", "must be at most %d values, aliases counted each time", maxNodes)
		return nil, false
	}
	return root, true
}

// document reads the one YAML document that a file may hold.
func document(raw []byte) (*yaml.Node, *Error) {
	empty := &Error{Line: 1, Column: 1, Detail: "must be a mapping with flows; the file is empty"}
	loader, err := yaml.NewLoader(bytes.NewReader(raw))
	if err != nil {
		return nil, syntaxError(err)
	}
	var doc, more yaml.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		return nil, empty
	case err != nil:
		return nil, syntaxError(err)
	case len(doc.Content) == 0:
		return nil, empty
	}
	switch err := loader.Load(&more); {
	case errors.Is(err, io.EOF):
		return &doc, nil
	case err != nil:
		return nil, syntaxError(err)
	}
	return nil, &Error{Line: more.Line, Column: more.Column, Detail: "more than one document; remove the line ---"}
}

func (r *reader) flows(n *yaml.Node, path string, file *File) {
	names := map[string]bool{}
	r.items(n, path, func(item *yaml.Node, at string) {
		f, nameNode := r.flow(item, at)
		if nameNode != nil && f.Name != "" {
			if names[f.Name] {
				r.fail(nameNode, join(at, "name"), "there are two flows named %q", f.Name)
			}
			names[f.Name] = true
		}
		file.Flows = append(file.Flows, f)
	})
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.fail(n, path, "must have at least one flow")
	}
}

// maxNodes bounds the values of a file with its aliases followed.
const maxNodes = 50000

func size(n *yaml.Node, so int) int {
	so++
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for _, c := range n.Content {
		if so > maxNodes {
			return so
		}
		so = size(c, so)
	}
	return so
}

// loops reports whether an alias leads back into the node that holds it. done are nodes
// known not to: each is visited once, however many aliases name it.
func loops(n *yaml.Node, above, done map[*yaml.Node]bool) bool {
	n = resolve(n)
	if above[n] {
		return true
	}
	if done[n] || len(n.Content) == 0 {
		return false
	}
	above[n] = true
	for _, c := range n.Content {
		if loops(c, above, done) {
			return true
		}
	}
	delete(above, n)
	done[n] = true
	return false
}

// syntaxError returns an error of the YAML reader with its place.
func syntaxError(err error) *Error {
	var at *yaml.LoadError
	if errors.As(err, &at) {
		return &Error{Line: max(at.Mark.Line, 1), Column: max(at.Mark.Column, 1), Detail: "must be YAML: " + at.Message}
	}
	return &Error{Line: 1, Column: 1, Detail: "must be YAML: " + err.Error()}
}
