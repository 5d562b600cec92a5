package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// tests measures `make test` with modules and compiled packages there, and no
// test's result: on two processors, where there are more.
func (b *bench) tests(ctx context.Context) ([]figure, error) {
	cmd := exec.CommandContext(ctx, "make", "--no-print-directory", "test")
	cmd.Env = append(os.Environ(), "GOFLAGS=-count=1", "GOMAXPROCS=2")
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make test: %w\n%s", err, out)
	}
	return []figure{{"make test, 2 processors, warm module cache", time.Since(began).Seconds(), "s", 180}}, nil
}
