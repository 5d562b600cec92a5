package request

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// takes is how often counting a request is retried. Requests of one person update the
// same item, and one of them succeeds each time.
const takes = 60

// limit counts a request against the flow's limits, or refuses it. Counting comes before
// storing: every stored request was counted, and the id of one that is not stored is
// dropped later.
func (s service) limit(ctx context.Context, f *flow.Flow, p run.Person, id string, now time.Time) error {
	allowance := f.Allowance(p)
	if allowance.None() {
		return nil
	}
	return s.count(ctx, f, p, now, "You are sending too many requests to this flow at once.", func(own flow.Usage, others []flow.Usage) (flow.Usage, error) {
		return s.take(ctx, own, others, allowance, id, now)
	})
}

// count saves what take makes of a person's usage, and takes anew if another call saved
// first. The error is take's, or that so many calls did: atOnce says so.
func (s service) count(ctx context.Context, f *flow.Flow, p run.Person, now time.Time, atOnce string, take func(own flow.Usage, others []flow.Usage) (flow.Usage, error)) error {
	for try := range takes {
		if try > 2 {
			if err := rest(ctx, try); err != nil {
				return err
			}
		}
		own, others, err := s.Store.LoadUsage(ctx, f.Name, p)
		if err != nil {
			return err
		}
		next, err := take(own, others)
		if err != nil {
			return err
		}
		err = s.Store.SaveUsage(ctx, f.Name, p, next, now)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return tooMany(flow.Spent{After: time.Second, Detail: atOnce})
}

func (s service) take(ctx context.Context, own flow.Usage, others []flow.Usage, a flow.Allowance, id string, now time.Time) (flow.Usage, error) {
	all := append(slices.Clone(others), own)
	if _, there := own.Open[id]; !there && crowded(all, a) {
		var ids []string
		for _, u := range all {
			ids = slices.AppendSeq(ids, maps.Keys(u.Open))
		}
		slices.Sort(ids)
		undecided, err := s.Store.Undecided(ctx, slices.Compact(ids))
		if err != nil {
			return own, err
		}
		own = own.Without(undecided, now)
		others = slices.Clone(others)
		for i, u := range others {
			others[i] = u.Without(undecided, now)
		}
	}
	next, err := own.Take(id, a, others, now)
	var spent flow.Spent
	if errors.As(err, &spent) {
		return own, tooMany(spent)
	}
	return next, err
}

// crowded reports whether to look up which open requests are decided by now.
func crowded(all []flow.Usage, a flow.Allowance) bool {
	one := flow.Usage{Open: map[string]int64{}}
	for _, u := range all {
		maps.Copy(one.Open, u.Open)
	}
	return one.Crowded(a)
}

// rest pauses before a retry, each time a little longer.
func rest(ctx context.Context, try int) error {
	most := min(try, 10) * int(10*time.Millisecond)
	select {
	case <-time.After(time.Duration(rand.IntN(most))): // #nosec G404 -- spreads tries, keeps nothing secret
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func tooMany(s flow.Spent) error {
	seconds := int((s.After + time.Second - 1) / time.Second)
	p := httpapi.NewProblem(http.StatusTooManyRequests, api.ProblemTooManyRequests, s.Detail)
	p.RetryAfter = time.Duration(max(seconds, 1)) * time.Second
	return p
}
