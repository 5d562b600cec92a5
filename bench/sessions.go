package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// sessionFigures matches a line of the benchmark of sessions.
var sessionFigures = regexp.MustCompile(`BenchmarkSession/groups=(\d+)\S*\s+\d+\s+(\d+) ns/op\s+([\d.]+) cookie-bytes`)

// sessions measures what a session of the console takes: bytes of cookies, which two
// cookies must hold, and the time that a page needs to read it.
func (b *bench) sessions(ctx context.Context) ([]figure, error) {
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "Session", "./internal/console/signin").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("benchmark of sessions: %w\n%s", err, out)
	}
	var figures []figure
	for _, m := range sessionFigures.FindAllStringSubmatch(string(out), -1) {
		read, _ := strconv.ParseFloat(m[2], 64)
		size, _ := strconv.ParseFloat(m[3], 64)
		figures = append(figures,
			figure{"console: cookies of a session with " + m[1] + " groups, named by identifiers", size, "bytes", 7600},
			figure{"console: reading that session", read / 1e6, "ms", 2})
	}
	if len(figures) == 0 {
		return nil, fmt.Errorf("the benchmark of sessions has no figures:\n%s", out)
	}
	return figures, nil
}
