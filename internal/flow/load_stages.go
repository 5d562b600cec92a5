package flow

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"

	"go.yaml.in/yaml/v4"
)

// maxStages bounds the stages of a file.
const maxStages = 20

var stageName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
})

// stages reads the stages that the file declares.
func (r *reader) stages(n *yaml.Node, path string, file *File) {
	r.items(n, path, func(item *yaml.Node, at string) {
		before := len(r.errs.List)
		stage := ""
		r.text(&stage, 32)(item, at)
		switch {
		case len(r.errs.List) > before:
		case !stageName().MatchString(stage):
			r.fail(item, at, "must be up to 32 lower-case letters, digits and hyphens, got %q", clip(stage))
		case slices.Contains(file.Stages, stage):
			r.fail(item, at, "appears twice")
		default:
			file.Stages = append(file.Stages, stage)
		}
	})
	if n.Kind == yaml.SequenceNode && (len(n.Content) == 0 || len(n.Content) > maxStages) {
		r.fail(n, path, "must be 1 to %d stages, got %d", maxStages, len(n.Content))
	}
}

// declaredStages returns the stages that a file declares, whatever else is wrong with
// them: flows may come first in the file.
func declaredStages(root *yaml.Node) (stages []string) {
	list := child(root, "stages")
	if list == nil {
		return nil
	}
	for _, item := range list.Content {
		stages = append(stages, resolve(item).Value)
	}
	return stages
}

// flowStages reads the values that a flow has in some stages.
func (r *reader) flowStages(n *yaml.Node, path string, f *Flow) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "must be a mapping of stages, got %s", describe(n))
		return
	}
	known := map[string]func(*yaml.Node, string){}
	for _, stage := range r.declared {
		known[stage] = func(n *yaml.Node, at string) {
			seen := r.members(n, at, map[string]func(*yaml.Node, string){
				"vars": func(n *yaml.Node, at string) {
					var vars map[string]any
					r.settings(n, at, &vars)
					r.places[at] = n
					if f.StageVars == nil {
						f.StageVars = map[string]map[string]any{}
					}
					f.StageVars[stage] = vars
				},
			})
			if n.Kind == yaml.MappingNode && seen["vars"] == nil {
				r.fail(n, join(at, "vars"), "it is missing")
			}
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := resolve(n.Content[i]); key.Kind == yaml.ScalarNode && known[key.Value] == nil {
			r.fail(key, join(path, clip(key.Value)), "unknown stage; the stages of this file are %s", orNone(r.declared))
			known[key.Value] = func(*yaml.Node, string) {}
		}
	}
	r.members(n, path, known)
}

func orNone(stages []string) string {
	if len(stages) == 0 {
		return "none: declare them in stages, beside flows"
	}
	return enumerate(stages, "and")
}

// stagedVars checks that a flow has the same vars in each stage, and values of one kind:
// a misspelt name, or one that a stage lacks, would fail hooks in that stage alone.
func (r *reader) stagedVars(path string, f *Flow) {
	if r.errorsIn(path) {
		return
	}
	for _, stage := range slices.Sorted(maps.Keys(f.StageVars)) {
		at := path + ".stages." + stage + ".vars"
		node := r.places[at]
		for _, name := range slices.Sorted(maps.Keys(f.StageVars[stage])) {
			value := child(node, name)
			_, everywhere := f.Vars[name]
			if lacks := slices.DeleteFunc(slices.Clone(r.declared), func(s string) bool { _, has := f.StageVars[s][name]; return has }); !everywhere && len(lacks) > 0 {
				r.fail(value, join(at, clip(name)), "unknown var %q: vars does not have it, and neither does stage %s", clip(name), enumerate(lacks, "and"))
				continue
			}
			other, where := f.kindBefore(stage, name)
			if kind := kindOf(f.StageVars[stage][name]); other != "" && kind != "" && kind != other {
				r.fail(value, join(at, clip(name)), "must be %s, as in %s; got %s", other, where, describe(value))
			}
		}
		if size := len(jsonOf(f.varsAt(stage))); size > maxSettings {
			r.fail(node, at, "must be at most %d bytes together with vars, got %d", maxSettings, size)
		}
	}
}

// kindBefore returns the kind of a var's value, and where it has that: in vars, or in the
// first other stage by name.
func (f *Flow) kindBefore(stage, name string) (kind, where string) {
	if kind := kindOf(f.Vars[name]); kind != "" {
		return kind, "vars"
	}
	for _, other := range slices.Sorted(maps.Keys(f.StageVars)) {
		if other >= stage {
			break
		}
		if kind := kindOf(f.StageVars[other][name]); kind != "" {
			return kind, fmt.Sprintf("stage %s", other)
		}
	}
	return "", ""
}

// kindOf names the kind of a value, "" for null.
func kindOf(value any) string {
	switch value.(type) {
	case string:
		return "a text"
	case bool:
		return "true or false"
	case float64:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "a mapping"
	}
	return ""
}
