package eventbridge_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/fasttrack-dev/fasttrack/localaws/eventbridge"
)

const (
	function = "arn:aws:lambda:us-east-1:123456789012:function:f"
	logGroup = "arn:aws:logs:us-east-1:123456789012:log-group:/g"
)

// Anyone can subscribe: a rule receives events until it is disabled, removed or
// deleted.
func TestSubscribing(t *testing.T) {
	var heard []string
	s, err := eventbridge.New(eventbridge.Options{
		Region: "us-east-1", AccountID: "123456789012", Buses: []string{"bus"},
		HasFunction: func(arn string) bool { return arn == function }, HasGroup: func(name string) bool { return name == "/g" },
		Invoke: func(arn string, payload []byte) error { heard = append(heard, "f:"+string(payload)); return nil },
		Log:    func(group string, event []byte) error { heard = append(heard, group+":"+string(event)); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	server := httptest.NewServer(s)
	defer server.Close()
	client := sdk.New(sdk.Options{BaseEndpoint: &server.URL, Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, RetryMaxAttempts: 1})
	bus, name := aws.String("bus"), aws.String("mine")
	do := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	hears := func(want string) {
		t.Helper()
		heard = nil
		_, err := client.PutEvents(context.Background(), &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{
			{EventBusName: bus, Source: aws.String("s"), DetailType: aws.String("t"), Detail: aws.String(`{"a":{"b":1}}`)},
		}})
		do("put events", err)
		if got := strings.Join(heard, " "); got != want {
			t.Errorf("targets heard %q, want %q", got, want)
		}
	}
	ctx := t.Context()
	made, err := client.PutRule(ctx, &sdk.PutRuleInput{Name: name, EventBusName: bus, EventPattern: aws.String(`{"source":["s"]}`), Description: aws.String("mine")})
	do("put the rule", err)
	if *made.RuleArn != "arn:aws:events:us-east-1:123456789012:rule/bus/mine" {
		t.Errorf("its ARN is %s", *made.RuleArn)
	}
	hears("")
	_, err = client.PutTargets(ctx, &sdk.PutTargetsInput{Rule: name, EventBusName: bus, Targets: []types.Target{
		{Id: aws.String("f"), Arn: aws.String(function), InputPath: aws.String("$.detail.a")},
		{Id: aws.String("g"), Arn: aws.String(logGroup), Input: aws.String(`"said"`)},
	}})
	do("put targets", err)
	hears(`f:{"b":1} /g:"said"`)
	// Another pattern keeps the targets.
	_, err = client.PutRule(ctx, &sdk.PutRuleInput{Name: name, EventBusName: bus, EventPattern: aws.String(`{"source":["x"]}`)})
	do("put the rule again", err)
	hears("")
	_, err = client.PutRule(ctx, &sdk.PutRuleInput{Name: name, EventBusName: bus, EventPattern: aws.String(`{"source":["s"]}`)})
	do("put the rule once more", err)
	_, err = client.RemoveTargets(ctx, &sdk.RemoveTargetsInput{Rule: name, EventBusName: bus, Ids: []string{"f"}})
	do("remove a target", err)
	hears(`/g:"said"`)
	_, err = client.DisableRule(ctx, &sdk.DisableRuleInput{Name: name, EventBusName: bus})
	do("disable", err)
	hears("")
	_, err = client.EnableRule(ctx, &sdk.EnableRuleInput{Name: name, EventBusName: bus})
	do("enable", err)
	hears(`/g:"said"`)
	if _, err := client.DeleteRule(ctx, &sdk.DeleteRuleInput{Name: name, EventBusName: bus}); err == nil {
		t.Error("a rule with a target was deleted")
	}
	_, err = client.RemoveTargets(ctx, &sdk.RemoveTargetsInput{Rule: name, EventBusName: bus, Ids: []string{"g"}})
	do("remove the last target", err)
	_, err = client.DeleteRule(ctx, &sdk.DeleteRuleInput{Name: name, EventBusName: bus})
	do("delete", err)
	listed, err := client.ListRules(ctx, &sdk.ListRulesInput{EventBusName: bus})
	do("list", err)
	if len(listed.Rules) != 0 {
		t.Errorf("there are still %v", listed.Rules)
	}
}

func TestRefusedRules(t *testing.T) {
	s, err := eventbridge.New(eventbridge.Options{
		Region: "us-east-1", AccountID: "123456789012", Rules: []eventbridge.Rule{{Name: "r", Bus: "default", Pattern: []byte(`{"source":["s"]}`)}},
		HasFunction: func(string) bool { return false }, HasGroup: func(string) bool { return false },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	server := httptest.NewServer(s)
	defer server.Close()
	client := sdk.New(sdk.Options{BaseEndpoint: &server.URL, Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, RetryMaxAttempts: 1})
	for name, in := range map[string]*sdk.PutRuleInput{
		"InvalidEventPatternException": {EventPattern: aws.String(`{"source":"s"}`)},
		"one of EventPattern":          {EventPattern: aws.String(`{"source":["s"]}`), ScheduleExpression: aws.String("rate(1 minute)")},
		"ScheduleExpression is not":    {ScheduleExpression: aws.String("rate(1 minutes)")},
		"Event bus none does not":      {EventPattern: aws.String(`{"source":["s"]}`), EventBusName: aws.String("none")},
		"State must be":                {EventPattern: aws.String(`{"source":["s"]}`), State: types.RuleStateEnabledWithAllCloudtrailManagementEvents},
		"Tags is not served":           {EventPattern: aws.String(`{"source":["s"]}`), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}},
	} {
		in.Name = aws.String("n")
		if _, err := client.PutRule(t.Context(), in); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
	for name, target := range map[string]types.Target{
		"Lambda function or a log group":  {Arn: aws.String("arn:aws:sqs:us-east-1:123456789012:q")},
		"function f does not exist":       {Arn: aws.String(function)},
		"log group /g does not exist":     {Arn: aws.String(logGroup)},
		"Targets.RetryPolicy is not":      {Arn: aws.String(function), RetryPolicy: &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(1)}},
		"Targets.InputTransformer is not": {Arn: aws.String(function), InputTransformer: &types.InputTransformer{InputTemplate: aws.String("x")}},
	} {
		target.Id = aws.String("t")
		if _, err := client.PutTargets(t.Context(), &sdk.PutTargetsInput{Rule: aws.String("r"), Targets: []types.Target{target}}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
}
