package watch

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// scan returns the state of each unit that is served as a whole: the file of flows, the
// template, and each function by its logical id. A state is the names, sizes and times of
// the files.
func (s *Served) scan() map[string]string {
	states := map[string]*strings.Builder{}
	add := func(unit, name string, info fs.FileInfo) {
		if states[unit] == nil {
			states[unit] = &strings.Builder{}
		}
		fmt.Fprintf(states[unit], "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
	}
	flows := s.flowsFile
	if !filepath.IsAbs(flows) {
		flows = s.folder.Path(flows)
	}
	for unit, name := range map[string]string{unitFlows: flows, unitTemplate: s.folder.Path(folder.TemplateFile)} {
		if info, err := os.Stat(name); err == nil {
			add(unit, name, info)
		}
	}
	walked := map[string]bool{}
	for _, fn := range s.functions {
		from := fn.Code
		if fn.Language == folder.Go {
			from = "." // packages of the module, which the function may import
		}
		if walked[from] {
			continue
		}
		walked[from] = true
		s.walk(from, func(name string, info fs.FileInfo) {
			for _, fn := range s.functions {
				if fn.reads(name) {
					add(fn.LogicalID, name, info)
				}
			}
		})
	}
	list := map[string]string{}
	for unit, state := range states {
		list[unit] = state.String()
	}
	return list
}

// The units beside the functions.
const (
	unitFlows    = folder.FlowsFile
	unitTemplate = folder.TemplateFile
)

// walk visits the files below a folder of the team's that a person may write. Paths are
// those in the team's folder.
func (s *Served) walk(from string, visit func(name string, info fs.FileInfo)) {
	_ = filepath.WalkDir(s.folder.Path(from), func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // a file that has gone is another state
		}
		name := d.Name()
		if d.IsDir() {
			if at != s.folder.Path(from) && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "__pycache__" || name == "venv") {
				return fs.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		rel, relErr := filepath.Rel(s.folder.Path("."), at)
		if err == nil && relErr == nil && !strings.HasPrefix(name, ".") {
			visit(filepath.ToSlash(rel), info)
		}
		return nil
	})
}

// reads reports whether a file is one that the function is made of.
func (fn *function) reads(name string) bool {
	if fn.Code == "." || strings.HasPrefix(name, fn.Code+"/") {
		return !strings.HasSuffix(name, "_test.go")
	}
	if fn.Language != folder.Go {
		return false
	}
	base := path.Base(name)
	return strings.HasSuffix(base, ".go") && !strings.HasSuffix(base, "_test.go") || base == "go.mod" || base == "go.sum" || base == "go.work"
}
