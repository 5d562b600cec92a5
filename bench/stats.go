package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/stats"
)

// statsFlow is the flow of the table's runs, with every limit.
const statsFlow = `flows: [{name: f, admins: [root@example.com], fast_track: {max_per_person_per_day: 1000, max_per_hour: 1000, quiet_after_denial: 1h}, review: {approvers: ['group:sre']}}]`

// identified is the one caller of the API.
type identified run.Person

func (i identified) Identify(context.Context, httpapi.Event) (httpapi.Identity, error) {
	return httpapi.Identity{Person: run.Person(i)}, nil
}

// statistics measures GET /flows/{flow}/stats with 100,000 requests and as many counted
// decisions behind it, and what counting adds to the write of a decision.
func (b *bench) statistics(ctx context.Context) ([]figure, error) {
	const many, days = 100_000, 400
	t, err := openTable(ctx)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if err := t.fill(ctx, many); err != nil {
		return nil, err
	}
	end := started.Add(48 * time.Hour)
	if err := t.count(ctx, many, days, end); err != nil {
		return nil, err
	}
	flows, err := flow.Parse("bench", []byte(statsFlow))
	if err != nil {
		return nil, err
	}
	service := request.New(request.Deps{
		Flows: flows, Identify: identified(root), Store: t.store, Now: func() time.Time { return end }, Log: slog.New(slog.DiscardHandler),
	})
	var figures []figure
	for _, since := range []int{30, days} {
		query := map[string]string{"since": end.AddDate(0, 0, -since).Format(time.DateOnly)}
		var took []float64
		const calls, warm = 500, 50
		for n := range calls + warm {
			began := time.Now()
			answer, err := service.Handle(ctx, httpapi.Event{RouteKey: "GET /flows/{flow}/stats", PathParameters: map[string]string{"flow": "f"}, QueryStringParameters: query})
			if err != nil || answer.StatusCode != 200 {
				return nil, fmt.Errorf("statistics: %d %s %w", answer.StatusCode, answer.Body, err)
			}
			if n >= warm {
				took = append(took, time.Since(began).Seconds()*1000)
			}
			var got api.Stats
			if err := json.Unmarshal([]byte(answer.Body), &got); err != nil {
				return nil, err
			}
			if want := many * (since + 1) / days; got.Decided < want*9/10 || got.Waiting != got.CappedAt {
				return nil, fmt.Errorf("%d decisions since %s, want about %d; %d waiting", got.Decided, got.Since, want, got.Waiting)
			}
		}
		figures = append(figures, figure{fmt.Sprintf("%s: statistics of %d days, 100,000 requests behind them (p50 %.1f ms), p95", where(), since, median(took)), quantile(took, 0.95), "ms", 50})
	}
	counted, alone, err := t.countedWrites(ctx, end)
	if err != nil {
		return nil, err
	}
	return append(figures,
		figure{fmt.Sprintf("%s: a write that counts a decision (%.2f ms) against one that does not (%.2f ms), 8 callers on one flow, p50", where(), median(counted), median(alone)), median(counted) / median(alone), "×", 0},
		figure{where() + ": the same, p99 of the write that counts", quantile(counted, 0.99), "ms", 0},
	), nil
}

// count counts n decisions of the days before end, ten in a write, as a flow of code and
// people leaves them.
func (t *table) count(ctx context.Context, n, days int, end time.Time) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i := range n / 10 {
		group.Go(func() error {
			r, _, err := asked(i * 4)
			if err != nil {
				return err
			}
			r.Engine.Counting = &run.Counting{From: 1, Shard: i % 8} // all, as in a busy flow
			return t.store.Count(ctx, r, tenDecisions(i, end.AddDate(0, 0, -i%days)), end)
		})
	}
	return group.Wait()
}

// tenDecisions are the counters of ten decisions.
func tenDecisions(i int, at time.Time) stats.Delta {
	bounds := []string{"0.1", "0.2", "1", "5", "60", "300", "900", "3600", "7200", "14400", "43200", "86400"}
	version := fmt.Sprint(i % 3)
	return stats.Delta{
		Flow: "f", At: at,
		Add: map[string]int64{
			"n:approved:code": 6, "n:approved:people": 2, "n:denied:people": 1, "n:expired:nobody": 1,
			"c:" + bounds[i%4]: 6, "p:" + bounds[4+i%8]: 3, "s:approve:approve": 2, "s:approve:deny": 1, "held": 1, "h:" + version: 10, "v:aaaaaaaaaaa" + version: 10, "f:on_request": 1,
		},
		First: map[string]int64{stats.First: at.UnixMilli(), "h1:" + version: at.UnixMilli(), "v1:aaaaaaaaaaa" + version: at.UnixMilli()},
		Last:  map[string]int64{"h2:" + version: at.UnixMilli(), "v2:aaaaaaaaaaa" + version: at.UnixMilli()},
		Text:  map[string]string{"fl:on_request": at.Format("2006-01-02T15:04:05.000Z") + "#" + run.HashID("0")},
	}
}

// countedWrites measures writes of runs in turns, 8 at a time: with a decision counted,
// and without.
func (t *table) countedWrites(ctx context.Context, at time.Time) (counted, alone []float64, err error) {
	type pair struct{ counted, alone float64 }
	took := make([][]pair, 8)
	group, ctx := errgroup.WithContext(ctx)
	for caller := range took {
		group.Go(func() error {
			r, _, err := asked(1_000_000 + caller*4)
			if err != nil {
				return err
			}
			if err := t.store.Create(ctx, r, nil); err != nil {
				return err
			}
			for i := range 600 {
				one := tenDecisions(i, at)
				began := time.Now()
				r.Engine.Counting = &run.Counting{From: i, Shard: t.store.CountingShard(at)}
				if err := t.store.Save(ctx, r); err != nil {
					return err
				}
				if err := t.store.Count(ctx, r, one, at); err != nil {
					return err
				}
				then := time.Now()
				if err := t.store.Save(ctx, r); err != nil {
					return err
				}
				took[caller] = append(took[caller], pair{then.Sub(began).Seconds() * 1000, time.Since(then).Seconds() * 1000})
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	for _, pairs := range took {
		for _, p := range pairs[100:] {
			counted, alone = append(counted, p.counted), append(alone, p.alone)
		}
	}
	return counted, alone, nil
}
