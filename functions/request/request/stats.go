package request

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// Statistics reads what is counted of a flow; see [store.Store].
type Statistics interface {
	LoadStats(ctx context.Context, flow string, since time.Time) (stats.Totals, time.Time, error)
	PendingIn(ctx context.Context, flow string, most int) (n, held int, err error)
	LiveCount(ctx context.Context, flow string, most int) (int, error)
	FlowTallies(ctx context.Context, flow string) (own run.Tally, people map[string]run.Tally, err error)
}

// statsDays is how many days of statistics are shown by default.
const statsDays = 30

// stats responds with what became of a flow's requests. It reads counters and bounded
// parts of indexes, and of requests the last one at which each hook failed.
func (s service) stats(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	f, there := s.Flows.Find(c.Param("flow"))
	if !there {
		return httpapi.Reply{}, httpapi.NotFound()
	}
	var sees seen
	if f.GetFlows {
		var err error
		if sees, err = s.seenInLists(ctx, c); err != nil {
			return httpapi.Reply{}, err
		}
	}
	may := s.mayOf(f, c.Caller.Person, sees)
	if len(may) == 0 {
		return httpapi.Reply{}, httpapi.NotFound()
	}
	since, err := readSince(c, s.Now())
	if err != nil {
		return httpapi.Reply{}, err
	}
	c.About("", f.Name)
	var (
		totals        stats.Totals
		first         time.Time
		waiting, held int
		live          int
		limits        = []api.LimitUse{}
	)
	group, reading := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		totals, first, err = s.Store.LoadStats(reading, f.Name, since)
		return err
	})
	group.Go(func() (err error) { waiting, held, err = s.Store.PendingIn(reading, f.Name, maxCount); return err })
	group.Go(func() (err error) { live, err = s.Store.LiveCount(reading, f.Name, maxCount); return err })
	group.Go(func() (err error) {
		if f.FastTrack != nil {
			limits, err = s.limitUse(reading, f, c.Caller.Person)
		}
		return err
	})
	if err := group.Wait(); err != nil {
		return httpapi.Reply{}, err
	}
	out := totals.Stats()
	out.Flow, out.Since, out.Until, out.CountsFrom = f.Name, since, s.Now().UTC(), first
	out.Waiting, out.Live, out.CappedAt = waiting, live, maxCount
	out.Limits.Held += held
	out.Limits.Limits = limits
	if f.Shadow && out.Shadow == nil {
		out.Shadow = &api.ShadowStats{Differences: []api.ShadowDifference{}}
	}
	if out.Shadow != nil {
		out.Shadow.On = f.Shadow
	}
	if err := s.addFailures(ctx, c, &out, may); err != nil {
		return httpapi.Reply{}, err
	}
	return httpapi.Reply{Status: http.StatusOK, Body: out}, nil
}

// readSince reads the start of the first day to count, no earlier than counters are
// kept.
func readSince(c *httpapi.Call, now time.Time) (time.Time, error) {
	since := now.AddDate(0, 0, -statsDays)
	for name, value := range c.Event.QueryStringParameters {
		if name != "since" {
			return time.Time{}, httpapi.Invalid(flow.FieldError{Field: strictjson.ClipName(name), Detail: "unknown parameter"})
		}
		var err error
		if since, err = time.Parse(time.RFC3339, value); err != nil {
			since, err = time.Parse(time.DateOnly, value)
		}
		if err != nil || since.After(now) {
			return time.Time{}, httpapi.Invalid(flow.FieldError{Field: "since", Detail: "must be a day or time in the past, such as 2026-11-23 or 2026-11-23T10:00:00Z"})
		}
	}
	if kept := now.AddDate(0, 0, -store.StatsDays); since.Before(kept) {
		since = kept
	}
	return since.UTC().Truncate(24 * time.Hour), nil
}

// limitUse returns how full the flow's limits are now.
func (s service) limitUse(ctx context.Context, f *flow.Flow, p run.Person) ([]api.LimitUse, error) {
	own, tallies, err := s.Store.FlowTallies(ctx, f.Name)
	if err != nil {
		return nil, err
	}
	var people []run.Tally
	var yours run.Tally
	for person, t := range tallies {
		people = append(people, t)
		if slices.Contains(p.Keys(), person) {
			yours.Add(t)
		}
	}
	return f.FastTrack.Use(own, people, yours, s.Now()), nil
}

// addFailures adds the last error of each failing hook, for callers who decide or list
// the flow, from the history of a request that they may read. Others see counts alone.
func (s service) addFailures(ctx context.Context, c *httpapi.Call, out *api.Stats, may []string) error {
	texts := slices.Contains(may, api.MayDecide) || slices.Contains(may, api.MayList)
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i := range out.FailingHooks {
		f := &out.FailingHooks[i]
		id := f.LastRequest
		f.LastRequest = ""
		if !texts || id == "" {
			continue
		}
		group.Go(func() error {
			r, err := s.Store.Load(reading, id)
			if errors.Is(err, store.ErrNotFound) {
				return nil // its retention is over
			}
			if err != nil {
				return err
			}
			if !r.MaySee(c.Caller.Person, s.today) {
				return nil
			}
			// An error in shadow mode that the caller may not see has no request either.
			if f.LastError = lastError(s.view(c, r), run.HookName(f.Hook)); f.LastError != "" {
				f.LastRequest = r.ID
			}
			return nil
		})
	}
	return group.Wait()
}

// lastError returns the last error of a hook in what the caller sees of a request.
func lastError(v api.Request, hook run.HookName) string {
	for _, e := range slices.Backward(v.History) {
		if stats.FailedHook(e.Error) == hook {
			return e.Error
		}
	}
	if v.Review != nil {
		for _, e := range slices.Backward(v.Review.Errors) {
			if e.Hook == string(hook) {
				return e.Error
			}
		}
	}
	if v.Shadow != nil && hook == run.OnRequest {
		return v.Shadow.Error
	}
	return ""
}
