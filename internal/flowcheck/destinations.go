package flowcheck

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// destinations finds entries of notify lists that the stack delivers nothing to, such as
// slack:#ops in a stack without Slack.
func (s Stack) destinations(ctx context.Context, file *flow.File) ([]flow.Error, error) {
	if len(file.Destinations) == 0 {
		return nil, nil
	}
	record := s.Name + "-engine-record"
	out, err := lambda.NewFromConfig(s.Config).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(record)})
	if err != nil {
		return nil, fmt.Errorf("read what the stack delivers to: %w", err)
	}
	if out.Environment == nil {
		return nil, nil
	}
	lacks := destination.LacksOf(func(name string) string { return out.Environment.Variables[name] })
	var mistakes []flow.Error
	for _, use := range file.Destinations {
		if parameter := lacks[use.Kind]; parameter != "" {
			mistakes = append(mistakes, use.Mistake(fmt.Sprintf("stack %s delivers nothing to %s; set its parameter %s", s.Name, use.Destination, parameter)))
		}
	}
	return mistakes, nil
}
