package console

import (
	"strconv"
	"time"
)

// MayExtend reports whether the person may request an extension of the access.
func (d requestData) MayExtend() bool { x := d.Now().Extend; return x != nil && x.May }

// ExtendNeedsReason reports whether an extension needs a reason.
func (d requestData) ExtendNeedsReason() bool {
	x := d.Now().Extend
	return x != nil && x.ReasonRequired != nil && *x.ReasonRequired
}

// ExtendChoices are by how much the access may be extended, with the new end.
func (d requestData) ExtendChoices() []option {
	x := d.Now().Extend
	if x == nil {
		return nil
	}
	choices := make([]option, len(x.DurationsSeconds))
	for i, seconds := range x.DurationsSeconds {
		by := time.Duration(seconds) * time.Second
		choices[i] = option{Value: strconv.Itoa(seconds), Label: duration(by) + ", until " + full(x.EndsAt.Add(by))}
	}
	return choices
}
