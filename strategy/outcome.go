package strategy

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Given is the outcome of a give: [Created] or [Found]. The zero Given is
// neither, and the call then fails.
type Given struct {
	made              made
	output, sensitive any
}

type made int

const (
	unsaid made = iota
	created
	found
)

// Created says that this call made the access. The engine removes it at the end.
func Created() Given { return Given{made: created} }

// Found says that the person had the access already. The engine leaves access that
// no call of its own made.
func Found() Given { return Given{made: found} }

// WithOutput returns the outcome with v, as JSON of at most 8 KiB. The requester
// and viewers of the request see it: a user name, instructions, a link. Take and
// Has get it as Held.Output, hooks as e.Step("escalate").
func (g Given) WithOutput(v any) Given {
	g.output = v
	return g
}

// WithSensitive returns the outcome with v, as JSON of at most 8 KiB, which the
// requester alone sees until the access ends. Prefer a secret's name to its value.
func (g Given) WithSensitive(v any) Given {
	g.sensitive = v
	return g
}

// response returns the response that says so.
func (g Given) response() (Response, error) {
	if g.made == unsaid {
		return Response{}, fmt.Errorf("give returned no outcome; return strategy.Created() or strategy.Found()")
	}
	yes, did := true, g.made == created
	r := Response{Version: Version, HasAccess: &yes, Created: &did}
	var err error
	if r.Output, err = document("output", g.output); err != nil {
		return Response{}, err
	}
	r.Sensitive, err = document("sensitive", g.sensitive)
	return r, err
}

// document returns v as JSON, nil for nil. The error does not quote it.
func document(name string, v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%s: a %T cannot be written as JSON", name, v)
	}
	if len(raw) > MaxOutput {
		return nil, fmt.Errorf("%s: must have at most %d bytes, got %d", name, MaxOutput, len(raw))
	}
	return raw, nil
}

// RefusedError says why access can never be given or taken as things stand.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Refused returns a [RefusedError]: the target's settings are wrong, the person is
// unknown. People read the reason. The engine does not retry a give.
func Refused(format string, args ...any) error {
	return &RefusedError{fmt.Sprintf(format, args...)}
}

// LaterError says why the operation is not finished, and when to retry.
type LaterError struct {
	After  time.Duration
	Reason string
}

func (e *LaterError) Error() string { return e.Reason }

// Later returns a [LaterError]: something is under way and should be done after so
// long, at most an hour.
func Later(after time.Duration, format string, args ...any) error {
	return &LaterError{after, fmt.Sprintf(format, args...)}
}

// seconds rounds up to whole seconds within the contract's limits.
func (e *LaterError) seconds() int {
	return int(min(max(math.Ceil(e.After.Seconds()), 1), MaxRetryAfter))
}

// ErrStale is the error for a call whose fence is lower than an earlier call's.
var ErrStale = fmt.Errorf("stale fence: a newer call has changed this access")
