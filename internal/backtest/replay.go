package backtest

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Request is a past request to call hooks with.
type Request struct {
	Case
	Asked run.Draft
	// Ask is its hook function.
	Ask replay.Function
}

// Replay calls the hooks with all requests, a number at a time, and calls done with
// each case, one at a time. It ends at the first function that can't be called, or
// when ctx ends; the cases that done has got are valid.
func Replay(ctx context.Context, requests []Request, workers int, o replay.Options, done func(Case) error) error {
	group, ctx := errgroup.WithContext(ctx)
	next, known := make(chan Request), make(chan Case)
	group.Go(func() error {
		defer close(next)
		for _, r := range requests {
			select {
			case next <- r:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	asking, askingCtx := errgroup.WithContext(ctx)
	for range max(workers, 1) {
		asking.Go(func() error {
			for r := range next {
				v, err := replay.Ask(askingCtx, r.Asked, r.CreatedAt, r.Ask, o)
				if err != nil {
					return fmt.Errorf("request %s: %w", r.ID, err)
				}
				r.Now = NowOf(v)
				known <- r.Case
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(known)
		return asking.Wait()
	})
	var failed error
	for c := range known {
		if failed == nil {
			failed = done(c)
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return failed
}
