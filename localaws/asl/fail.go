package asl

// fail is what a Fail state fails with.
func (v *visit) fail() *Failure {
	failure := &Failure{Error: v.s.Error, Cause: v.s.Cause}
	sc := v.scope(v.input.value)
	for _, part := range []struct {
		field string
		from  *expression
		into  **string
	}{{"ErrorPath", v.s.ErrorPath, &failure.Error}, {"CausePath", v.s.CausePath, &failure.Cause}} {
		if part.from == nil {
			continue
		}
		value, broken := part.from.eval(sc)
		if broken != nil {
			return broken
		}
		text, ok := value.(string)
		if !ok {
			return runtimeFailure("The field '%s' refers to a value that is not a string", part.field)
		}
		*part.into = &text
	}
	return failure
}
