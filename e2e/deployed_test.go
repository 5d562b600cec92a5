package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
)

// TestDeployed is what can be seen on a deployed stack alone. It is the one that the SAM
// CLI itself deploys.
func TestDeployed(t *testing.T) {
	onlyDeployed(t)
	logs := newLogs(t)
	e := startEmulator(t, logs)
	on := deployBy(t, e, e.Deploy, layOutBuild(t, "CasesFunction", "testdata/cases/flows.yaml"), logs, map[string]string{"PushedRules": "true"})
	d := deployed{on, e}
	t.Run("rules are pushed", d.rulesArePushed)
	t.Run("public routes", d.publicRoutes)
	t.Run("roles are enforced", d.rolesAreEnforced)
	t.Run("the partition is substituted", d.substituted)
	t.Run("people are told", d.peopleAreTold)
	t.Run("digest", d.digest)
	t.Run("rules that are approved are applied", d.rulesAreApplied)
	t.Run("states entered", d.statesEntered)
	t.Run("access of a lost execution is taken back", d.lostExecution)
	t.Run("forged executions change nothing", func(t *testing.T) { forgedExecutions(t, d.system) })
}

type deployed struct {
	system
	*emulator.Emulator
}

func (d deployed) as(who string) *client { return &client{url: d.url, who: who} }

// ask files a request and returns its id once on_request has responded.
func (d deployed) ask(t *testing.T, body, status string) string {
	t.Helper()
	c := d.as("ada@example.com")
	c.headers = [][2]string{{"Prefer", "wait=20"}}
	if err := c.call("POST", "/requests", []byte(body)); err != nil || c.status != 201 {
		t.Fatalf("%d %v: %s", c.status, err, c.body)
	}
	id, _ := c.at("id")
	d.await(t, id, status)
	return id
}

func (d deployed) await(t *testing.T, id, status string) {
	t.Helper()
	c, got := d.as("ada@example.com"), ""
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if err := c.call("GET", "/requests/"+id, nil); err != nil {
			t.Fatal(err)
		}
		if got, _ = c.at("status"); got == status {
			return
		}
	}
	t.Fatalf("it is %s, and not yet %s: %s", got, status, c.body)
}

func (d deployed) act(t *testing.T, who, id, act string) {
	t.Helper()
	if c := d.as(who); c.call("POST", "/requests/"+id+"/"+act, []byte(`{"reason":"as agreed"}`)) != nil || c.status != 200 {
		t.Fatalf("%s by %s: %d %s", act, who, c.status, c.body)
	}
}

// rolesAreEnforced shows that the emulator refuses what a role does not allow, so
// that the transcripts show that the roles allow what is needed.
func (d deployed) rolesAreEnforced(t *testing.T) {
	id := d.ask(t, `{"flow":"plain"}`, "pending")
	role, roles, policy := d.role(t, emulator.StackName+"-engine-request"), iam.NewFromConfig(d.Services()), "nothing"
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"dynamodb:GetItem","Resource":"*"}]}`
	if _, err := roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: role, PolicyName: &policy, PolicyDocument: &deny}); err != nil {
		t.Fatal(err)
	}
	c := d.as("ada@example.com")
	if err := c.call("GET", "/requests/"+id, nil); err != nil || c.status != 500 {
		t.Errorf("functions/request may not read, and answered %d (%v): %s", c.status, err, c.body)
	}
	if _, err := roles.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: &policy}); err != nil {
		t.Fatal(err)
	}
	if err := c.call("GET", "/requests/"+id, nil); err != nil || c.status != 200 {
		t.Errorf("functions/request may read again, and answered %d (%v): %s", c.status, err, c.body)
	}
}

// statesEntered counts what Step Functions bills for the lifecycle: each state that is
// entered. A request that is decided at once has no execution there.
func (d deployed) statesEntered(t *testing.T) {
	fast := d.ask(t, `{"flow":"replayed","fields":{"do":"on_request=approve"}}`, "approved")
	reviewed := d.ask(t, `{"flow":"replayed"}`, "pending")
	d.act(t, "grace@example.com", reviewed, "approve")
	d.await(t, reviewed, "approved")
	access := d.ask(t, `{"flow":"brief","fields":{"target":"dev","do":"on_request=approve"}}`, "ended")
	arn := d.execution(fast)
	_, err := sfn.NewFromConfig(d.Services()).DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if none := new(types.ExecutionDoesNotExist); !errors.As(err, &none) {
		t.Errorf("a request that was decided at once has an execution of the lifecycle: %v", err)
	}
	for id, want := range map[string]string{
		reviewed: "Route Review Record Route Approved",
		access:   "Route Grant Active TakeBack Record Route Ended",
	} {
		if got := d.entered(t, id); got != want {
			t.Errorf("%s entered %s, want %s", id, got, want)
		}
	}
}

// entered returns the names of the states that a run's first execution entered,
// once it has ended.
func (d deployed) entered(t *testing.T, id string) string {
	t.Helper()
	arn := d.execution(id)
	d.ends(t, arn, "SUCCEEDED")
	history, err := sfn.NewFromConfig(d.Services()).GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, MaxResults: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, event := range history.Events {
		if event.StateEnteredEventDetails != nil {
			names = append(names, *event.StateEnteredEventDetails.Name)
		}
	}
	return strings.Join(names, " ")
}

func (d deployed) execution(id string) string {
	return strings.Replace(d.machine, ":stateMachine:", ":execution:", 1) + ":" + id
}

// ends waits until an execution has one of the statuses.
func (d deployed) ends(t *testing.T, arn string, statuses ...types.ExecutionStatus) {
	t.Helper()
	machines := sfn.NewFromConfig(d.Services())
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got, err := machines.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(statuses, got.Status) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is %s, and not yet %s", arn, got.Status, statuses)
		}
	}
}

// lostExecution stops an execution under access, and has somebody revoke that: at
// the emulator an execution ends at its next step. reconcile is invoked with the
// event that EventBridge would bring it: the emulator sends none.
func (d deployed) lostExecution(t *testing.T) {
	id := d.ask(t, `{"flow":"brief","duration_seconds":3600,"fields":{"target":"test","do":"on_request=approve"}}`, "active")
	arn, function := d.execution(id), emulator.StackName+"-engine-reconcile"
	if _, err := sfn.NewFromConfig(d.Services()).StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &arn}); err != nil {
		t.Fatal(err)
	}
	c := d.as("ada@example.com")
	if err := c.call("POST", "/requests/"+id+"/revoke", []byte(`{}`)); err != nil || c.status != 202 {
		t.Errorf("revoke, with nobody to do it: %d %v: %s", c.status, err, c.body)
	}
	d.ends(t, arn, types.ExecutionStatusAborted, types.ExecutionStatusFailed) // which, moto leaves to chance
	event := fmt.Sprintf(`{"source":"aws.states","detail-type":"Step Functions Execution Status Change","detail":{"name":%q,"status":"ABORTED"}}`, id)
	out, err := lambda.NewFromConfig(d.Services()).Invoke(t.Context(), &lambda.InvokeInput{FunctionName: &function, Payload: []byte(event)})
	if err != nil || out.FunctionError != nil {
		t.Fatalf("%v %s", err, out.Payload)
	}
	d.await(t, id, "ended")
	if err := c.call("GET", "/requests/"+id, nil); err != nil {
		t.Fatal(err)
	}
	if gone, _ := c.at("access.gone"); gone != "Its absence was read back." {
		t.Errorf("its access is %q: %s", gone, c.body)
	}
}
