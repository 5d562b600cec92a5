package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// deployed says where the functions should be that a file of flows names: flags.
type deployed struct {
	ask             bool
	stack, endpoint string
}

func (d *deployed) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&d.ask, "deployed", false, "also ask AWS whether each hook and strategy function is there (a dry run of lambda:InvokeFunction), which flows the stack's own has hooks for (it is invoked, and calls none), how long sessions of permission sets last, and whether functions/grant may assign them")
	stackFlag(cmd, &d.stack)
	endpointFlag(cmd, &d.endpoint)
}

// missing names each place of the file that names a function which is not there.
// The error is that this can't be found out.
func (d *deployed) missing(ctx context.Context, file *flow.File) ([]flow.Error, error) {
	client, err := lambdaClient(ctx, d.endpoint)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	var mistakes []flow.Error
	for _, use := range file.Functions {
		name := use.Name
		switch {
		case !use.Strategy && name == flow.NoHooks:
			continue
		case !use.Strategy && name == flow.OwnHooks:
			name = ownHooks(d.stack)
		case use.Strategy && !strings.HasPrefix(name, "arn:"):
			name = d.stack + "-" + name
		}
		is, asked := there[name]
		if !asked {
			if is, err = isThere(ctx, client, name); err != nil {
				return nil, err
			}
			there[name] = is
			if is && !use.Strategy && use.Name == flow.OwnHooks {
				has, known, err := flowsOf(ctx, lambdaFunction(client, name))
				if err != nil {
					return nil, err
				}
				if known {
					mistakes = append(mistakes, mismatches(file, name, has)...)
				}
			}
		}
		if !is {
			mistakes = append(mistakes, use.Missing(fmt.Sprintf("there is no function %s; deploy it, and list its ARN in the stack's parameters", name)))
		}
	}
	return mistakes, nil
}

// isThere asks AWS whether there is a function, by a dry run of invoking it. The
// error is that this can't be found out.
func isThere(ctx context.Context, client *lambda.Client, function string) (bool, error) {
	_, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, InvocationType: types.InvocationTypeDryRun})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("whether %s is there can't be found out: %w", function, err)
	}
	return true, nil
}
