package flow

import (
	"fmt"
	"sort"
	"strings"
)

// Error is one mistake in flows.yaml.
type Error struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Path   string `json:"path"`
	// Detail says what is wrong and what the value must be.
	Detail string `json:"detail"`
}

// Errors are all mistakes in a file, in the order of the file.
type Errors struct {
	// Name is the file's name.
	Name string
	List []Error
}

// Error returns a line for each mistake: file:line:column: path: detail.
func (e *Errors) Error() string {
	lines := make([]string, len(e.List))
	for i, m := range e.List {
		lines[i] = m.In(e.Name)
	}
	return strings.Join(lines, "\n")
}

// In writes the mistake as one line, with the name of the file it is in.
func (m Error) In(file string) string {
	if m.Path == "" {
		return fmt.Sprintf("%s:%d:%d: %s", file, m.Line, m.Column, m.Detail)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", file, m.Line, m.Column, m.Path, m.Detail)
}

func sortByPlace(list []Error) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
}
