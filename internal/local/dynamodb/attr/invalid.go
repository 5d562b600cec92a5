package attr

// Invalid says that a value is one the service refuses with a
// ValidationException; Message is the service's wording.
type Invalid struct{ Message string }

func (e *Invalid) Error() string { return e.Message }

// Malformed says that JSON isn't shaped like an attribute value at all, which
// the service answers with a SerializationException.
type Malformed struct{ Message string }

func (e *Malformed) Error() string { return e.Message }
