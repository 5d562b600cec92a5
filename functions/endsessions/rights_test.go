package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local/stacktest"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// The function is off unless a policy is named; it may change that policy and
// nothing else, and no other role may.
func TestOnlyThisFunctionEndsSessions(t *testing.T) {
	const policy = "arn:aws:organizations::123456789012:policy/o-abc/service_control_policy/p-abc"
	for _, named := range []string{"", policy} {
		stack := stacktest.Load(t, "../../template.yaml", map[string]string{
			"SessionPolicyArn": named, "IdentityCenterInstanceArn": "arn:aws:sso:::instance/ssoins-1", "IdentityCenterPermissionSetArns": "arn:aws:sso:::permissionSet/*", "IdentityCenterAccountArns": "arn:aws:sso:::account/*",
		})
		there := slices.ContainsFunc(stack.Functions, func(f template.Function) bool { return f.LogicalID == "EndSessionsFunction" })
		if there != (named != "") {
			t.Errorf("with policy %q it is there: %v", named, there)
		}
		for _, role := range stack.Roles {
			for _, s := range role.Statements {
				for _, action := range s.Actions {
					its := strings.Contains(role.LogicalID, "EndSessions")
					organizations := strings.HasPrefix(action, "organizations:") || action == "*"
					if organizations && (!its || !slices.Equal(s.Resources, []string{policy})) || its && !organizations && !strings.HasPrefix(action, "logs:") {
						t.Errorf("%s may %s on %v", role.LogicalID, action, s.Resources)
					}
				}
			}
		}
	}
}
