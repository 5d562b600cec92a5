package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local/stacktest"
)

var on = map[string]string{"SlackTeams": "T0123ABCD,E0123ABCD", "SlackSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:slack"}

const lambdaARN = "arn:aws:lambda:us-east-1:123456789012:function:fasttrack-engine-"

// functions/slack may write its log, read its secret, invoke two aliases and put items of
// its own. A takeover of it reaches nothing else.
func TestRightsOfSlack(t *testing.T) {
	stack := stacktest.Load(t, "../../template.yaml", on)
	seen := 0
	for _, s := range stacktest.Role(t, stack, "SlackRole").Statements {
		switch {
		case slices.Equal(s.Actions, []string{"logs:CreateLogStream", "logs:PutLogEvents"}):
		case slices.Equal(s.Actions, []string{"secretsmanager:GetSecretValue"}) && slices.Equal(s.Resources, []string{on["SlackSecretArn"]}):
		case slices.Equal(s.Actions, []string{"lambda:InvokeFunction"}) && slices.Equal(s.Resources, []string{lambdaARN + "request:slack", lambdaARN + "approve:slack"}):
		case slices.Equal(s.Actions, []string{"dynamodb:PutItem"}) && slices.Equal(s.LeadingKeys, []string{"SLACK#*"}):
		default:
			t.Errorf("it may %v on %v", s.Actions, s.Resources)
		}
		seen++
	}
	if seen != 4 {
		t.Errorf("it has %d rights, want 4", seen)
	}
	for _, role := range stack.Roles {
		for _, s := range role.Statements {
			for _, r := range s.Resources {
				if strings.HasSuffix(r, ":slack") && role.LogicalID != "SlackRole" && slices.Contains(s.Actions, "lambda:InvokeFunction") {
					t.Errorf("%s may invoke %s, under which it would be anybody", role.LogicalID, r)
				}
			}
		}
	}
	for _, route := range stack.APIs[0].Routes {
		if strings.HasSuffix(route.FunctionARN, ":slack") {
			t.Errorf("the route %s leads to the alias", route.Key)
		}
	}
}

// Without workspaces nothing of Slack is there, and no function takes a person from an
// event.
func TestSlackIsOffByDefault(t *testing.T) {
	off := stacktest.Load(t, "../../template.yaml", nil)
	for _, r := range off.Resources {
		if strings.Contains(r.LogicalID, "Slack") {
			t.Errorf("%s is there", r.LogicalID)
		}
	}
	for _, f := range off.Functions {
		if len(f.MoreAliases) > 0 || f.Environment["SLACK_TEAMS"] != "" {
			t.Errorf("%s has aliases %v and the workspaces %q", f.LogicalID, f.MoreAliases, f.Environment["SLACK_TEAMS"])
		}
	}
	routes := map[string]string{}
	for _, r := range stacktest.Load(t, "../../template.yaml", on).APIs[0].Routes {
		if strings.Contains(strings.ToLower(r.Key), "slack") {
			routes[r.Key] = r.Authorization
		}
	}
	if routes["POST /slack/{proxy+}"] != "NONE" || len(routes) != 5 {
		t.Errorf("the routes of Slack are %v", routes)
	}
	for key, authorization := range routes {
		if key != "POST /slack/{proxy+}" && authorization != "AWS_IAM" {
			t.Errorf("%s has the authorization %s", key, authorization)
		}
	}
}
