package torture

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Runs that were started with the machine before there was access end rightly
// with the functions of today: a wait goes on, and one that gives access is
// handed over to the machine of today.
func TestUpgradeInTheMiddle(t *testing.T) {
	p := newPlay(t, setup{})
	machine := p.stack.Template.StateMachines[0].ARN
	today, err := p.machines.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &machine})
	if err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile("testdata/statemachine.v1.asl.json")
	if err != nil {
		t.Fatal(err)
	}
	record := ""
	for _, f := range p.stack.Template.Functions {
		if f.LogicalID == "RecordFunction" {
			record = "arn:aws:lambda:" + local.Region + ":" + local.AccountID + ":function:" + f.Name
		}
	}
	update := func(definition string) {
		t.Helper()
		if _, err := p.machines.UpdateStateMachine(context.Background(), &sfn.UpdateStateMachineInput{StateMachineArn: &machine, Definition: &definition}); err != nil {
			t.Fatal(err)
		}
	}
	update(strings.ReplaceAll(string(old), "${RecordFunction}", record))
	plain, access, later := p.ask("plain", ""), p.ask("access", "fast"), p.ask("access", "")
	p.pending(plain)
	p.pending(later)
	update(*today.Definition)
	p.acts("grace@example.com", plain, "approve")
	p.acts("grace@example.com", later, "approve")
	p.over()
	for _, wrong := range p.holds(run.Approved, run.Ended) {
		t.Error(wrong)
	}
	for id, want := range map[string]run.Status{plain: run.Approved, access: run.Ended, later: run.Ended} {
		if got := p.load(id); got.Status != want || want == run.Ended && got.Engine.Execution != 1 {
			t.Errorf("run %s is %s in execution %d, want %s", id, got.Status, got.Engine.Execution, want)
		}
	}
}
