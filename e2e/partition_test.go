package e2e

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// The whole system runs in every partition: the state machine invokes its functions,
// and those find the services' resources by their ARNs.
func TestPartitions(t *testing.T) {
	if emulated() {
		t.Skip("the emulator is in the partition aws: TestDeployed plays there")
	}
	for region, partition := range map[string]string{"us-gov-west-1": "aws-us-gov", "cn-north-1": "aws-cn"} {
		t.Run(partition, func(t *testing.T) {
			t.Parallel()
			on, _ := serve(t, "CasesFunction", "testdata/cases/flows.yaml", localaws.Options{Region: region})
			if !strings.HasPrefix(on.machine, "arn:"+partition+":states:"+region+":") {
				t.Errorf("the state machine is %s", on.machine)
			}
			c := &client{url: on.url, who: "ada@example.com", headers: [][2]string{{"Prefer", "wait=20"}}}
			if err := c.call("POST", "/requests", []byte(`{"flow":"brief","fields":{"target":"dev","do":"on_request=approve"}}`)); err != nil || c.status != 201 {
				t.Fatalf("%d %v: %s", c.status, err, c.body)
			}
			id, _ := c.at("id")
			until(t, c, id, func() bool {
				status, _ := c.at("status")
				return status == "ended"
			})
		})
	}
}

// substituted shows that the definition that was deployed names its partition.
func (d deployed) substituted(t *testing.T) {
	made, err := sfn.NewFromConfig(d.Services()).DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &d.machine})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(*made.Definition, "${") || strings.Count(*made.Definition, `"arn:aws:states:::lambda:invoke`) != 6 {
		t.Errorf("the definition that was deployed: %s", *made.Definition)
	}
}
