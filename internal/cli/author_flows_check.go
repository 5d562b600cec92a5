package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/flowcheck"
	"github.com/fasttrack-dev/fasttrack/internal/hookfunc"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// flowsCheck has the flags of the command.
type flowsCheck struct {
	strict, deployed        bool
	binary, stack, endpoint string
}

// checkReport is what flows check prints as JSON.
type checkReport struct {
	File     string       `json:"file"`
	OK       bool         `json:"ok"`
	Flows    int          `json:"flows"`
	Errors   []flow.Error `json:"errors"`
	Warnings []flow.Error `json:"warnings"`
	// Notes say what was not checked.
	Notes []string `json:"notes,omitempty"`
}

func newFlowsCheckCommand(_ Process) *cobra.Command {
	var c flowsCheck
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check flows.yaml, and report each mistake with line and column",
		Long: `Check flows.yaml. Each mistake is a line:

  file:line:column: path: mistake

The exit code is 1 if there is any. A probable oversight, such as a group that the
directory lacks, is a warning; it does not change the exit code.

The names of flows are compared with the hook function, both ways: a flow without
hooks is a mistake unless the function has hooks for "*" or the flow says hooks:
none; hooks for an unknown flow are a mistake too. The function is that of --binary;
in a repository of your own it is built from your code; else it is
build/HooksFunction/bootstrap beside the file.

--deployed also compares the file with the stack, with your own AWS credentials. A
missing hook or strategy function is a mistake; requests of such a flow would go to
its admins. So is a permission set of IAM Identity Center whose sessions last longer
than every duration of the flow (sso:DescribePermissionSet), since AWS ends no
session when access ends. If they last longer than the shortest duration, that is a
warning.

--strict is for production. It also reports the samples that ship with fasttrack,
their placeholders such as grace@example.com, and an on_request that approves
whatever a stranger requests. To find those it calls the hooks of each flow with
each target and each allowed value, as trials. It calls the binary or, with
--deployed, the deployed function.`,
		Example: "  fasttrack flows check\n  fasttrack flows check --deployed --endpoint-url http://127.0.0.1:8080/_aws",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := c.check(cmd.Context(), flowsFile(args))
			if err != nil {
				return err
			}
			if asJSON {
				if err := printJSON(cmd.OutOrStdout(), report); err != nil {
					return err
				}
				if !report.OK {
					return errReported
				}
				return nil
			}
			return c.print(cmd, report)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.Flags().StringVar(&c.binary, "binary", "", "the `FILE` of the hook function to compare with, the bootstrap of functions/hooks, or the folder of its code in a repository of your own")
	cmd.Flags().BoolVar(&c.strict, "strict", false, "for production: also refuse samples, placeholders, and whatever approves everything for everyone, in any stage")
	cmd.Flags().BoolVar(&c.deployed, "deployed", false, "also compare with the stack: its functions (a dry run of lambda:InvokeFunction), the flows its own hook function has hooks for (an invocation that calls none), the destinations of notify lists, sessions of permission sets, and the permission sets that functions/grant may assign")
	stackFlag(cmd, &c.stack)
	endpointFlag(cmd, &c.endpoint)
	return cmd
}

// check checks a file. The error is that it could not be checked.
func (c flowsCheck) check(ctx context.Context, path string) (checkReport, error) {
	report := checkReport{File: path, Errors: []flow.Error{}, Warnings: []flow.Error{}}
	file, mistakes, err := loadFlows(path)
	if err != nil || len(mistakes) > 0 {
		report.Errors = append(report.Errors, mistakes...)
		return report, err
	}
	report.Flows = len(file.Flows)
	report.Warnings = append(report.Warnings, file.Warnings...)
	report.Errors = append(report.Errors, file.Refused...)
	own, note, err := findHooks(ctx, path, c.binary, c.endpoint)
	if err != nil {
		return report, err
	}
	defer own.stop()
	if own.call != nil {
		var wrong []flow.Error
		if wrong, note, err = own.compare(ctx, file); err != nil {
			return report, err
		}
		report.Errors = append(report.Errors, wrong...)
	}
	if note != "" && !c.deployed { // else compared with what is deployed
		report.Notes = append(report.Notes, note)
	}
	if c.deployed {
		cfg, err := awsConfig(ctx, c.endpoint)
		if err != nil {
			return report, err
		}
		wrong, warnings, err := flowcheck.Stack{Name: c.stack, Config: cfg}.Check(ctx, file)
		if err != nil {
			return report, err
		}
		report.Errors, report.Warnings = append(report.Errors, wrong...), append(report.Warnings, warnings...)
	}
	if c.strict {
		if own.broken != nil && !c.deployed {
			return report, own.broken
		}
		wrong, notes, err := c.production(ctx, file, path, own.call)
		if err != nil {
			return report, err
		}
		report.Errors, report.Notes = append(report.Errors, wrong...), append(report.Notes, notes...)
	}
	report.OK = len(report.Errors) == 0
	return report, nil
}

// team checks the flows of the team's folder, which is the working directory, and prints
// what it finds.
func (c flowsCheck) team(cmd *cobra.Command) error {
	report, err := c.check(cmd.Context(), folder.FlowsFile)
	if err != nil {
		return err
	}
	return c.print(cmd, report)
}

// print prints warnings and notes as messages. Mistakes are the command's error.
func (c flowsCheck) print(cmd *cobra.Command, r checkReport) error {
	if r.OK || c.strict {
		r.warn(cmd.ErrOrStderr())
	}
	if !r.OK {
		return &flow.Errors{Name: r.File, List: r.Errors}
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: ok, %s\n", r.File, text.Count(r.Flows, "flow"))
	return err
}

// production does the checks of --strict, with the hook function on this machine or, with
// --deployed, the deployed ones.
func (c flowsCheck) production(ctx context.Context, file *flow.File, path string, own replay.Function) ([]flow.Error, []string, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	p := flowcheck.Production{Source: source, File: file, Stack: c.stack}
	if c.deployed {
		client, err := lambdaClient(ctx, c.endpoint)
		if err != nil {
			return nil, nil, err
		}
		p.Function = func(_ *flow.Flow, block run.Flow) replay.Function { return hookfunc.Lambda(client, block.Hooks) }
		return p.Check(ctx)
	}
	p.Function = func(f *flow.Flow, _ run.Flow) replay.Function {
		if f.Hooks != flow.OwnHooks {
			return nil
		}
		return own
	}
	return p.Check(ctx)
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
