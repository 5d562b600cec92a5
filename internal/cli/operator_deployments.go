package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deployment"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newDeploymentsCommand(p Process) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "deployments",
		Short: "List, add and remove names of deployments",
		Long: `List the deployments that --stack knows by name. They are in the file of
FASTTRACK_DEPLOYMENTS, by default fasttrack/deployments.yaml in your configuration
folder. "local" is what 'make run' serves.

Any other name is the name of a stack: its URL and table are read from its outputs
(cloudformation:DescribeStacks).`,
		Example: "  fasttrack deployments\n  fasttrack deployments add prod --region eu-west-1 --default\n  fasttrack list --stack prod",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, file, err := readDeployments(p)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), file)
			}
			return printDeployments(cmd.OutOrStdout(), path, file)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.AddCommand(newDeploymentsAddCommand(p), newDeploymentsRemoveCommand(p))
	return cmd
}

func readDeployments(p Process) (string, deployment.File, error) {
	path, err := deployment.Path(p.Getenv, p.ConfigDir)
	if err != nil {
		return "", deployment.File{}, err
	}
	file, err := deployment.Read(path)
	return path, file, err
}

func newDeploymentsAddCommand(p Process) *cobra.Command {
	var d deployment.Deployment
	var isDefault bool
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Add a name of a deployment, for --stack",
		Long: `Add a name of a deployment, for --stack. A name that exists is replaced.

With --url nothing is looked up. Otherwise the outputs of the stack are read once, with
your AWS credentials (cloudformation:DescribeStacks); commands that use the name don't
need that right.`,
		Example: "  fasttrack deployments add prod --region eu-west-1 --aws-profile prod --default\n  fasttrack deployments add staging --of fasttrack-staging\n  fasttrack deployments add mine --url http://127.0.0.1:9000 --endpoint-url http://127.0.0.1:9000/_aws --as ada@example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := args[0]
			path, file, err := readDeployments(p)
			if err != nil {
				return err
			}
			if err := deployment.CheckStack(name); err != nil {
				return usageError{fmt.Errorf("NAME: %w", err)}
			}
			if d.Stack == "" {
				d.Stack = name
			}
			if d.URL != "" {
				if err := api.CheckURL(d.URL); err != nil {
					return usageError{fmt.Errorf("--url: %w", err)}
				}
			} else {
				cfg, err := awsConfig(withDeployment(cmd.Context(), d), d.Endpoint)
				if err != nil {
					return err
				}
				described, err := deployment.Describe(cmd.Context(), cfg, d.Stack)
				if err != nil {
					return err
				}
				d = d.Fill(described)
			}
			file.Deployments[name] = d
			if isDefault {
				file.Default = name
			}
			if err := file.Write(path); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is %s\n", name, d.URL)
			return err
		},
	}
	cmd.Flags().StringVar(&d.Stack, "of", "", "the `NAME` of its CloudFormation stack (default the deployment's name)")
	cmd.Flags().StringVar(&d.Region, "region", "", "its AWS `REGION`, such as eu-west-1 (default that of the AWS CLI)")
	cmd.Flags().StringVar(&d.AWSProfile, "aws-profile", "", "the AWS CLI `PROFILE` to use for it")
	cmd.Flags().StringVar(&d.URL, "url", "", "the `URL` of its API; nothing is looked up then")
	cmd.Flags().StringVar(&d.Table, "table", "", "the `NAME` of its table")
	cmd.Flags().StringVar(&d.As, "as", "", "who to be, only on your own machine, as `EMAIL[;GROUP,…]`")
	cmd.Flags().BoolVar(&isDefault, "default", false, "use it where no deployment is named")
	cmd.Flags().StringVar(&d.Endpoint, "endpoint-url", "", "the `URL` of AWS, if not AWS itself")
	return cmd
}

func newDeploymentsRemoveCommand(p Process) *cobra.Command {
	return &cobra.Command{
		Use:     "remove NAME",
		Short:   "Remove a name; the deployment itself stays",
		Example: "  fasttrack deployments remove prod",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, file, err := readDeployments(p)
			if err != nil {
				return err
			}
			if _, known := file.Deployments[args[0]]; !known {
				return fmt.Errorf("%s has no deployment %q", path, args[0])
			}
			delete(file.Deployments, args[0])
			if file.Default == args[0] {
				file.Default = ""
			}
			return file.Write(path)
		},
	}
}

// sortedNames returns the names of the file, and that of this machine.
func sortedNames(file deployment.File) []string {
	names := append(slices.Collect(maps.Keys(file.Deployments)), deployment.Local)
	slices.Sort(names)
	return slices.Compact(names)
}

func printDeployments(out io.Writer, path string, file deployment.File) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTACK\tREGION\tURL\t")
	for _, name := range sortedNames(file) {
		d, _ := file.Find(name)
		mark := ""
		if name == file.Default {
			mark = "default"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", name, text.Line(d.Stack), cmp.Or(text.Line(d.Region), "-"), text.Line(d.URL), mark)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "The file is %s.\n", path)
	return err
}
