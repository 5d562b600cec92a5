package backtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/period"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Options say which past requests are tried, with which hooks.
type Options struct {
	// Each calls f with each request that was made in Period, in any order.
	Each   func(ctx context.Context, f func(export.Run) error) error
	Period period.Period
	// Source names where the requests come from.
	Source string
	// FlowNames select flows; without them all flows are tried.
	FlowNames []string
	// Flows are the flows as they are now, and FlowsFile the name of their file.
	Flows     *flow.File
	FlowsFile string
	Hooks     Hooks
	// AsAsked tries the flow as it was when each request was made.
	AsAsked bool
	// Guards also calls on_approve and on_deny for what on_request decides.
	Guards bool
	// Workers is how many requests are tried at a time.
	Workers int
	// Max is how many requests are tried at most; 0 is no limit.
	Max int
	// Journal is the path of the file that keeps the outcomes of a stopped
	// backtest; empty keeps none. Those with the same Key are used again, unless
	// Restart is set.
	Journal, Key string
	Restart      bool
	Progress     Progress
}

// Progress shows how far a backtest is.
type Progress interface {
	// Start begins a step with done of all; all is 0 while unknown.
	Start(what string, done, all int)
	At(done int)
	End()
}

// Key returns the key of a backtest. Outcomes of a backtest with another key don't
// count.
func Key(parts ...any) (string, error) {
	raw, err := json.Marshal(parts)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8]), nil
}

// Stopped is the error of a backtest that ended early. The same backtest goes on
// from there.
type Stopped struct {
	Done, All int
	Err       error
}

func (s Stopped) Unwrap() error { return s.Err }

func (s Stopped) Error() string { return fmt.Sprintf("%v\n%s", s.Err, s.Resume()) }

// Resume says how to go on.
func (s Stopped) Resume() string {
	return fmt.Sprintf("stopped after %d of %s; the same command goes on from there", s.Done, text.Count(s.All, "request"))
}

// Run tries the hooks with the past requests, or those that a stopped backtest left,
// and compares their outcomes with what became of the requests.
func Run(ctx context.Context, o Options) (Report, error) {
	g, err := o.gather(ctx)
	if err != nil {
		return Report{}, err
	}
	var journal *Journal
	var known map[string]Now
	if o.Journal != "" {
		if journal, known, err = OpenJournal(o.Journal, o.Key, o.Restart); err != nil {
			return Report{}, err
		}
	}
	var cases []Case
	left := g.requests[:0:0]
	for _, r := range g.requests {
		if now, is := known[r.ID]; is {
			r.Now = now
			cases = append(cases, r.Case)
		} else {
			left = append(left, r)
		}
	}
	o.Progress.Start("calling the hooks", len(cases), len(g.requests))
	err = Replay(ctx, left, o.Workers, replay.Options{Guards: o.Guards, Today: o.Flows.Today()}, func(c Case) error {
		cases = append(cases, c)
		o.Progress.At(len(cases))
		return journal.Keep(c.ID, c.Now)
	})
	o.Progress.End()
	if err != nil {
		return Report{}, errors.Join(Stopped{len(cases), len(g.requests), err}, journal.Close())
	}
	if err := journal.Remove(); err != nil {
		return Report{}, err
	}
	limits := map[string]*run.FastTrack{}
	for _, f := range o.Flows.Flows {
		limits[f.Name] = f.FastTrack
	}
	Limit(cases, limits)
	report := Compare(cases)
	report.Truncated = g.truncated
	report.Source, report.Function, report.Since, report.Until, report.Skipped = o.Source, g.function, o.Period.From, o.Period.To, g.skipped
	return report, nil
}
