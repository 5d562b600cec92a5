package bill

import "time"

// What AWS rounds the time and memory of an Express execution up to: 100 ms, and 64 MB
// for 50 MB, its definition and its data
// (https://aws.amazon.com/step-functions/pricing/, examples 3 and 4).
const (
	expressStep   = 100 * time.Millisecond
	expressMemory = 64.0 / 1024 // GB
)

// Express is what Express executions take that run for so long, were functions the given
// number of times as slow. Nearly all of their time is that of functions. Each is rounded
// up by itself, so that the sum can't be made of an average.
func Express(times float64, took ...time.Duration) Usage {
	u := Usage{}
	for _, t := range took {
		t = time.Duration(float64(t) * times)
		billed := max(expressStep, (t+expressStep-1)/expressStep*expressStep)
		u["express"]++
		u["express-time"] += billed.Hours() * expressMemory
	}
	return u
}

// Plus returns the usage of one request with its part of what so many requests take.
func (u Usage) Plus(all Usage, requests float64) Usage {
	out := Usage{}
	for id, units := range u {
		out[id] = units
	}
	for id, units := range all {
		out[id] += units / requests
	}
	return out
}
