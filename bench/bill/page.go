package bill

import "time"

// PageView is what a page of the console takes at most: the page itself and three calls
// of the API, at AWS's speed with 256 MB (60 ms for the page, 40 ms for a call), 30 read
// units and 500 bytes of log for each of the four functions' runs.
var PageView = Usage{
	"http": 1 + pageCalls, "invocations": 1 + pageCalls, "arm": 0.25 * (0.06 + pageCalls*0.04), "reads": 30, "logs": (1 + pageCalls) * 500,
}

// pageCalls is the most calls of the API that a page may make (budget of the console).
const pageCalls = 3

// The waits of a tab between two polls that find nothing new: each is longer than the one
// before by half, up to the longest.
const (
	firstPoll   = 20 * time.Second
	longestPoll = 2 * time.Minute
)

// IdlePolls returns how often a visible tab polls in a time in which nothing happens. A
// hidden tab never polls.
func IdlePolls(in time.Duration) (n int) {
	for at, wait := firstPoll, firstPoll; at <= in; n++ {
		wait = min(wait*3/2, longestPoll)
		at += wait
	}
	return n
}
