package asl

import (
	"context"
	"math"
	"time"
)

func (v *visit) wait(ctx context.Context, effective document) (document, string, *Failure) {
	if v.l.at.WakeAt.IsZero() {
		until, failure := v.wakeAt(effective.value)
		if failure != nil {
			return document{}, "", failure
		}
		v.l.change(func(at *Position) { at.WakeAt = until })
		if v.x.Flush() != nil {
			return document{}, "", stopped
		}
	}
	if failure := v.pause(ctx); failure != nil {
		return document{}, "", failure
	}
	output, failure := v.through(v.s.OutputPath, effective)
	return output, v.s.Next, failure
}

// wakeAt is when a Wait state is over.
func (v *visit) wakeAt(input any) (time.Time, *Failure) {
	s, now := v.s, v.x.engine.clock.Now()
	switch {
	case s.Seconds != nil:
		return now.Add(seconds(*s.Seconds)), nil
	case s.SecondsPath != nil:
		value, err := s.SecondsPath.get(v.scope(input))
		if err != nil {
			return now, runtimeFailure("The SecondsPath parameter does not reference an input value: %s", s.SecondsPath.text)
		}
		n, ok := integer(value)
		if !ok {
			return now, runtimeFailure("The SecondsPath parameter cannot be parsed as a long value: %s == %s", s.SecondsPath.text, encode(value))
		}
		if n < 0 {
			return now, runtimeFailure("The SecondsPath parameter references a negative value: %s == %d", s.SecondsPath.text, n)
		}
		if n > maxSeconds {
			return now, runtimeFailure("The SecondsPath parameter references a value greater than the maximum of %d seconds: %s == %d", maxSeconds, s.SecondsPath.text, n)
		}
		return now.Add(seconds(n)), nil
	case s.TimestampPath != nil:
		value, err := s.TimestampPath.get(v.scope(input))
		if err != nil {
			return now, runtimeFailure("The TimestampPath parameter does not reference an input value: %s", s.TimestampPath.text)
		}
		text, _ := value.(string)
		until, ok := parseTimestamp(text)
		if !ok {
			return now, runtimeFailure("The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: %s == %s", s.TimestampPath.text, plainText(value))
		}
		if tooFar(now, until) {
			return now, runtimeFailure("The TimestampPath parameter references a time more than %d seconds ahead: %s == %s", maxAhead, s.TimestampPath.text, text)
		}
		return until, nil
	}
	until, _ := parseTimestamp(s.Timestamp) // checked when it was read
	if tooFar(now, until) {
		return now, runtimeFailure("The Timestamp parameter is a time more than %d seconds ahead: %s", maxAhead, s.Timestamp)
	}
	return until, nil
}

// maxAhead is how far ahead a timestamp may be, in seconds: at the service 24,855
// days are accepted and 24,856 fail.
const maxAhead = math.MaxInt32

// tooFar reports whether a time is further ahead than a state can wait.
func tooFar(now, until time.Time) bool { return until.After(now.Add(seconds(maxAhead))) }

// pause waits until the line is to wake; it fails only when the execution is
// stopped meanwhile.
func (v *visit) pause(ctx context.Context) *Failure {
	delay := v.l.at.WakeAt.Sub(v.x.engine.clock.Now())
	if delay <= 0 {
		return nil
	}
	timer := v.x.engine.clock.NewTimer(delay)
	defer timer.Stop()
	v.l.rest(ctx, v.x.engine.clock.Now().Add(delay), nil)
	defer v.l.work.Wake()
	select {
	case <-timer.Chan():
		return nil
	case <-ctx.Done():
		return stopped
	}
}
