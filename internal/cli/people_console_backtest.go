package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/console/backtestpage"
	"github.com/fasttrack-dev/fasttrack/internal/deployment"
)

// consoleBacktest has the flags of the page that runs backtests: where past requests and
// the hooks of today are, as for the command backtest.
type consoleBacktest struct{ backtestFlags }

func (b *consoleBacktest) flags(cmd *cobra.Command, p Process) {
	b.table.name = p.Getenv("FASTTRACK_TABLE")
	// Not of the stack's outputs: people without the right to read them have a console.
	followFlag(cmd, "table", "for backtests: the `NAME` of the table to read: the stack's output TableName (FASTTRACK_TABLE)", followed{
		value: &b.table.name, variable: "FASTTRACK_TABLE", of: func(d deployment.Deployment) string { return d.Table },
	})
	cmd.Flags().StringVar(&b.exported, "file", "", "for backtests: a `FILE` of 'fasttrack audit export' to read instead of the table")
	cmd.Flags().StringVar(&b.file, "flows", "flows.yaml", "for backtests: the `FILE` of flows")
	stageFlag(cmd, &b.stage, "for backtests: ")
	cmd.Flags().StringVar(&b.Binary, "binary", "", "for backtests: the `FILE` of a hook function to run on this machine, instead of the deployed one, or the folder of its code")
	endpointFlag(cmd, &b.Endpoint)
	// Present finds deployed functions by the name of the stack.
	b.Stack = "fasttrack"
}

// page returns the page of backtests.
func (b *consoleBacktest) page(cmd *cobra.Command, p Process) console.Extra {
	if stack := cmd.Flags().Lookup("stack"); stack != nil {
		b.Stack = stack.Value.String()
	}
	o := backtestpage.Options{
		Context: cmd.Context(), Now: p.Now, Flows: func() ([]string, error) {
			if err := b.lacks(); err != nil {
				return nil, err
			}
			file, err := loadAt(b.file, b.stage)
			if err != nil {
				return nil, fmt.Errorf("%w; start the program with --flows FILE, your file of flows", err)
			}
			var names []string
			for _, f := range file.Flows {
				names = append(names, f.Name)
			}
			return names, nil
		},
		Run:    b.try,
		Source: "table " + b.table.name, Hooks: "the deployed functions of stack " + b.Stack, Rights: "your own AWS credentials, not those of your session at the API",
		Needs: "A backtest reads the table with dynamodb:Scan and calls the hook functions with lambda:InvokeFunction, as you. With --file and --binary it needs no rights at AWS.",
	}
	if b.exported != "" {
		o.Source = "the export " + filepath.Base(b.exported)
	}
	if b.Binary != "" {
		o.Hooks = b.Binary + ", run on this machine"
	}
	return backtestpage.New(o)
}

// lacks returns an error that says that past requests are missing.
func (b *consoleBacktest) lacks() error {
	if b.table.name == "" && b.exported == "" {
		return errors.New("no past requests: start the program with --table NAME (the stack's output TableName), or with --file and an export of `fasttrack audit export`")
	}
	return nil
}

// try runs one backtest, of the flows and the binary as they are now.
func (b *consoleBacktest) try(ctx context.Context, w backtestpage.Wanted, p backtest.Progress) (backtest.Report, error) {
	if err := b.lacks(); err != nil {
		return backtest.Report{}, err
	}
	tried := b.backtestFlags
	tried.FlowNames, tried.Period, tried.guards, tried.Workers, tried.Max = w.Flows, w.Period, w.Guards, 8, backtestpage.MaxRequests
	tried.present.Client = b.client()
	if err := tried.check(ctx); err != nil {
		return backtest.Report{}, err
	}
	defer tried.present.Stop()
	return backtest.Run(ctx, tried.options(p))
}
