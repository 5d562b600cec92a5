package emulator

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

const (
	// stackTime is how long CloudFormation may take for a stack.
	stackTime = 5 * time.Minute
	// poll is how often CloudFormation is called to see whether a change is done.
	poll = 200 * time.Millisecond
)

// change makes the stack, or updates it, from a template in S3 by a change set. A change
// set without a change changes nothing.
func (m *Emulator) change(ctx context.Context, url string, parameters map[string]string) error {
	client := cloudformation.NewFromConfig(m.services)
	stack := &cloudformation.DescribeStacksInput{StackName: aws.String(StackName)}
	set := aws.String("packed-" + strings.ToLower(rand.Text()))
	kind := types.ChangeSetTypeUpdate
	if _, err := client.DescribeStacks(ctx, stack); err != nil {
		kind = types.ChangeSetTypeCreate
	}
	in := &cloudformation.CreateChangeSetInput{
		StackName: stack.StackName, ChangeSetName: set, ChangeSetType: kind, TemplateURL: &url,
		Capabilities: []types.Capability{types.CapabilityCapabilityIam, types.CapabilityCapabilityAutoExpand},
	}
	for name, value := range parameters {
		in.Parameters = append(in.Parameters, types.Parameter{ParameterKey: aws.String(name), ParameterValue: aws.String(value)})
	}
	if _, err := client.CreateChangeSet(ctx, in); err != nil {
		return err
	}
	described := &cloudformation.DescribeChangeSetInput{StackName: stack.StackName, ChangeSetName: set}
	made := func(o *cloudformation.ChangeSetCreateCompleteWaiterOptions) { o.MinDelay, o.MaxDelay = poll, poll }
	if err := cloudformation.NewChangeSetCreateCompleteWaiter(client, made).Wait(ctx, described, stackTime); err != nil {
		got, describeErr := client.DescribeChangeSet(ctx, described)
		if describeErr == nil && strings.Contains(aws.ToString(got.StatusReason), "didn't contain changes") {
			return nil
		}
		return errors.Join(err, describeErr)
	}
	if _, err := client.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{StackName: stack.StackName, ChangeSetName: set}); err != nil {
		return err
	}
	if kind == types.ChangeSetTypeCreate {
		created := func(o *cloudformation.StackCreateCompleteWaiterOptions) { o.MinDelay, o.MaxDelay = poll, poll }
		return cloudformation.NewStackCreateCompleteWaiter(client, created).Wait(ctx, stack, stackTime)
	}
	updated := func(o *cloudformation.StackUpdateCompleteWaiterOptions) { o.MinDelay, o.MaxDelay = poll, poll }
	return cloudformation.NewStackUpdateCompleteWaiter(client, updated).Wait(ctx, stack, stackTime)
}
