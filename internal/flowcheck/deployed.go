package flowcheck

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookfunc"
)

// Stack is the stack that the flows are for, as its AWS account has it.
type Stack struct {
	Name   string
	Config aws.Config
}

// Check compares a file with the stack: functions, destinations, sessions and rights. The error
// is that this could not be done.
func (s Stack) Check(ctx context.Context, file *flow.File) (mistakes, warnings []flow.Error, err error) {
	missing, err := s.functions(ctx, file)
	if err != nil {
		return nil, nil, err
	}
	undelivered, err := s.destinations(ctx, file)
	if err != nil {
		return nil, nil, err
	}
	longer, warnings := s.sessions(ctx, file)
	beyond, unknown := s.rights(ctx, file)
	return slices.Concat(missing, undelivered, longer, beyond), slices.Concat(warnings, unknown), nil
}

// functions finds functions of the file that are not deployed, and compares the
// flows that the stack's own hook function has hooks for.
func (s Stack) functions(ctx context.Context, file *flow.File) ([]flow.Error, error) {
	client := lambda.NewFromConfig(s.Config)
	known := map[string]bool{}
	var mistakes []flow.Error
	for _, use := range file.Functions {
		name := use.Name
		switch {
		case !use.Strategy && name == flow.NoHooks:
			continue
		case !use.Strategy && name == flow.OwnHooks:
			name = hookfunc.Own(s.Name)
		case use.Strategy && !strings.HasPrefix(name, "arn:"):
			name = s.Name + "-" + name
		}
		exists, checked := known[name]
		if !checked {
			var err error
			if exists, err = hookfunc.Exists(ctx, client, name); err != nil {
				return nil, err
			}
			known[name] = exists
			if exists && !use.Strategy && use.Name == flow.OwnHooks {
				has, says, err := Flows(ctx, hookfunc.Lambda(client, name))
				if err != nil {
					return nil, err
				}
				if says {
					mistakes = append(mistakes, Names(file, name, has)...)
				}
			}
		}
		if !exists {
			mistakes = append(mistakes, use.Missing(fmt.Sprintf("no function %s; deploy it, and list its ARN in the stack's parameters", name)))
		}
	}
	return mistakes, nil
}

// grant returns the configuration of the stack's functions/grant.
func (s Stack) grant(ctx context.Context) (*lambda.GetFunctionConfigurationOutput, error) {
	return lambda.NewFromConfig(s.Config).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(s.Name + "-engine-grant")})
}
