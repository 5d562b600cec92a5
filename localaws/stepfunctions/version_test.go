package stepfunctions_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// An execution's machine is described as it was at its start, after an update and
// after its deletion.
func TestDescribeStateMachineForExecution(t *testing.T) {
	c, _ := open(t)
	first, second := invoke("echo", ""), invoke("text", "")
	arn := create(t, c, "m", first)
	describe := func(x *sfn.DescribeExecutionOutput, d types.IncludedData) *sfn.DescribeStateMachineForExecutionOutput {
		t.Helper()
		out, err := c.DescribeStateMachineForExecution(t.Context(), &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: x.ExecutionArn, IncludedData: d})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := run(t, c, arn, `{}`)
	u, err := c.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: &arn, Definition: &second})
	if err != nil {
		t.Fatal(err)
	}
	after := run(t, c, arn, `{}`)
	if d := describe(before, ""); *d.Definition != first || *d.StateMachineArn != arn || *d.Name != "m" || d.RevisionId != nil || *d.RoleArn != "arn:aws:iam::123456789012:role/r" {
		t.Errorf("before the update: %+v", d)
	}
	if d := describe(after, ""); *d.Definition != second || aws.ToString(d.RevisionId) != *u.RevisionId || !d.UpdateDate.Equal(*u.UpdateDate) {
		t.Errorf("after the update: %+v", d)
	}
	if d := describe(after, types.IncludedDataMetadataOnly); aws.ToString(d.Definition) != "" {
		t.Errorf("METADATA_ONLY has the definition")
	}
	var missing *types.ExecutionDoesNotExist
	_, err = c.DescribeStateMachineForExecution(t.Context(), &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: aws.String(*after.ExecutionArn + "x")})
	if !errors.As(err, &missing) {
		t.Errorf("an unknown execution: got %v", err)
	}
}
