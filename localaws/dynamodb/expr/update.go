package expr

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// Update is a parsed UpdateExpression.
type Update struct{ actions []action }

// action is one thing to do at one path: SET, REMOVE, ADD or DELETE.
type action struct {
	verb  string
	path  Path
	value setValue   // SET
	by    attr.Value // ADD, DELETE
}

// The ways in which an update can fail on an item, in the service's words.
var (
	errNoAttribute = &Invalid{"The provided expression refers to an attribute that does not exist in the item"}
	errWrongType   = &Invalid{"An operand in the update expression has an incorrect data type"}
	errNoPath      = &Invalid{"The document path provided in the update expression is invalid for update"}
)

// Paths returns where the update writes.
func (u Update) Paths() []Path {
	paths := make([]Path, len(u.actions))
	for i, action := range u.actions {
		paths[i] = action.path
	}
	return paths
}

// Touched returns the parts of an item that the update writes, as they are in
// the given item: what the service returns for UPDATED_OLD and UPDATED_NEW.
func (u Update) Touched(item attr.Item) attr.Item { return choose(item, u.Paths()) }

// Apply returns the item after the update; the given one isn't changed. All
// values are those from before the update, whatever the order of the actions.
// The error is an *Invalid or an *attr.Invalid.
func (u Update) Apply(item attr.Item) (attr.Item, error) {
	root := attr.Value{Kind: attr.M, Map: item}
	var removals []Path
	for _, a := range byIndex(u.actions) {
		value, keep, err := a.result(item)
		if err != nil {
			return nil, err
		}
		if !keep {
			if !reaches(item, a.path) {
				return nil, errNoPath
			}
			if _, there := a.path.Get(item); there {
				removals = append(removals, a.path)
			}
			continue
		}
		if root, err = put(root, a.path, value); err != nil {
			return nil, err
		}
	}
	// From the last element of a list to the first, so that none moves before
	// its turn.
	slices.SortStableFunc(removals, func(a, b Path) int { return b[len(b)-1].Index - a[len(a)-1].Index })
	for _, path := range removals {
		root = remove(root, path)
	}
	return root.Map, nil
}

// byIndex sorts the actions so that elements set beyond a list's end are
// appended in the order of their indexes.
func byIndex(actions []action) []action {
	sorted := slices.Clone(actions)
	slices.SortStableFunc(sorted, func(a, b action) int {
		return a.path[len(a.path)-1].Index - b.path[len(b.path)-1].Index
	})
	return sorted
}

// result returns the value that the action leaves at its path, or keep false
// when it leaves none.
func (a action) result(item attr.Item) (value attr.Value, keep bool, err error) {
	old, exists := a.path.Get(item)
	switch a.verb {
	case "SET":
		value, err = a.value.get(item)
		return value, true, err
	case "ADD":
		if !exists {
			return a.by, true, nil
		}
		if old.Kind != a.by.Kind {
			return attr.Value{}, false, errWrongType
		}
		if old.Kind == attr.N {
			sum, err := old.Num.Add(a.by.Num)
			return attr.Value{Kind: attr.N, Num: sum}, true, err
		}
		return attr.Set(old.Kind, slices.Concat(old.List, a.by.List)), true, nil
	case "DELETE":
		if !exists {
			return attr.Value{}, false, nil
		}
		if old.Kind != a.by.Kind {
			return attr.Value{}, false, errWrongType
		}
		rest := slices.DeleteFunc(slices.Clone(old.List), a.by.Has)
		// The service holds no empty set: the attribute goes with its last element.
		return attr.Set(old.Kind, rest), len(rest) > 0, nil
	}
	return attr.Value{}, false, nil // REMOVE
}

// reaches reports whether the value that holds the path's last step is there and
// of the right kind, so that the step could be taken away.
func reaches(item attr.Item, path Path) bool {
	holder := attr.Value{Kind: attr.M, Map: item}
	if len(path) > 1 {
		var ok bool
		if holder, ok = path[:len(path)-1].Get(item); !ok {
			return false
		}
	}
	if path[len(path)-1].IsIndex {
		return holder.Kind == attr.L
	}
	return holder.Kind == attr.M
}

// put returns a copy of the document with the value at the path. Every step
// but the last must be there already; an index beyond a list's end appends.
func put(document attr.Value, path Path, value attr.Value) (attr.Value, error) {
	step := path[0]
	if len(path) > 1 {
		inner, ok := step.from(document)
		if !ok {
			return attr.Value{}, errNoPath
		}
		var err error
		if value, err = put(inner, path[1:], value); err != nil {
			return attr.Value{}, err
		}
	}
	switch {
	case step.IsIndex && document.Kind == attr.L:
		document.List = slices.Clone(document.List)
		if step.Index < len(document.List) {
			document.List[step.Index] = value
		} else {
			document.List = append(document.List, value)
		}
	case !step.IsIndex && document.Kind == attr.M:
		fields := document.Map.Clone()
		if fields == nil {
			fields = attr.Item{}
		}
		fields[step.Name] = value
		document.Map = fields
	default:
		return attr.Value{}, errNoPath
	}
	return document, nil
}

// remove returns a copy of the document without the value at the path.
func remove(document attr.Value, path Path) attr.Value {
	step := path[0]
	inner, ok := step.from(document)
	if !ok {
		return document
	}
	if len(path) > 1 {
		changed, err := put(document, path[:1], remove(inner, path[1:]))
		if err != nil {
			return document
		}
		return changed
	}
	if step.IsIndex {
		document.List = slices.Delete(slices.Clone(document.List), step.Index, step.Index+1)
		return document
	}
	fields := document.Map.Clone()
	delete(fields, step.Name)
	document.Map = fields
	return document
}
