package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/starter"
	"github.com/fasttrack-dev/fasttrack/internal/release"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newInitCommand(_ Process) *cobra.Command {
	lang, flow, ci := string(folder.Go), "approval", ""
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Begin a repository of your own, with a flow, a rule and its test",
		Long: `Begin a repository of your own: a flow, a rule in your language with its test, and
what deploys them. Nothing of the engine is in it: ` + "`fasttrack build`" + ` adds the engine of
this version of fasttrack. DIR must be empty or not exist.

The flows to begin with:

  approval    people approve, and a rule approves what is low risk; grants no access
  aws-access  access to AWS accounts by IAM Identity Center, for a limited time
  on-call     a rule approves who is on call in PagerDuty

--ci github adds a workflow that tests each change on GitHub.`,
		Example: "  fasttrack init approvals\n  fasttrack init approvals --lang python --flow on-call --ci github",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(starter.Languages, folder.Language(lang)) {
				return usageError{fmt.Errorf("--lang must be go, python or node, not %q", lang)}
			}
			if !slices.Contains(starter.Flows(), flow) {
				return usageError{fmt.Errorf("--flow must be one of %s, not %q", strings.Join(starter.Flows(), ", "), flow)}
			}
			if ci != "" && !slices.Contains(starter.CISystems(), ci) {
				return usageError{fmt.Errorf("--ci must be %s, not %q", strings.Join(starter.CISystems(), ", "), ci)}
			}
			path, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			o := starter.Options{Language: folder.Language(lang), Flow: flow, CI: ci, Stack: starter.StackName(filepath.Base(path)), Version: release.Version()}
			if strings.HasPrefix(o.Version, "(") { // of a checkout
				o.Version = ""
			}
			files, err := starter.Files(o)
			if err != nil {
				return err
			}
			if err := starter.Write(args[0], files); err != nil {
				return err
			}
			return printStarter(cmd.OutOrStdout(), args[0], o, files)
		},
	}
	cmd.Flags().StringVar(&lang, "lang", lang, "the `LANG` of the hooks: go, python or node")
	cmd.Flags().StringVar(&flow, "flow", flow, "the `FLOW` to begin with: approval, aws-access or on-call")
	cmd.Flags().StringVar(&ci, "ci", ci, "add the file with which a CI `SYSTEM` tests each change: github")
	return cmd
}

// printStarter says what each file is for, and what to do next.
func printStarter(w io.Writer, dir string, o starter.Options, files []starter.File) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s:\n", text.Count(len(files), "file"), dir)
	for _, f := range files {
		fmt.Fprintf(&b, "  %-26s  %s\n", f.Name, f.About)
	}
	fmt.Fprintf(&b, "\nNext:\n  cd %s\n", dir)
	for _, step := range starter.Steps(o) {
		fmt.Fprintf(&b, "  %-26s  # %s\n", step.Command, step.About)
	}
	fmt.Fprintf(&b, "\nIn another terminal, while it runs:\n  %s request %s --as ada@example.com\n\n", starter.Command(o.Language), starter.Request(o.Flow))
	fmt.Fprintf(&b, "Flow %s: %s.\n", o.Flow, starter.Note(o.Flow))
	_, err := io.WriteString(w, b.String())
	return err
}
