package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// backtested is a backtest: the flags of the command, and what it is about.
type backtested struct {
	present
	source
	flowNames []string
	workers   int
	asAsked   bool
	anew      bool
	html      string
	asJSON    bool
	strict    bool
}

func newBacktestCommand(p Process) *cobra.Command {
	var b backtested
	var made periodFlags
	cmd := &cobra.Command{
		Use:   "backtest [FLOW...]",
		Short: "Compare what the hooks would do with past requests with what people did",
		Long: `Ask the present hooks about past requests, read-only, and compare what they would
do with what became of each: first of all each request that people denied and the
hooks would approve. The requests come from the table (--table), read with your
own AWS credentials, or from a file of ` + "`fasttrack audit export`" + ` (--file). The flows
are those of your flows.yaml, with their present vars and settings of targets, or
with --as-asked those that each request was asked under. Requests of a flow in
shadow mode are compared twice: also by what on_request said then.

The hooks really run, and look up what they look up: they see who is on call
today, not then. Each event is a trial (trial: true). on_request and the reducers
are called; --with-guards also calls on_approve and on_deny for what on_request
decides. No other hook is called, and the report names those that were not.
Nothing is stored, nobody is notified.
Approvals above the limits of the present fast_track are counted apart.

A backtest that is stopped (Ctrl-C) goes on where it was when the same command is
given again; --restart begins anew.`,
		Example: `  fasttrack backtest --since 90d --table fasttrack-Table-1A2B3C
  fasttrack backtest low-risk --file export.jsonl --binary build/HooksFunction/bootstrap --html backtest.html`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if b.made, err = made.read(p.Now()); err != nil {
				return err
			}
			b.flowNames = args
			b.window = fmt.Sprint(made)
			if err := b.check(); err != nil {
				return err
			}
			report, err := b.run(cmd.Context(), p, cmd)
			if err != nil {
				return err
			}
			if err := b.print(cmd, report); err != nil {
				return err
			}
			if b.strict && len(report.DeniedWouldApprove) > 0 {
				return errReported
			}
			return nil
		},
	}
	made.flags(cmd)
	b.source.flags(cmd, p)
	b.present.flags(cmd)
	cmd.Flags().BoolVar(&b.asAsked, "as-asked", false, "ask with the flow as it was when each request was made, not as it is in the file of flows")
	cmd.Flags().IntVar(&b.workers, "concurrency", 8, "how many requests are asked about at a time")
	cmd.Flags().BoolVar(&b.anew, "restart", false, "ask about all requests anew, also after a backtest that was stopped")
	cmd.Flags().StringVar(&b.html, "html", "", "write the report to a `FILE`, one page that needs nothing else")
	cmd.Flags().BoolVar(&b.strict, "strict", false, "end with exit status 1 if the hooks would approve what people denied: for CI")
	cmd.Flags().BoolVar(&b.asJSON, "json", false, "print as JSON, with every request")
	return cmd
}

func (b *backtested) check() error {
	if b.workers < 1 || b.workers > 200 {
		return usageError{fmt.Errorf("--concurrency: 1 to 200 was expected, not %d", b.workers)}
	}
	if err := b.source.check(); err != nil {
		return err
	}
	if err := b.load(); err != nil {
		return err
	}
	for _, name := range b.flowNames {
		if _, there := b.flows.Find(name); !there {
			return usageError{fmt.Errorf("%s has no flow %q", b.file, name)}
		}
	}
	return nil
}

// run reads the requests and asks about them, or about those that are left.
func (b *backtested) run(ctx context.Context, p Process, cmd *cobra.Command) (backtest.Report, error) {
	bar := newProgress(cmd.ErrOrStderr())
	asking, err := b.requests(ctx, bar)
	if err != nil {
		return backtest.Report{}, err
	}
	defer asking.close()
	key, err := b.key()
	if err != nil {
		return backtest.Report{}, err
	}
	path, err := journalPath(p, key)
	if err != nil {
		return backtest.Report{}, err
	}
	journal, known, err := backtest.OpenJournal(path, key, b.anew)
	if err != nil {
		return backtest.Report{}, err
	}
	var cases []backtest.Case
	left := asking.requests[:0:0]
	for _, r := range asking.requests {
		if now, is := known[r.ID]; is {
			r.Now = now
			cases = append(cases, r.Case)
		} else {
			left = append(left, r)
		}
	}
	bar.start("asking the hooks", len(cases), len(asking.requests))
	err = backtest.Replay(ctx, left, b.workers, replay.Options{Guards: b.guards, Today: b.flows.Today()}, func(c backtest.Case) error {
		cases = append(cases, c)
		bar.at(len(cases))
		return journal.Keep(c.ID, c.Now)
	})
	bar.end()
	if err != nil {
		err = errors.Join(stopped(ctx, err, len(cases), len(asking.requests)), journal.Close())
		return backtest.Report{}, err
	}
	if err := journal.Remove(); err != nil {
		return backtest.Report{}, err
	}
	limits := map[string]*run.FastTrack{}
	for _, f := range b.flows.Flows {
		limits[f.Name] = f.FastTrack
	}
	backtest.Limit(cases, limits)
	report := backtest.Compare(cases)
	report.Source, report.Function, report.Since, report.Until, report.Skipped = b.source.String(), asking.function, b.made.From, b.made.To, asking.skipped
	return report, nil
}

// stopped says how to go on.
func stopped(ctx context.Context, err error, done, all int) error {
	how := fmt.Sprintf("stopped after %d of %s; the same command goes on from there", done, count(all, "request"))
	if ctx.Err() != nil {
		return resumable{errors.New(how)}
	}
	return fmt.Errorf("%w\n%s", err, how)
}

// journalPath is where a backtest that is stopped is kept: among what programs
// keep for their user, by what it is about.
func journalPath(p Process, key string) (string, error) {
	dir, err := p.CacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "fasttrack", "backtest", key+".jsonl"), nil
}
