package expr

import (
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// maxDepth is how deep a document path may lead. (AWS, "Service quotas".)
const maxDepth = 32

// Step is one step into a document: to a map's attribute or a list's element.
type Step struct {
	Name    string
	Index   int
	IsIndex bool
}

// Path leads from an item to a value within it. Its first step is a name.
type Path []Step

// String writes the path as the service does in its messages: [a, b, [0]].
func (p Path) String() string {
	steps := make([]string, len(p))
	for i, step := range p {
		steps[i] = step.Name
		if step.IsIndex {
			steps[i] = "[" + strconv.Itoa(step.Index) + "]"
		}
	}
	return "[" + strings.Join(steps, ", ") + "]"
}

// Get returns the value at the path. ok is false if it is absent.
func (p Path) Get(item attr.Item) (value attr.Value, ok bool) {
	value = attr.Value{Kind: attr.M, Map: item}
	for _, step := range p {
		if value, ok = step.from(value); !ok {
			return attr.Value{}, false
		}
	}
	return value, true
}

func (s Step) from(value attr.Value) (attr.Value, bool) {
	if s.IsIndex {
		if value.Kind != attr.L || s.Index >= len(value.List) {
			return attr.Value{}, false
		}
		return value.List[s.Index], true
	}
	if value.Kind != attr.M {
		return attr.Value{}, false
	}
	inner, ok := value.Map[s.Name]
	return inner, ok
}

// checkApart complains when two of the paths can't stand in one expression:
// one leads through the other (overlap), or they take one value for a map and
// a list (conflict).
func (p *parser) checkApart(paths []Path) {
	for i, one := range paths {
		for _, two := range paths[i+1:] {
			shared := 0
			for shared < len(one) && shared < len(two) && one[shared] == two[shared] {
				shared++
			}
			switch {
			case shared == len(one) || shared == len(two):
				p.failf("Two document paths overlap with each other; must remove or rewrite one of these paths; path one: %s, path two: %s", one, two)
			case one[shared].IsIndex != two[shared].IsIndex:
				p.failf("Two document paths conflict with each other; must remove or rewrite one of these paths; path one: %s, path two: %s", one, two)
			}
		}
	}
}
