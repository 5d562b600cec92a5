package step

import "errors"

// Lambda reports an error under the name of its Go type, which
// statemachine.asl.json retries and catches it by. So these names are a contract,
// and a function returns these types bare: a wrapped error goes out under the
// wrapper's name.

// Refused means that the execution has no business here: the run doesn't exist,
// or the execution is not the run's. Retrying changes nothing.
type Refused string

func (e Refused) Error() string { return string(e) }

// Unable means that access can't be granted, or removed, as things stand.
type Unable string

func (e Unable) Error() string { return string(e) }

// Later means that another call is in progress on this access, or may still have
// an effect on it. Retry after it ends.
type Later string

func (e Later) Error() string { return string(e) }

// Unavailable means that a call failed which may succeed when it is retried.
type Unavailable string

func (e Unavailable) Error() string { return string(e) }

// UnknownVersion means that a newer release wrote the document or the run, as
// during a deployment. A retry may reach the newer function.
type UnknownVersion string

func (e UnknownVersion) Error() string { return string(e) }

// caught is each of these types.
type caught interface {
	error
	caught()
}

func (Refused) caught()        {}
func (Unable) caught()         {}
func (Later) caught()          {}
func (Unavailable) caught()    {}
func (UnknownVersion) caught() {}

// Bare returns the first error in err's tree that has a type of this package, and
// [Unavailable] if none has.
func Bare(err error) error {
	if c := caught(nil); errors.As(err, &c) {
		return c
	}
	return Unavailable(err.Error())
}
