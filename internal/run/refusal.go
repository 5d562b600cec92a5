package run

// Refusal says why somebody may not act. The caller may show it to them.
type Refusal string

func (r Refusal) Error() string { return string(r) }
