package cli

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

func newDeployCommand(p Process) *cobra.Command {
	var flags buildFlags
	cmd := &cobra.Command{
		Use:   "deploy [-- SAM-ARGUMENTS]",
		Short: "Build, check the flows, and deploy with the SAM CLI",
		Long: `Build as ` + "`fasttrack build`" + ` does, check as ` + "`fasttrack flows check`" + ` does, and run
` + "`sam deploy`" + `, which asks before it changes anything if samconfig.toml says so. What
follows -- are arguments of sam deploy.

Without the SAM CLI it builds and checks, and prints the command to run where it is.`,
		Example: "  fasttrack deploy\n  fasttrack deploy -- --config-env prod",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if at := cmd.ArgsLenAtDash(); at > 0 || at < 0 && len(args) > 0 {
				return usageError{fmt.Errorf("deploy takes no argument %q; arguments of sam deploy follow --", args[0])}
			}
			result, err := flags.build(cmd.Context(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if err := printBuilt(cmd.OutOrStdout(), result, flags.arch); err != nil {
				return err
			}
			if err := (flowsCheck{}).team(cmd); err != nil {
				return err
			}
			return deploy(cmd.Context(), p, append(deployArguments(fileExists("samconfig.toml")), args...))
		},
	}
	flags.add(cmd)
	return cmd
}

// deployArguments are the arguments of sam for what was built. Without samconfig.toml it
// asks for the rest. sam looks for that file from the folder of the template. A deployment
// that changes nothing is no failure: a pipeline deploys each commit.
func deployArguments(configured bool) []string {
	args := []string{"deploy", "--template-file", folder.Made + "/" + folder.TemplateFile, "--no-fail-on-empty-changeset"}
	if configured {
		return append(args, "--config-file", "../samconfig.toml")
	}
	return append(args, "--capabilities", "CAPABILITY_IAM", "--guided")
}

// deploy runs sam.
func deploy(ctx context.Context, p Process, args []string) error {
	sam, err := exec.LookPath("sam")
	if err != nil {
		return fmt.Errorf("the SAM CLI is not installed; install it (pipx install aws-sam-cli), then run: sam %s", strings.Join(args, " "))
	}
	cmd := exec.CommandContext(ctx, sam, args...) // #nosec G204 -- the user's own command line
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.In, p.Out, p.Err
	var exit *exec.ExitError
	if err := cmd.Run(); errors.As(err, &exit) {
		return fmt.Errorf("sam deploy failed: %w; the build is in %s", err, folder.Made)
	} else if err != nil {
		return fmt.Errorf("sam deploy: %w", err)
	}
	return nil
}
