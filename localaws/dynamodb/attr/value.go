// Package attr implements DynamoDB's attribute values: their JSON, their stored form and
// the order of sort keys. Numbers are decimal and exact to 38 digits.
package attr

import (
	"maps"
	"slices"
	"strings"
)

// Kind is a type of attribute value, named as on the wire.
type Kind string

// The kinds of attribute values.
const (
	S    Kind = "S"
	N    Kind = "N"
	B    Kind = "B"
	BOOL Kind = "BOOL"
	NULL Kind = "NULL"
	M    Kind = "M"
	L    Kind = "L"
	SS   Kind = "SS"
	NS   Kind = "NS"
	BS   Kind = "BS"
)

// Value is one attribute value. Kind says which of the other fields counts.
// Values are shared and never changed in place.
type Value struct {
	Kind Kind
	Text string  // S as it is, B as its bytes
	Num  Number  // N
	Bool bool    // BOOL
	List []Value // L in order; SS, NS and BS sorted, each element an S, N or B
	Map  Item    // M

	wrong string // what Check says: set where JSON held a value that the service refuses
}

// Item is an item, or a map within one: values by attribute name.
type Item map[string]Value

// Clone returns a copy whose top level can be changed.
func (i Item) Clone() Item { return maps.Clone(i) }

// String makes a value of kind S.
func String(s string) Value { return Value{Kind: S, Text: s} }

// Set returns a set of the same kind with the given elements, sorted, each
// once. It may be empty, which no item can hold.
func Set(kind Kind, elements []Value) Value {
	sorted := slices.SortedFunc(slices.Values(elements), order)
	return Value{Kind: kind, List: slices.CompactFunc(sorted, Equal)}
}

// IsSet reports whether v is of kind SS, NS or BS.
func (v Value) IsSet() bool { return v.Kind == SS || v.Kind == NS || v.Kind == BS }

// Element is the kind of a set's elements: S for SS, N for NS, B for BS, and
// empty for everything else.
func (v Value) Element() Kind {
	if v.IsSet() {
		return v.Kind[:1]
	}
	return ""
}

// Has reports whether the set or list v has an element equal to x.
func (v Value) Has(x Value) bool {
	return slices.ContainsFunc(v.List, func(e Value) bool { return Equal(e, x) })
}

// Equal reports whether two values are of one kind and equal, as the service's
// "=" does: numbers by amount, sets without order, documents all the way down.
func Equal(a, b Value) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case S, B:
		return a.Text == b.Text
	case N:
		return a.Num.Cmp(b.Num) == 0
	case BOOL:
		return a.Bool == b.Bool
	case M:
		return maps.EqualFunc(a.Map, b.Map, Equal)
	case L, SS, NS, BS:
		return slices.EqualFunc(a.List, b.List, Equal)
	}
	return true // NULL
}

// Compare orders two values of one ordered kind (S, N or B). ok is false where
// the kinds differ or have no order: the service then answers false to every
// comparison.
func Compare(a, b Value) (cmp int, ok bool) {
	if a.Kind != b.Kind || !a.Ordered() {
		return 0, false
	}
	return order(a, b), true
}

// Ordered reports whether v is of a kind that has an order: S, N or B.
func (v Value) Ordered() bool { return v.Kind == S || v.Kind == N || v.Kind == B }

func order(a, b Value) int {
	if a.Kind == N {
		return a.Num.Cmp(b.Num)
	}
	return strings.Compare(a.Text, b.Text)
}

// EqualItems reports whether two items have equal attributes.
func EqualItems(a, b Item) bool { return maps.EqualFunc(a, b, Equal) }
