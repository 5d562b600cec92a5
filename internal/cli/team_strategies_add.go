package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
	"github.com/fasttrack-dev/fasttrack/internal/kit/strategies"
	"github.com/fasttrack-dev/fasttrack/internal/kit/upgrade"
	"github.com/fasttrack-dev/fasttrack/internal/release"
)

// strategiesDir is the folder in which strategies are written.
const strategiesDir = "strategies"

func newStrategiesAddCommand(_ Process) *cobra.Command {
	var into, arch string
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Write a strategy of this version of fasttrack, ready to deploy",
		Long: `Write a strategy function of this version of fasttrack into a folder: its template, and
its package beside it. ` + "`sam deploy`" + ` takes them as they are. It is a stack of its own, with
a role of its own. ` + "`fasttrack strategies list`" + ` has the names.

Run it again after ` + "`fasttrack upgrade`" + `, and wherever the package is missing: git ignores
it, and the same version makes the same bytes. It replaces what it wrote before, and no
other file. A template that you changed is refused.`,
		Example: "  fasttrack strategies add okta-group\n  fasttrack strategies add postgres --into access/billing --arch x86_64",
		Args:    usage(cobra.ExactArgs(1)),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) (words []cobra.Completion, _ cobra.ShellCompDirective) {
			for _, s := range strategies.All {
				if len(args) == 0 {
					words = append(words, cobra.CompletionWithDesc(s.Name, s.About))
				}
			}
			return words, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := strategies.Find(args[0])
			if err != nil {
				return usageError{err}
			}
			if into == "" {
				into = filepath.Join(strategiesDir, s.Name)
			}
			before, err := strategies.Check(into, s.Name)
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("arch") {
				if arch, err = presentArch(before); err != nil {
					return err
				}
			}
			goArch, err := goArchOf(arch)
			if err != nil {
				return err
			}
			if err := upgrade.Same(".", release.Version()); err != nil {
				return err
			}
			binary, err := engine.Strategy(cmd.Context(), s.Name, engine.Options{Arch: goArch, Dir: ".", Log: cmd.ErrOrStderr()})
			if err != nil {
				return err
			}
			o := strategies.Options{Name: s.Name, Version: release.Version(), Architecture: lambdaArch(goArch), Binary: binary}
			changed, err := strategies.Write(into, o)
			if err != nil {
				return err
			}
			return printAdded(cmd.OutOrStdout(), into, o, before, changed)
		},
	}
	cmd.Flags().StringVar(&into, "into", "", "the `DIR` to write into, instead of strategies/NAME")
	cmd.Flags().StringVar(&arch, "arch", "", "the `PROCESSOR` of the function, arm64 or x86_64; without it, the one that DIR or the last build has, else arm64")
	return cmd
}

// presentArch returns the architecture of what was written before, or else that of the
// last build of the folder.
func presentArch(before *strategies.Manifest) (string, error) {
	if before != nil {
		return before.Architecture, nil
	}
	built, err := upgrade.Read(".")
	if err != nil || built == nil || built.Architecture == "" {
		return "arm64", err
	}
	return built.Architecture, nil
}

// printAdded says what was written, and what to do next.
func printAdded(w io.Writer, dir string, o strategies.Options, before *strategies.Manifest, changed []string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: strategy %s of fasttrack %s for %s", filepath.ToSlash(dir), o.Name, o.Version, o.Architecture)
	if before != nil && before.Version != o.Version {
		fmt.Fprintf(&b, ", %s before", before.Version)
	}
	b.WriteByte('\n')
	switch {
	case before == nil:
		fmt.Fprintf(&b, `  template.yaml   the function, its role and what it needs
  %-14s  the function's package, which git ignores
  fasttrack.json  what was written, for the next time

Next:
  cd %s
  sam deploy --guided --stack-name fasttrack-%s --capabilities CAPABILITY_IAM

Then add its output FunctionArn to fasttrack's parameter StrategyFunctionArns.
Set-up and flow: https://github.com/fasttrack-dev/fasttrack/blob/main/docs/strategies/%s.md
`, o.Name+".zip", filepath.ToSlash(dir), o.Name, o.Name)
	case len(changed) == 0:
		b.WriteString("Nothing changed.\n")
	default:
		fmt.Fprintf(&b, "Changed: %s\nNext: sam deploy in %s.\n", strings.Join(changed, ", "), filepath.ToSlash(dir))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
