// Package expr parses and evaluates DynamoDB's expressions: conditions, filters, key
// conditions, updates and projections. Parsing reports the service's errors.
package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// maxSize is the longest expression in bytes, and maxOperators how many
// operators and functions it may hold. (AWS, "Service quotas: expression
// parameters".)
const (
	maxSize      = 4096
	maxOperators = 300
)

// Invalid says that an expression, or its placeholders, are ones the service
// refuses with a ValidationException; Message is the service's wording.
type Invalid struct{ Message string }

func (e *Invalid) Error() string { return e.Message }

func invalidf(format string, args ...any) *Invalid {
	return &Invalid{fmt.Sprintf(format, args...)}
}

// Params holds a request's placeholders, shared by all of its expressions, and
// remembers which were used.
type Params struct {
	names      map[string]string
	values     map[string]attr.Value
	usedNames  map[string]bool
	usedValues map[string]bool
}

// NewParams checks a request's ExpressionAttributeNames and
// ExpressionAttributeValues; either may be nil when the request has none. The
// error is an *Invalid.
func NewParams(names map[string]string, values map[string]attr.Value) (*Params, error) {
	if names != nil && len(names) == 0 {
		return nil, invalidf("ExpressionAttributeNames must not be empty")
	}
	if values != nil && len(values) == 0 {
		return nil, invalidf("ExpressionAttributeValues must not be empty")
	}
	for _, key := range slices.Sorted(maps.Keys(names)) {
		if !placeholder(key, '#') {
			return nil, invalidf("ExpressionAttributeNames contains invalid key: Syntax error; key: %q", key)
		}
		if names[key] == "" {
			return nil, invalidf("ExpressionAttributeNames contains invalid value: Empty attribute name for key %s", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !placeholder(key, ':') {
			return nil, invalidf("ExpressionAttributeValues contains invalid key: Syntax error; key: %q", key)
		}
		if err := values[key].Check(); err != nil {
			return nil, invalidf("ExpressionAttributeValues contains invalid value: %s for key %s", err, key)
		}
	}
	return &Params{names: names, values: values, usedNames: map[string]bool{}, usedValues: map[string]bool{}}, nil
}

func placeholder(key string, mark byte) bool {
	return len(key) > 1 && key[0] == mark && wordEnd(key, 1) == len(key)
}

// Unused returns an *Invalid when a placeholder was defined that no expression
// parsed with p has used.
func (p *Params) Unused() error {
	if unused := missing(p.names, p.usedNames); unused != "" {
		return invalidf("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", unused)
	}
	if unused := missing(p.values, p.usedValues); unused != "" {
		return invalidf("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", unused)
	}
	return nil
}

func missing[V any](defined map[string]V, used map[string]bool) string {
	var unused []string
	for key := range defined {
		if !used[key] {
			unused = append(unused, key)
		}
	}
	slices.Sort(unused)
	return strings.Join(unused, ", ")
}
