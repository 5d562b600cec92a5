package cli

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/deployment"
)

// stackFlag names the deployment of a command. From its name follow the flags
// --url, --table, --key, --endpoint-url and --as that the command has.
func stackFlag(cmd *cobra.Command, stack *string) {
	if cmd.Flags().Lookup("stack") != nil {
		return
	}
	cmd.Flags().StringVar(stack, "stack", "fasttrack", "the `NAME` of a deployment: of a stack, or in the file of 'fasttrack deployments' (FASTTRACK_STACK)")
}

// followed are the flags that follow from a deployment: where each is in one, and
// the variable that counts before a default deployment.
var followed = []struct {
	flag, variable string
	of             func(deployment.Deployment) string
}{
	{"url", "FASTTRACK_URL", func(d deployment.Deployment) string { return d.URL }},
	{"table", "FASTTRACK_TABLE", func(d deployment.Deployment) string { return d.Table }},
	{"key", "", func(d deployment.Deployment) string { return d.Key }},
	{"endpoint-url", "", func(d deployment.Deployment) string { return d.Endpoint }},
	{"as", "FASTTRACK_AS", func(d deployment.Deployment) string { return d.As }},
}

// follow sets the flags that follow from the deployment that is meant: by --stack,
// FASTTRACK_STACK or the default of the file. Flags that were given stay. Without a
// deployment all stay as they are.
func follow(p Process, cmd *cobra.Command) error {
	stack := cmd.Flags().Lookup("stack")
	if stack == nil {
		return nil
	}
	named := stack.Changed
	name := stack.Value.String()
	if !named {
		name = p.Getenv("FASTTRACK_STACK")
	}
	path, err := deployment.Path(p.Getenv, p.ConfigDir)
	if err != nil {
		return err
	}
	file, err := deployment.Read(path)
	if err != nil {
		return usageError{err}
	}
	if name == "" {
		name = file.Default
	}
	if name == "" {
		return nil
	}
	d, known := file.Find(name)
	if !known {
		if err := deployment.CheckStack(name); err != nil {
			return usageError{fmt.Errorf("--stack (FASTTRACK_STACK): %w", err)}
		}
		d = deployment.Deployment{Stack: name}
	}
	cmd.SetContext(withDeployment(cmd.Context(), d))
	wanted := map[string]bool{}
	for _, f := range followed {
		flag := cmd.Flags().Lookup(f.flag)
		if flag == nil || flag.Changed || !named && f.variable != "" && p.Getenv(f.variable) != "" || !follows(cmd, f.flag) {
			continue
		}
		wanted[f.flag] = true
	}
	if d, err = complement(cmd, d, wanted); err != nil {
		return err
	}
	set := func(flag, value string) error {
		if value == "" {
			return nil
		}
		return cmd.Flags().Set(flag, value)
	}
	if err := set("stack", d.Stack); err != nil {
		return err
	}
	for _, f := range followed {
		if wanted[f.flag] {
			if err := set(f.flag, f.of(d)); err != nil {
				return err
			}
		}
	}
	return nil
}

// follows reports whether a flag of the command is about the deployment.
func follows(cmd *cobra.Command, flag string) bool {
	switch flag {
	case "table", "key":
		return readsTable(cmd)
	case "as":
		return cmd.Flags().Lookup("url") != nil // else it is who a trial asks as
	}
	return true
}

// complement asks CloudFormation for what a command needs of a deployment, and its
// file doesn't say.
func complement(cmd *cobra.Command, d deployment.Deployment, wanted map[string]bool) (deployment.Deployment, error) {
	lacks := wanted["url"] && d.URL == "" && !readsTable(cmd) || wanted["table"] && d.Table == ""
	if !lacks {
		return d, nil
	}
	endpoint := d.Endpoint
	if flag := cmd.Flags().Lookup("endpoint-url"); flag != nil && flag.Changed {
		endpoint = flag.Value.String()
	}
	cfg, err := awsConfig(cmd.Context(), endpoint)
	if err != nil {
		return d, fmt.Errorf("where the deployment %q is: %w", d.Stack, err)
	}
	described, err := deployment.Describe(cmd.Context(), cfg, d.Stack)
	if err != nil {
		return d, fmt.Errorf("where the deployment is: %w; without the right to read stacks, save it by 'fasttrack deployments add', or give --url or --table", err)
	}
	return d.Fill(described), nil
}

// readsTable reports whether a command is about the table: one that can also go by
// the API is, where neither requests nor a flow are named.
func readsTable(cmd *cobra.Command) bool {
	flag := func(name string) bool { f := cmd.Flags().Lookup(name); return f != nil && f.Changed }
	switch {
	case cmd.Flags().Lookup("table") == nil || cmd.Annotations[tableIsOptional] != "":
		return false
	case cmd.Flags().Lookup("url") != nil:
		return flag("table") || !flag("flow") && cmd.Flags().NArg() == 0
	}
	return !flag("file")
}

// tableIsOptional annotates a command that reads the table only where one is named.
const tableIsOptional = "table is optional"

type deploymentKey struct{}

func withDeployment(ctx context.Context, d deployment.Deployment) context.Context {
	return context.WithValue(ctx, deploymentKey{}, d)
}

// loadAWS loads region and credentials as the AWS CLI does, but for what the
// deployment says.
func loadAWS(ctx context.Context) (aws.Config, error) {
	// The SDK's own log would name each place where it looks for credentials.
	options := []func(*config.LoadOptions) error{config.WithLogger(logging.Nop{})}
	d, _ := ctx.Value(deploymentKey{}).(deployment.Deployment)
	if d.Region != "" {
		options = append(options, config.WithRegion(d.Region))
	}
	if d.AWSProfile != "" {
		options = append(options, config.WithSharedConfigProfile(d.AWSProfile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("AWS configuration: %w", err)
	}
	return cfg, nil
}
