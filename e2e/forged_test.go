package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestForgedExecution starts executions by hand, as `aws stepfunctions
// start-execution` does, that try to decide a request that waits.
func TestForgedExecution(t *testing.T) {
	if emulated() {
		t.Skip("TestDeployed does it there")
	}
	on, _ := serve(t, "CasesFunction", "testdata/cases/flows.yaml", localaws.Options{})
	forgedExecutions(t, on)
}

// forgedExecutions has hook states invoke functions/record and functions/grant: the
// role of those states may not, and nothing changes.
func forgedExecutions(t *testing.T, on system) {
	t.Helper()
	c := &client{url: on.url, who: "ada@example.com", headers: [][2]string{{"Prefer", "wait=20"}}}
	if err := c.call("POST", "/requests", []byte(`{"flow":"plain"}`)); err != nil || c.status != 201 {
		t.Fatalf("%d %v: %s", c.status, err, c.body)
	}
	id, _ := c.at("id")
	if err := c.call("GET", "/requests/"+id, nil); err != nil || c.status != 200 {
		t.Fatalf("%d %v: %s", c.status, err, c.body)
	}
	before := withoutDelivery(t, c.body)
	machines := sfn.New(sfn.Options{Region: localaws.Region, BaseEndpoint: &on.services, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")})
	var forged []string
	asks := []map[string]any{
		{"operation": "decide", "heard": map[string]any{"version": "1", "answer": map[string]any{"transition": "approve", "subscriptions": []string{}}}},
		{"operation": "park", "token": "forged"},
		{"operation": "recover", "ended": true, "close": true, "cause": "forged"},
		{"operation": "give"},
	}
	for i, ask := range asks {
		function := "record"
		if ask["operation"] == "give" {
			function = "grant"
		}
		for key, value := range map[string]any{
			"version": 2, "run_id": id, "execution": id, "turn": 1,
			"step": map[string]any{"state": "Review", "entered_at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)},
		} {
			ask[key] = value
		}
		arn := strings.Replace(on.machine, "states:", "lambda:", 1)
		arn = arn[:strings.Index(arn, ":stateMachine:")] + ":function:" + local.StackName + "-engine-" + function
		input, err := json.Marshal(map[string]any{
			"version": 3, "run_id": id, "turn": 1, "next": "Hook", "seconds": 1, "heard": nil, "caught": nil,
			"hook": map[string]any{"function": arn, "seconds": 20, "ask": ask},
		})
		if err != nil {
			t.Fatal(err)
		}
		started, err := machines.StartExecution(t.Context(), &sfn.StartExecutionInput{
			StateMachineArn: &on.machine, Name: aws.String(fmt.Sprintf("forged-%d", i)), Input: aws.String(string(input)),
		})
		if err != nil {
			t.Fatal(err)
		}
		forged = append(forged, *started.ExecutionArn)
	}
	for i, arn := range forged {
		// Its own Record is refused too: it is not the run's execution.
		deadline := time.Now().Add(90 * time.Second)
		for status := types.ExecutionStatusRunning; status != types.ExecutionStatusFailed; time.Sleep(200 * time.Millisecond) {
			got, err := machines.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
			if err != nil || time.Now().After(deadline) || got.Status == types.ExecutionStatusSucceeded {
				t.Fatalf("forged-%d: %v, %v", i, err, got.Status)
			}
			status = got.Status
		}
		history, err := machines.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, MaxResults: 1000})
		if err != nil {
			t.Fatal(err)
		}
		denied := false
		for _, e := range history.Events {
			if f := e.TaskFailedEventDetails; f != nil {
				cause := aws.ToString(f.Cause)
				denied = denied || strings.Contains(cause, "not authorized") || strings.Contains(aws.ToString(f.Error), "AccessDenied")
			}
		}
		if !denied {
			t.Errorf("%s was not refused for want of a right", asks[i]["operation"])
		}
	}
	c.headers = nil
	if err := c.call("GET", "/requests/"+id, nil); err != nil || withoutDelivery(t, c.body) != before {
		t.Errorf("the request was\n%s\nand is (%v)\n%s", before, err, c.body)
	}
	c = &client{url: on.url, who: "grace@example.com"}
	if err := c.call("POST", "/requests/"+id+"/approve", []byte(`{"reason":"as agreed"}`)); err != nil || c.status != 200 {
		t.Errorf("approve: %d %v: %s", c.status, err, c.body)
	}
}

// withoutDelivery is a request without its messages, which go out meanwhile.
func withoutDelivery(t *testing.T, request []byte) string {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(request, &members); err != nil {
		t.Fatal(err)
	}
	delete(members, "delivery")
	rest, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return string(rest)
}
