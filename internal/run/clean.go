package run

import "time"

// clean gives a time as it is stored: UTC, to the millisecond.
func clean(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func hookActor(h HookName) Actor { return Actor{Type: HookActor, ID: string(h)} }

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
