package expr

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// Projection is the parts of an item that a request wants.
type Projection struct{ Paths []Path }

// ParseProjection parses a ProjectionExpression. The error is an *Invalid.
func ParseProjection(source string, params *Params) (Projection, error) {
	var projection Projection
	err := parse(ProjectionExpression, source, params, func(p *parser) {
		projection.Paths = append(projection.Paths, p.path())
		for p.accept(",") {
			projection.Paths = append(projection.Paths, p.path())
		}
		p.checkApart(projection.Paths)
	})
	return projection, err
}

// Of returns what of the item the projection asks for: nested values keep the
// maps around them, chosen list elements close ranks in their order.
func (p Projection) Of(item attr.Item) attr.Item {
	return choose(item, p.Paths)
}

// choose keeps the values that the paths lead to. No path leads through
// another.
func choose(item attr.Item, paths []Path) attr.Item {
	chosen := attr.Item{}
	for name, rests := range byName(paths) {
		value, ok := item[name]
		if !ok {
			continue
		}
		if value, ok = within(value, rests); ok {
			chosen[name] = value
		}
	}
	return chosen
}

func byName(paths []Path) map[string][]Path {
	names := map[string][]Path{}
	for _, path := range paths {
		names[path[0].Name] = append(names[path[0].Name], path[1:])
	}
	return names
}

// within projects the inside of a value. ok is false if nothing in it is projected.
func within(value attr.Value, rests []Path) (attr.Value, bool) {
	if len(rests[0]) == 0 {
		return value, true
	}
	if !rests[0][0].IsIndex {
		if value.Kind != attr.M {
			return attr.Value{}, false
		}
		inner := choose(value.Map, rests)
		return attr.Value{Kind: attr.M, Map: inner}, len(inner) > 0
	}
	if value.Kind != attr.L {
		return attr.Value{}, false
	}
	byIndex := map[int][]Path{}
	var indexes []int
	for _, rest := range rests {
		index := rest[0].Index
		if byIndex[index] == nil {
			indexes = append(indexes, index)
		}
		byIndex[index] = append(byIndex[index], rest[1:])
	}
	slices.Sort(indexes)
	var elements []attr.Value
	for _, index := range indexes {
		if index < len(value.List) {
			if element, ok := within(value.List[index], byIndex[index]); ok {
				elements = append(elements, element)
			}
		}
	}
	return attr.Value{Kind: attr.L, List: elements}, len(elements) > 0
}
