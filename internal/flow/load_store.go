package flow

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// maxStoreName is the length of a name, in characters.
const maxStoreName = 63

// store reads which values the hooks of a flow keep.
func (r *reader) store(n *yaml.Node, path string, f *Flow) {
	s := &run.StoreRule{}
	r.members(n, path, map[string]func(*yaml.Node, string){
		"person": r.storeNames(&s.Person),
		"flow":   r.storeNames(&s.Flow),
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		r.fail(n, path, "must have person or flow")
	}
	f.Store = s
}

// storeNames reads a list of names.
func (r *reader) storeNames(into *[]string) func(*yaml.Node, string) {
	return func(n *yaml.Node, path string) {
		var seen []string
		r.strings(into, func(name string) error {
			switch {
			case !isStoreName(name):
				return fmt.Errorf("must be a name of at most %d lower-case letters, digits and underscores, or a name and /*, got %q", maxStoreName, clip(name))
			case slices.Contains(seen, name):
				return fmt.Errorf("%q appears twice", name)
			}
			seen = append(seen, name)
			return nil
		})(n, path)
		switch {
		case n.Kind != yaml.SequenceNode:
		case len(n.Content) == 0:
			r.fail(n, path, "must name at least one value; leave it out to keep none")
		case len(n.Content) > run.MaxStored:
			r.fail(n, path, "must be at most %d, got %d", run.MaxStored, len(n.Content))
		}
	}
}

func isStoreName(name string) bool {
	name = strings.TrimSuffix(name, "/*")
	return name != "" && len(name) <= maxStoreName && name[0] >= 'a' && name[0] <= 'z' &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
