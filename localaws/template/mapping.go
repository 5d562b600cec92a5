package template

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

// readMappings notes the section Mappings, for FindInMap.
func (r *reader) readMappings(n *yaml.Node) error {
	_, err := r.mapping(n)
	r.mappings = n
	return err
}

// findInMap works out FindInMap: a map, a key of it, and a key of that.
func (r *reader) findInMap(n, arg *yaml.Node) (any, error) {
	keys, err := r.arguments(n, "FindInMap", arg, 3, 3)
	if err != nil {
		return nil, err
	}
	found := r.mappings
	for _, key := range keys {
		if found != nil {
			found = child(found, fmt.Sprint(key))
		}
	}
	if found == nil {
		return nil, r.errorf(n, "FindInMap: no value for %v", keys)
	}
	return r.value(found)
}
