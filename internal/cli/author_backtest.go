package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	locallambda "github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// backtestFlags are the flags of the command.
type backtestFlags struct {
	present
	backtest.Options
	table        table
	made         periodFlags
	exported     string
	html         string
	json, strict bool
}

func newBacktestCommand(p Process) *cobra.Command {
	var b backtestFlags
	cmd := &cobra.Command{
		Use:   "backtest [FLOW...]",
		Short: "Compare what hooks would do with past requests with what people did",
		Long: `Call the hooks of today with past requests, read-only, and compare their outcomes
with what became of each request. The report begins with the requests that people
denied and the hooks would approve. The requests come from the table (--table), read
with your own AWS credentials, or from a file of ` + "`fasttrack audit export`" + ` (--file). The
flows are those of your flows.yaml, with its vars and settings of targets, or with
--as-asked those of each request. A request of a flow in shadow mode is compared
twice, also by the on_request outcome of that time.

The hooks really run, and look up what is true today, such as who is on call. Each
event is a trial (trial: true). on_request and the reducers are called;
--with-guards also calls on_approve and on_deny for what on_request decides. The
report names the hooks that were not called. Nothing is stored, and nobody is
notified. Approvals above the limits of fast_track are counted apart.

After Ctrl-C the same command goes on where it stopped; --restart begins again.`,
		Example: `  fasttrack backtest --since 90d --table fasttrack-Table-1A2B3C
  fasttrack backtest low-risk --file export.jsonl --binary build/HooksFunction/bootstrap --html backtest.html
  fasttrack backtest --since 90d --stack fasttrack --binary hooks/`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if b.Period, err = b.made.read(p.Now()); err != nil {
				return err
			}
			b.FlowNames = args
			if err := b.check(cmd.Context()); err != nil {
				return err
			}
			defer b.present.Stop()
			report, err := b.run(cmd.Context(), p, newProgress(cmd.ErrOrStderr()))
			if err != nil {
				return err
			}
			if err := b.print(cmd, p.Now(), report); err != nil {
				return err
			}
			if b.strict && len(report.DeniedWouldApprove) > 0 {
				return errReported
			}
			return nil
		},
	}
	b.made.flags(cmd)
	b.table.when = func() bool { return !cmd.Flags().Changed("file") }
	b.table.nameFlag(cmd, p)
	cmd.Flags().StringVar(&b.exported, "file", "", "a `FILE` of 'fasttrack audit export' to read instead of the table")
	b.present.flags(cmd)
	cmd.Flags().BoolVar(&b.AsAsked, "as-asked", false, "use the flow as it was when each request was made, instead of the file of flows")
	cmd.Flags().IntVar(&b.Workers, "concurrency", 8, "how many requests to try at a time")
	cmd.Flags().BoolVar(&b.Restart, "restart", false, "try all requests again, also after a backtest that was stopped")
	cmd.Flags().StringVar(&b.html, "html", "", "write the report to a `FILE`, as one page")
	cmd.Flags().BoolVar(&b.strict, "strict", false, "for CI: exit code 1 if the hooks would approve what people denied")
	cmd.Flags().BoolVar(&b.json, "json", false, "print as JSON, with every request")
	return cmd
}

// check refuses wrong flags, and reads the file of flows.
func (b *backtestFlags) check(ctx context.Context) error {
	if b.Workers < 1 || b.Workers > 200 {
		return usageError{fmt.Errorf("--concurrency must be 1 to 200, got %d", b.Workers)}
	}
	if b.table.name == "" && b.exported == "" {
		return usageError{errors.New("give the source of the requests: --stack NAME, --table NAME (the stack's output TableName), or --file with an export of `fasttrack audit export`")}
	}
	if err := b.load(ctx); err != nil {
		return err
	}
	for _, name := range b.FlowNames {
		if _, err := b.find(name); err != nil {
			return err
		}
	}
	return nil
}

// run reads the requests and tries the hooks with them.
func (b *backtestFlags) run(ctx context.Context, p Process, bar *progress) (report backtest.Report, err error) {
	o := b.options(bar)
	if o.Key, err = b.key(); err != nil {
		return report, err
	}
	dir, err := p.CacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	o.Journal = filepath.Join(dir, "fasttrack", "backtest", o.Key+".jsonl")
	report, err = backtest.Run(ctx, o)
	var stopped backtest.Stopped
	if ctx.Err() != nil && errors.As(err, &stopped) {
		err = resumable{errors.New(stopped.Resume())}
	}
	return report, err
}

// options returns what is tried, without a journal.
func (b *backtestFlags) options(bar backtest.Progress) backtest.Options {
	o := b.Options
	o.Flows, o.FlowsFile, o.Hooks, o.Guards, o.Progress = b.flows, b.file, &b.present.Present, b.guards, bar
	o.Each, o.Source = b.eachOfTable, "table "+b.table.name
	if b.exported != "" {
		o.Each, o.Source = b.eachExported, filepath.Base(b.exported)
	}
	return o
}

// eachExported calls f with each exported request of the period.
func (b *backtestFlags) eachExported(_ context.Context, f func(export.Run) error) error {
	file, err := os.Open(b.exported)
	if err != nil {
		return usageError{fmt.Errorf("--file: %w", err)}
	}
	defer file.Close()
	err = export.Read(file, func(r export.Run) error {
		if !b.Period.Contains(r.CreatedAt) {
			return nil
		}
		return f(r)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", b.exported, err)
	}
	return nil
}

// eachOfTable calls f with each request of the table of the period.
func (b *backtestFlags) eachOfTable(ctx context.Context, f func(export.Run) error) error {
	b.table.endpoint = b.Endpoint
	stored, _, err := b.table.open(ctx)
	if err != nil {
		return err
	}
	return stored.Each(ctx, b.Period.From, b.Period.To, func(rec store.Record) error {
		return f(export.Of(rec.Run, json.RawMessage(rec.Context)))
	})
}

// key returns the key of everything that the outcomes depend on.
func (b *backtestFlags) key() (string, error) {
	flows, err := os.ReadFile(b.file)
	if err != nil {
		return "", err
	}
	version, dir := "", filepath.Dir(b.Binary)
	if b.Package != nil {
		dir = b.Package.Dir
	}
	if b.Binary != "" {
		if version, err = locallambda.PackageVersion(dir); err != nil {
			return "", err
		}
	}
	return backtest.Key(string(flows), b.Stack, b.Endpoint, b.Binary, version, b.table.name, b.exported, fmt.Sprint(b.made), b.FlowNames, b.AsAsked, b.guards)
}
