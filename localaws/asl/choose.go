package asl

import "fmt"

// choose finds the first rule that holds.
func (v *visit) choose(effective document) (document, string, *Failure) {
	sc := v.scope(effective.value)
	next := v.s.Default
	for i := range v.s.Choices {
		held, failure := v.s.Choices[i].holds(sc)
		if failure != nil {
			return document{}, "", failure
		}
		if held {
			next = v.s.Choices[i].next
			break
		}
	}
	if next == "" {
		return document{}, "", Fail(errNoChoice, fmt.Sprintf("No choice rule matched in state '%s', and it has no default", v.s.Name))
	}
	output, failure := v.through(v.s.OutputPath, effective)
	return output, next, failure
}
