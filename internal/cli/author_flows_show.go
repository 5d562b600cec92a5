package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newFlowsShowCommand(p Process) *cobra.Command {
	var r pushedRules
	var deployed bool
	var version int
	var flows []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show [FILE]",
		Short: "Print flows.yaml as a stage has it",
		Long: "Print flows.yaml as a deployment of a stage has it: each var has the value of that stage. " +
			"The output is a flows.yaml without stages, so that two stages can be compared with diff.\n\n" +
			"--deployed prints, as it was pushed, the version that functions serve (docs/rules.md), or the one of --version. It says so if the newest version is not the one that is served.",
		Example: "  fasttrack flows show --stage prod\n  fasttrack flows show --deployed\n  fasttrack flows show --stage prod --flow on-call --json",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, raw, err := flowsFile(args), []byte(nil), error(nil)
			if deployed {
				if len(args) > 0 {
					return usageError{errors.New("--deployed can't be used with FILE")}
				}
				path, raw, err = r.show(cmd, p, version)
			} else if raw, err = os.ReadFile(path); err != nil {
				err = fmt.Errorf("read flows: %w", err)
			}
			if err != nil {
				return err
			}
			if deployed && r.stage == "" && len(flows) == 0 && !asJSON {
				_, err := cmd.OutOrStdout().Write(raw)
				return err
			}
			shown, err := flow.Deployed(path, raw, r.stage, flows...)
			if err != nil {
				return ofStage(err)
			}
			if !asJSON {
				_, err := cmd.OutOrStdout().Write(shown)
				return err
			}
			var file any
			if err := yaml.Load(shown, &file); err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), file)
		},
	}
	r.when = func() bool { return deployed }
	r.flags(cmd, p)
	cmd.Flags().BoolVar(&deployed, "deployed", false, "print the version that the functions of --stack serve")
	cmd.Flags().IntVar(&version, "version", 0, "with --deployed, print the version of this `NUMBER`")
	cmd.Flags().StringArrayVar(&flows, "flow", nil, "print this `FLOW` alone; may be repeated")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// show returns the version that functions serve, or one by its number. It says what keeps
// functions from the newest.
func (r *pushedRules) show(cmd *cobra.Command, p Process, number int) (name string, raw []byte, err error) {
	to, err := r.open(cmd.Context(), p)
	if err != nil {
		return "", nil, err
	}
	if number == 0 {
		served, refused, err := to.served(cmd.Context())
		if err != nil {
			return "", nil, err
		}
		if refused != "" {
			fmt.Fprintf(cmd.ErrOrStderr(), "The newest version is not taken: %s. This is %s.\n", text.Line(refused), served)
		}
		if number = served.Number; number == 0 {
			return "", nil, errNothingPushed
		}
	}
	v, raw, err := to.text(cmd.Context(), number)
	if err == nil && v.Shipped() {
		err = fmt.Errorf("version %d is the deployed flows.yaml, which can't be read from here", number)
	}
	return v.String(), raw, err
}
