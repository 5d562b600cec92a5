package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	project "github.com/fasttrack-dev/fasttrack"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/strategies"
	"github.com/fasttrack-dev/fasttrack/internal/kit/upgrade"
	"github.com/fasttrack-dev/fasttrack/internal/release"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// upgrading has the flags of the command.
type upgrading struct {
	p Process
	buildFlags
	// from is set by the version before: this one then builds and says what changed.
	from      string
	changeSet bool
	asJSON    bool
}

func newUpgradeCommand(p Process) *cobra.Command {
	u := upgrading{p: p}
	cmd := &cobra.Command{
		Use:   "upgrade [VERSION]",
		Short: "Change the version of fasttrack, build, and say what changes",
		Long: `Change the version of fasttrack that the folder you are in names: in go.mod,
requirements.txt or package.json. VERSION is a release such as v1.2.3, the newest if it
is left out. An earlier one goes back.

Then the new version builds the folder, and prints which resources of the deployment
change and what the changelog says to look at. Nothing is deployed: ` + "`fasttrack deploy`" + `
does that. --change-set also asks CloudFormation, with your AWS credentials.

If VERSION does not exist or can't be downloaded, the folder stays as it is.`,
		Example: "  fasttrack upgrade\n  fasttrack upgrade v1.3.0 --change-set",
		Args:    usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if u.from != "" {
				return u.finish(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			version := ""
			if len(args) > 0 {
				var err error
				if version, err = upgrade.ReadVersion(args[0]); err != nil {
					return usageError{err}
				}
			}
			return u.begin(cmd, version)
		},
	}
	u.add(cmd)
	cmd.Flags().StringVar(&u.from, "from", "", "the `VERSION` that the folder was built with: build with this one and compare, and change no version")
	cmd.Flags().BoolVar(&u.changeSet, "change-set", false, "also have CloudFormation make the change set of the stack, without executing it (sam deploy --no-execute-changeset)")
	cmd.Flags().BoolVar(&u.asJSON, "json", false, "print as JSON")
	return cmd
}

// begin builds with this version, changes the version, and lets the new one finish.
func (u *upgrading) begin(cmd *cobra.Command, version string) error {
	ctx := cmd.Context()
	pin, err := upgrade.Find(".")
	if err != nil {
		return err
	}
	if _, err := strategies.FindWritten("."); err != nil {
		return err
	}
	if version != "" && version == pin.Version {
		_, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s names fasttrack %s already. Nothing to do.\n", pin.File, version)
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this executable: %w", err)
	}
	built, err := upgrade.Read(".")
	if err != nil {
		return err
	}
	if !cmd.Flags().Changed("arch") && built != nil && built.Architecture != "" {
		u.arch = built.Architecture
	}
	if _, err := u.build(ctx, cmd.ErrOrStderr()); err != nil {
		return fmt.Errorf("build with the present version first: %w", err)
	}
	now, err := pin.Bump(ctx, version, self)
	if err != nil {
		return err
	}
	if now.Version == pin.Version {
		_, err := fmt.Fprintf(cmd.ErrOrStderr(), "fasttrack %s is the newest version. Nothing to do.\n", now.Version)
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s names fasttrack %s now, %s before. Building with it.\n", now.File, now.Version, pin.Version)
	command := now.Command(self)
	if err := u.speaks(ctx, command, now); err != nil {
		return err
	}
	args := slices.Concat(command[1:], []string{"upgrade", "--from", pin.Version, "--arch", u.arch})
	if u.changeSet {
		args = append(args, "--change-set")
	}
	if u.asJSON {
		args = append(args, "--json")
	}
	run := exec.CommandContext(ctx, command[0], args...) // #nosec G204 -- the command line of the team's own version
	run.Stdin, run.Stdout, run.Stderr = u.p.In, cmd.OutOrStdout(), cmd.ErrOrStderr()
	err = run.Run()
	if _, failed := errors.AsType[*exec.ExitError](err); failed { // it has said why
		return fmt.Errorf("fasttrack %s could not build this folder; fix what it names, or go back: fasttrack upgrade %s", now.Version, pin.Version)
	}
	return err
}

// speaks checks that the command line is of the version that the folder names now.
func (u *upgrading) speaks(ctx context.Context, command []string, pin upgrade.Pin) error {
	out, err := exec.CommandContext(ctx, command[0], append(command[1:], "--version")...).CombinedOutput() // #nosec G204 -- as above
	if err != nil {
		return fmt.Errorf("start fasttrack %s: %w: %s", pin.Version, err, strings.TrimSpace(string(out)))
	}
	if !slices.Contains(strings.Fields(string(out)), pin.Version) {
		return fmt.Errorf("%s names fasttrack %s, but %s is another version (%s); install that release, then run: fasttrack build", pin.File, pin.Version, command[0], strings.TrimSpace(string(out)))
	}
	return nil
}

// upgradeReport is what upgrade prints as JSON.
type upgradeReport struct {
	From      string           `json:"from"`
	To        string           `json:"to"`
	Changes   []upgrade.Change `json:"changes"`
	Changelog []upgrade.Entry  `json:"changelog"`
	// Strategies are those in the folder that another version wrote.
	Strategies []strategies.Written `json:"strategies"`
}

// finish builds with this version, and says what changed.
func (u *upgrading) finish(ctx context.Context, w, log io.Writer) error {
	before, err := upgrade.Read(".")
	if err != nil {
		return err
	}
	if before == nil {
		return fmt.Errorf("%s is missing; nothing was built with %s", folder.Made, u.from)
	}
	if _, err := u.build(ctx, log); err != nil {
		return err
	}
	after, err := upgrade.Read(".")
	if err != nil {
		return err
	}
	written, err := strategies.FindWritten(".")
	if err != nil {
		return err
	}
	written = slices.DeleteFunc(written, func(s strategies.Written) bool { return s.Version == release.Version() })
	r := upgradeReport{u.from, release.Version(), upgrade.Changes(before, after), upgrade.Between(string(project.Changelog), u.from, release.Version()), append([]strategies.Written{}, written...)}
	if u.asJSON {
		err = printJSON(w, r)
	} else {
		err = printUpgrade(w, r)
	}
	if err != nil || !u.changeSet {
		return err
	}
	return deploy(ctx, u.p, append(deployArguments(fileExists("samconfig.toml")), "--no-execute-changeset"))
}

func printUpgrade(w io.Writer, r upgradeReport) error {
	var b strings.Builder
	fmt.Fprintf(&b, "fasttrack %s, was %s\n\n", r.To, r.From)
	if len(r.Changes) == 0 {
		b.WriteString("The deployment does not change.\n")
	} else {
		b.WriteString("A deployment changes:\n")
		table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, c := range r.Changes {
			fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", c.Action, c.Name, c.Type, c.What)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	toDo := slices.DeleteFunc(slices.Clone(r.Changelog), func(e upgrade.Entry) bool { return !e.ToDo })
	if len(toDo) > 0 {
		b.WriteString("\nThe changelog says to look at:\n")
	}
	for _, e := range toDo {
		fmt.Fprintf(&b, "  %s, %s: %s\n", e.Version, e.Section, text.Line(e.Text))
	}
	if more := len(r.Changelog) - len(toDo); more > 0 {
		fmt.Fprintf(&b, "\n%s more of the changelog need nothing from you; --json prints all.\n", text.Count(more, "line"))
	}
	b.WriteString(otherVersions(r.Strategies))
	b.WriteString("\nNext: fasttrack test, then fasttrack deploy.\n")
	_, err := io.WriteString(w, b.String())
	return err
}
