package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/local"
)

// load measures the local process under many runs: requests a second while
// nothing waits and while 1,000 leases do, and its memory once 10,000 runs,
// access waiting among them, are there.
func (b *bench) load(ctx context.Context) ([]figure, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	system := exec.CommandContext(ctx, "build/fasttrack", "local", "--addr", addr)
	if err := system.Start(); err != nil {
		return nil, err
	}
	defer func() {
		_ = system.Process.Signal(os.Interrupt)
		_ = system.Wait()
	}()
	url := "http://" + addr
	if err := answers(ctx, url+"/healthz"); err != nil {
		return nil, err
	}
	rate := func(n int, body string) (float64, error) {
		started := time.Now()
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(8)
		for i := range n {
			group.Go(func() error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				_, err := post(url+"/requests", fmt.Sprintf("p%d@example.com", i), body)
				return err
			})
		}
		err := group.Wait()
		return float64(n) / time.Since(started).Seconds(), err
	}
	const fast = `{"flow":"everything-goes"}`
	if _, err := rate(200, fast); err != nil { // warm
		return nil, err
	}
	idle, err := rate(2000, fast)
	if err != nil {
		return nil, err
	}
	if _, err := rate(1000, `{"flow":"aws-access","reason":"bench","duration_seconds":1800,"fields":{"target":"prod-ro","urgency":"Emergency"}}`); err != nil {
		return nil, err
	}
	with, err := rate(2000, fast)
	if err != nil {
		return nil, err
	}
	if _, err := rate(4800, fast); err != nil {
		return nil, err
	}
	memory, err := resident(system.Process.Pid)
	if err != nil {
		return nil, err
	}
	replayed, took, err := b.backtest(ctx, url)
	if err != nil {
		return nil, err
	}
	return []figure{
		{fmt.Sprintf("requests a second, fast-tracked, 8 callers: nothing waits (%.0f/s) against 1,000 leases waiting (%.0f/s)", idle, with), idle / with, "×", 1.5},
		{"memory of the local process after 10,000 runs, 1,000 of them with access", memory, "MB", 300},
		{fmt.Sprintf("backtest of the %d requests in the table, hooks without I/O, from the table and by a binary on this machine", replayed), took, "s", 60},
	}, nil
}

// backtest runs the hooks on every request in the table and returns the number of
// requests and the seconds it took.
func (b *bench) backtest(ctx context.Context, url string) (requests int, took float64, err error) {
	cmd := exec.CommandContext(ctx, "build/fasttrack", "backtest", "--table", local.StackName+"-Table", "--endpoint-url", url+"/_aws",
		"--binary", "build/HooksFunction/bootstrap", "--restart", "--json")
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+b.dir)
	started := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("backtest: %w", err)
	}
	took = time.Since(started).Seconds()
	var report struct {
		Requests int `json:"requests"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return 0, 0, fmt.Errorf("backtest: %w", err)
	}
	return report.Requests, took, nil
}

// answers waits until something answers at url.
func answers(ctx context.Context, url string) error {
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get(url)
		if err == nil {
			_ = res.Body.Close()
			return nil
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return fmt.Errorf("it does not start: %w", err)
		}
	}
}

// resident returns a process's memory in megabytes, from /proc (proc(5)).
func resident(pid int) (float64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, is := strings.CutPrefix(lines.Text(), "VmRSS:"); is {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status names no VmRSS", pid)
}
