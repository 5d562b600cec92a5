// Package folder reads a team's folder: its flows.yaml and its template.yaml, which has
// the team's own resources and no others. Package merge joins that template with the
// engine's, package pack builds the functions in it.
package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"
)

// The files of a team's folder.
const (
	FlowsFile    = "flows.yaml"
	TemplateFile = "template.yaml"
	// Made is the folder of what `fasttrack build` makes, in the team's folder. It is not
	// committed.
	Made = ".fasttrack"
)

// HooksFunction is the logical id of the team's hook function.
const HooksFunction = "HooksFunction"

// Folder is a team's folder.
type Folder struct {
	// Dir is its path.
	Dir string
	// Template is the content of template.yaml, and Root its mapping.
	Template []byte
	Root     *yaml.Node
	// Functions are the functions of the template that have their code in the folder, in
	// the order of the template. The first error of their properties is [Open]'s.
	Functions []Function
}

// Open reads a team's folder. A mistake is an error that begins with FILE:LINE.
func Open(dir string) (*Folder, error) {
	f := &Folder{Dir: dir}
	var err error
	if f.Template, err = os.ReadFile(f.Path(TemplateFile)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s has no %s; `fasttrack init DIR` makes a folder that has one", dir, TemplateFile)
		}
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Load(f.Template, &doc); err != nil {
		if at, is := errors.AsType[*yaml.LoadError](err); is && at.Mark.Line > 0 {
			return nil, fmt.Errorf("%s:%d:%d: must be YAML: %s", TemplateFile, at.Mark.Line, max(at.Mark.Column, 1), at.Message)
		}
		return nil, fmt.Errorf("%s:1: must be a mapping with Resources", TemplateFile) // it has no document
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:1: must be a mapping with Resources", TemplateFile)
	}
	f.Root = doc.Content[0]
	f.Functions, err = functions(f.Root)
	return f, err
}

// Is reports whether dir is a team's folder: its template has no API of its own, which
// the engine's has. One that can't be read is taken for a team's: [Open] says why.
func Is(dir string) bool {
	f, err := Open(dir)
	if f == nil {
		_, missing := os.Stat(filepath.Join(dir, TemplateFile))
		return missing == nil
	}
	return err != nil || Member(f.Root, "Resources", "RequestFunction") == nil
}

// Path returns the path of a file in the folder, by its slash-separated name.
func (f *Folder) Path(name string) string { return filepath.Join(f.Dir, filepath.FromSlash(name)) }

// Member returns the value of a key of a mapping, of a key of that, and so on; nil where a
// key is missing, or n is no mapping.
func Member(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		at := Index(n, key)
		if at < 0 {
			return nil
		}
		n = n.Content[at+1]
	}
	return n
}

// Index returns the place of a key in a mapping's Content, or -1.
func Index(n *yaml.Node, key string) int {
	if n == nil || n.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// MakeDir makes the folder [Made], or a folder in it, and has git ignore all that is in
// it.
func (f *Folder) MakeDir(name ...string) (string, error) {
	made := f.Path(Made)
	dir := filepath.Join(append([]string{made}, name...)...)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("make %s: %w", Made, err)
	}
	ignore := filepath.Join(made, ".gitignore")
	if _, err := os.Stat(ignore); err == nil {
		return dir, nil
	}
	if err := os.WriteFile(ignore, []byte("*\n"), 0o600); err != nil {
		return "", fmt.Errorf("make %s: %w", Made, err)
	}
	return dir, nil
}
