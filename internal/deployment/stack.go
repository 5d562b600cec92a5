package deployment

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"
)

// Describe returns what a stack's outputs say, in the region and account of cfg.
// It calls cloudformation:DescribeStacks.
func Describe(ctx context.Context, cfg aws.Config, stack string) (Deployment, error) {
	if err := CheckStack(stack); err != nil {
		return Deployment{}, err
	}
	out, err := cloudformation.NewFromConfig(cfg).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused) && refused.ErrorCode() == "ValidationError" && strings.Contains(refused.ErrorMessage(), "does not exist"):
		return Deployment{}, fmt.Errorf("no stack %q in region %s of this account", stack, cfg.Region)
	case err != nil:
		return Deployment{}, fmt.Errorf("outputs of stack %q: %w", stack, err)
	case len(out.Stacks) == 0:
		return Deployment{}, fmt.Errorf("no stack %q in region %s of this account", stack, cfg.Region)
	}
	d := Deployment{Stack: stack, Region: cfg.Region}
	for _, o := range out.Stacks[0].Outputs {
		switch value := aws.ToString(o.OutputValue); aws.ToString(o.OutputKey) {
		case "ApiUrl":
			d.URL = value
		case "TableName":
			d.Table = value
		case "DigestKeyArn":
			d.Key = value
		}
	}
	if d.URL == "" || d.Table == "" {
		return Deployment{}, fmt.Errorf("stack %q is not fasttrack: it lacks the outputs ApiUrl and TableName (its status is %s)", stack, out.Stacks[0].StackStatus)
	}
	return d, nil
}
