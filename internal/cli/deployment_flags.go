package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fasttrack-dev/fasttrack/internal/deployment"
)

// stackFlag adds --stack, which names the deployment that a command is about. The
// flags of [followFlag] follow from it.
func stackFlag(cmd *cobra.Command, stack *string) {
	if cmd.Flags().Lookup("stack") == nil {
		cmd.Flags().StringVar(stack, "stack", "fasttrack", "the `NAME` of a deployment: of a stack, or in the file of 'fasttrack deployments' (FASTTRACK_STACK)")
	}
}

// followed is a flag that follows from the deployment unless it is set.
type followed struct {
	value *string
	// of returns the value of a deployment, "" if it is unknown.
	of func(deployment.Deployment) string
	// variable is the environment variable that sets the flag. It counts before the
	// default deployment, and after one that is named.
	variable string
	// isOutput is set if the stack's outputs say what the deployment does not.
	isOutput bool
	// when reports whether the command needs the flag; nil is always.
	when func() bool
}

var _ pflag.Value = (*followed)(nil)

func (f *followed) String() string { return *f.value }
func (f *followed) Type() string   { return "string" }
func (f *followed) Set(value string) error {
	*f.value = value
	return nil
}

// followFlag adds a flag that follows from the deployment. The value of f is its
// default.
func followFlag(cmd *cobra.Command, name, usage string, f followed) {
	cmd.Flags().Var(&f, name, usage)
}

// follow sets the flags that follow from the deployment: that of --stack, of
// FASTTRACK_STACK, or the default of the file. Flags that are set stay, and without
// a deployment all do.
func follow(p Process, cmd *cobra.Command) error {
	stack := cmd.Flags().Lookup("stack")
	if stack == nil {
		return nil
	}
	d, named, err := findDeployment(p, stack)
	if err != nil || d.Stack == "" {
		return err
	}
	cmd.SetContext(withDeployment(cmd.Context(), d))
	var flags []*followed
	lacks := false
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		f, is := flag.Value.(*followed)
		byVariable := is && !named && f.variable != "" && p.Getenv(f.variable) != ""
		if !is || flag.Changed || byVariable || f.when != nil && !f.when() {
			return
		}
		flags = append(flags, f)
		lacks = lacks || f.isOutput && f.of(d) == ""
	})
	if lacks {
		if d, err = describe(cmd, d); err != nil {
			return err
		}
		cmd.SetContext(withDeployment(cmd.Context(), d))
	}
	if err := stack.Value.Set(d.Stack); err != nil {
		return err
	}
	for _, f := range flags {
		if value := f.of(d); value != "" {
			*f.value = value
		}
	}
	return nil
}

// findDeployment returns the deployment that is meant, with the empty stack for none.
// named reports whether --stack names it.
func findDeployment(p Process, stack *pflag.Flag) (d deployment.Deployment, named bool, err error) {
	path, err := deployment.Path(p.Getenv, p.ConfigDir)
	if err != nil {
		return d, false, err
	}
	file, err := deployment.Read(path)
	if err != nil {
		return d, false, usageError{err}
	}
	name := p.Getenv("FASTTRACK_STACK")
	switch {
	case stack.Changed:
		name = stack.Value.String()
	case name == "":
		name = file.Default
	}
	if name == "" {
		return d, false, nil
	}
	d, known := file.Find(name)
	if !known {
		if err := deployment.CheckStack(name); err != nil {
			return d, false, usageError{fmt.Errorf("--stack (FASTTRACK_STACK): %w", err)}
		}
		d.Stack = name
	}
	return d, stack.Changed, nil
}

// describe adds what the outputs of the stack say of a deployment.
func describe(cmd *cobra.Command, d deployment.Deployment) (deployment.Deployment, error) {
	endpoint := d.Endpoint
	if flag := cmd.Flags().Lookup("endpoint-url"); flag != nil && flag.Changed {
		endpoint = flag.Value.String()
	}
	cfg, err := awsConfig(cmd.Context(), endpoint)
	if err != nil {
		return d, fmt.Errorf("find deployment %q: %w", d.Stack, err)
	}
	described, err := deployment.Describe(cmd.Context(), cfg, d.Stack)
	if err != nil {
		return d, fmt.Errorf("find deployment: %w; without the right to read stacks, save it with `fasttrack deployments add`, or give --url or --table", err)
	}
	return d.Fill(described), nil
}

type deploymentKey struct{}

func withDeployment(ctx context.Context, d deployment.Deployment) context.Context {
	return context.WithValue(ctx, deploymentKey{}, d)
}

// deploymentOf returns the deployment of a command's context.
func deploymentOf(ctx context.Context) deployment.Deployment {
	d, _ := ctx.Value(deploymentKey{}).(deployment.Deployment)
	return d
}
