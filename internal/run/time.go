package run

import "time"

// Stamp returns a time as it is stored: UTC, to the millisecond.
func Stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// Seconds returns n seconds.
func Seconds(n int) time.Duration { return time.Duration(n) * time.Second }
