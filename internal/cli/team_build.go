package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/kit/build"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/upgrade"
	"github.com/fasttrack-dev/fasttrack/internal/release"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// buildFlags are the flags of the commands that build a team's folder.
type buildFlags struct {
	arch  string
	plain bool // of build alone
}

func (b *buildFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&b.arch, "arch", "arm64", "the `PROCESSOR` of the functions, arm64 or x86_64 (or amd64, which is the same)")
}

// build builds the team's folder, which is the working directory.
func (b *buildFlags) build(ctx context.Context, log io.Writer) (*build.Result, error) {
	arch, err := goArchOf(b.arch)
	if err != nil {
		return nil, err
	}
	if err := upgrade.Same(".", release.Version()); err != nil {
		return nil, err
	}
	return build.Build(ctx, build.Options{Dir: ".", Arch: arch, Plain: b.plain, Log: log})
}

// goArchOf returns a processor of --arch as Go calls it.
func goArchOf(arch string) (string, error) {
	switch arch {
	case "arm64":
		return "arm64", nil
	case "x86_64", "amd64":
		return "amd64", nil
	}
	return "", usageError{fmt.Errorf("--arch must be arm64 or x86_64, got %q", arch)}
}

// lambdaArch returns a processor as Lambda calls it.
func lambdaArch(goArch string) string {
	if goArch == "amd64" {
		return "x86_64"
	}
	return goArch
}

func newBuildCommand(_ Process) *cobra.Command {
	var flags buildFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Build what is deployed: your functions, the engine and one template of both",
		Long: `Build what is deployed of the folder you are in, into ` + folder.Made + `: one template of yours
and the engine's, and a .zip file for each function. Nothing needs ` + "`sam build`" + `.

Functions in Go are compiled. Those in Python and Node.js get the packages that their
requirements.txt or package.json names, for Lambda's system, and the SDK if they use it.
The engine is that of this version of fasttrack: it comes with a release, and a
fasttrack that Go installed compiles it once.

The same content makes the same bytes, so a deployment changes only what you changed.
flows.yaml is part of four functions of the engine: approve, notify, record and request.

--plain is for those who deploy with CDK or Terraform. It adds ` + folder.Made + `/` + build.PlainFile + `: the
engine's template as plain CloudFormation, with parameters for your hook function.`,
		Example: "  fasttrack build\n  fasttrack build --arch x86_64\n  fasttrack build --plain",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			result, err := flags.build(cmd.Context(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), buildReport{result.Version, flags.arch, result.Files, append([]string{}, result.Changed...)})
			}
			return printBuilt(cmd.OutOrStdout(), result, flags.arch)
		},
	}
	flags.add(cmd)
	cmd.Flags().BoolVar(&flags.plain, "plain", false, "also make "+build.PlainFile+", the engine's template for CDK and Terraform")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// buildReport is what build prints as JSON.
type buildReport struct {
	Version string `json:"version"`
	Arch    string `json:"architecture"`
	// Files are what is deployed, by their names in .fasttrack; Changed those that are not
	// what they were.
	Files   []string `json:"files"`
	Changed []string `json:"changed"`
}

// printBuilt says what a build changed.
func printBuilt(w io.Writer, r *build.Result, arch string) error {
	_, err := fmt.Fprintf(w, "%s: engine %s for %s, %s\n", folder.Made, r.Version, arch, text.Count(len(r.Files), "file"))
	switch {
	case err != nil:
		return err
	case len(r.Changed) == 0:
		_, err = fmt.Fprintln(w, "Nothing changed.")
	case len(r.Changed) == len(r.Files):
		_, err = fmt.Fprintln(w, "All are new.")
	default:
		changed := slices.Clone(r.Changed)
		_, err = fmt.Fprintf(w, "Changed: %s\n", strings.Join(changed, ", "))
	}
	return err
}
