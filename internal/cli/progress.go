package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// progress shows how far a long command is, in one line of a terminal. Elsewhere it
// shows nothing.
type progress struct {
	w         io.Writer // nil shows nothing
	what      string
	first     int // were there at the start
	all       int // 0 while unknown
	started   time.Time
	shown     time.Time
	lineShown bool
}

func newProgress(w io.Writer) *progress {
	if isTerminal(w) {
		return &progress{w: fileOf(w)} // what it prints is all its own
	}
	return &progress{}
}

// Start begins a step with done of all; all is 0 while unknown.
func (p *progress) Start(what string, done, all int) {
	p.what, p.first, p.all, p.started, p.shown = what, done, all, time.Now(), time.Time{}
	p.At(done)
}

// At shows how many are done, a few times a second.
func (p *progress) At(done int) {
	if p.w == nil || time.Since(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown, p.lineShown = time.Now(), true
	line := fmt.Sprintf("%s: %d", p.what, done)
	if p.all > 0 {
		const width = 30
		full := width * done / p.all
		line = fmt.Sprintf("%s: [%s%s] %d of %d", p.what, strings.Repeat("#", full), strings.Repeat(".", width-full), done, p.all)
		if n := done - p.first; n > 0 {
			left := time.Duration(float64(time.Since(p.started)) / float64(n) * float64(p.all-done))
			line += fmt.Sprintf(", %s left", left.Round(time.Second))
		}
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", line)
}

// End removes the line.
func (p *progress) End() {
	if p.lineShown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.lineShown = false
	}
}
