package local_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// A role that may do one of these can make a decision, or access, of its own. mayForge
// names those that may, and docs/security.md says of each why.
var forgeries = []struct {
	what, action string
	// key is the partition key of an item in the table; resource is another's, its
	// service before it.
	key, resource string
	mayForge      []string
}{
	{"store a run", "dynamodb:PutItem", "RUN#01J", "", []string{"RecordRole", "RequestRole"}},
	{"store an act", "dynamodb:PutItem", "ACT#01J", "", []string{"ApproveRole"}},
	{"store what a lease says", "dynamodb:PutItem", "LEASE#lambda#ada#prod", "", []string{"GrantRole"}},
	{"store what counts against fast_track", "dynamodb:PutItem", "TALLY#aws-access", "", []string{"RecordRole"}},
	{"change what statistics count", "dynamodb:UpdateItem", "STAT#aws-access", "", []string{"RecordRole"}},
	{"store what statistics count", "dynamodb:PutItem", "STAT#aws-access", "", nil},
	{"store a digest", "dynamodb:PutItem", "DIGEST#2026-11-23", "", []string{"DigestRole"}},
	{"store rules", "dynamodb:PutItem", "RULES", "", []string{"ApplyRole"}},
	{"change rules", "dynamodb:UpdateItem", "RULES", "", nil},
	{"remove rules", "dynamodb:DeleteItem", "RULES", "", nil},
	{"sign rules", "kms:Sign", "", "kms key/app-RulesKey", []string{"ApplyRole"}},
	{"have rules applied", "lambda:InvokeFunction", "", "lambda function:app-engine-apply", nil},
	{"make people of the sessions of a role", "dynamodb:PutItem", "ROLE#AROA1", "", []string{"RequestRole", "ApproveRole"}},
	{"change a run", "dynamodb:UpdateItem", "RUN#01J", "", nil},
	{"change an act", "dynamodb:UpdateItem", "ACT#01J", "", nil},
	{"change a lease", "dynamodb:UpdateItem", "LEASE#lambda#ada#prod", "", nil},
	{"remove a run", "dynamodb:DeleteItem", "RUN#01J", "", nil},
	{"remove an act", "dynamodb:DeleteItem", "ACT#01J", "", nil},
	{"remove a lease", "dynamodb:DeleteItem", "LEASE#lambda#ada#prod", "", nil},
	{"write many items", "dynamodb:BatchWriteItem", "RUN#01J", "", nil},
	{"write by PartiQL", "dynamodb:PartiQLInsert", "RUN#01J", "", nil},
	{"speak for the state machine to record", "lambda:InvokeFunction", "", "lambda function:app-engine-record", []string{"StateMachineRole", "LaneRole", "ReconcileRole"}},
	{"have access given or taken", "lambda:InvokeFunction", "", "lambda function:app-engine-grant", []string{"StateMachineRole", "ReconcileRole"}},
	{"call as somebody who requests", "lambda:InvokeFunction", "", "lambda function:app-engine-request", nil},
	{"call as somebody who decides", "lambda:InvokeFunction", "", "lambda function:app-engine-approve", nil},
	{"send messages", "lambda:InvokeFunction", "", "lambda function:app-engine-notify", nil},
	{"start an execution", "states:StartExecution", "", "states stateMachine:app-runs", []string{"LaneRole", "ReconcileRole"}},
	{"start one of the lane", "states:StartExecution", "", "states stateMachine:app-lane", []string{"RequestRole"}},
	{"change a state machine", "states:UpdateStateMachine", "", "states stateMachine:app-runs", nil},
	{"change the lane", "states:UpdateStateMachine", "", "states stateMachine:app-lane", nil},
	{"speak on the bus", "events:PutEvents", "", "events event-bus/app", []string{"RecordRole", "ApplyRole"}}, // ApplyRole of rules alone: TestApplySpeaksOfRulesAlone
	{"become the role of hooks", "sts:AssumeRole", "", "iam role/app-HookInvokeRole", []string{"StateMachineRole", "LaneRole"}},
	{"become a role of the engine", "sts:AssumeRole", "", "iam role/app-RecordRole", nil},
	{"hand on a role", "iam:PassRole", "", "iam role/app-RecordRole", nil},
}

// No role but those that are named could forge a decision.
func TestNoOtherRoleCanForge(t *testing.T) {
	for _, wrong := range forgers(t, "../../template.yaml") {
		t.Error(wrong)
	}
}

// functions/apply may say nothing on the bus but what became of a change of rules: neither by
// its role nor by the policy of the bus, which binds roles of others too.
func TestApplySpeaksOfRulesAlone(t *testing.T) {
	raw, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const types = `"events:detail-type": \[fasttrack\.rules\.applied, fasttrack\.rules\.refused\]\}`
	_, role, _ := strings.Cut(string(raw), "\n  ApplyRole:\n")
	role, _, _ = strings.Cut(role, "\n  ApplyEvents:\n")
	_, bus, _ := strings.Cut(string(raw), "\n  Bus:\n")
	bus, _, _ = strings.Cut(bus, "\n  RequestFunction:\n")
	allows := regexp.MustCompile(`Action: events:PutEvents\n +Resource: !Sub "[^\n]*event-bus/\$\{AWS::StackName\}"\n +Condition:\n +"ForAllValues:StringEquals": \{"events:source": \[fasttrack\], ` + types)
	denies := regexp.MustCompile(`Effect: Deny\n +Principal: "\*"\n +Action: events:PutEvents\n +Resource: [^\n]*\n +Condition:\n +"ForAnyValue:StringNotEquals": \{` + types + `\n +ArnEquals: \{"aws:PrincipalArn": !GetAtt ApplyRole\.Arn\}`)
	if !allows.MatchString(role) || strings.Count(role, "events:PutEvents") != 1 {
		t.Error("the role may say other things on the bus")
	}
	if !denies.MatchString(bus) {
		t.Error("the policy of the bus lets functions/apply say other things")
	}
}

// A right that is wider than it was shows.
func TestAWiderRightShows(t *testing.T) {
	raw, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"request may store acts": {`["RUN#*", "LINK#*", "LIMIT#*", "ROLE#*", "FLOWS", "WAITERS"]`, `["RUN#*", "ACT#*", "LINK#*", "LIMIT#*", "ROLE#*", "FLOWS", "WAITERS"]`},
		"approve may store runs": {`["ACT#*", "LINK#*", "ROLE#*"]`, `["RUN#*", "ACT#*", "LINK#*", "ROLE#*"]`},
		"notify may store rules": {`"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["DELIVERY#*"]}`, `"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["DELIVERY#*", "RULES"]}`},
		"apply may store runs": {`"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["RULES"]}
              # What is proposed`, `"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["RULES", "RUN#*"]}
              # What is proposed`},
		"functions may sign rules":          {"Action: kms:GetPublicKey\n                  Resource: !GetAtt RulesKey.Arn", "Action: [kms:GetPublicKey, kms:Sign]\n                  Resource: !GetAtt RulesKey.Arn"},
		"grant may store runs":              {`["LEASE#*", "OUT#*"]`, `["LEASE#*", "OUT#*", "RUN#*"]`},
		"record may store leases":           {`["RUN#*", "STORE#*", "TALLY#*"]`, `["RUN#*", "TALLY#*", "LEASE#*"]`},
		"request may change statistics":     {`{"dynamodb:LeadingKeys": ["LINK#*"]}`, `{"dynamodb:LeadingKeys": ["LINK#*", "STAT#*"]}`},
		"reconcile may store":               {"Action: dynamodb:Query\n                Resource: [!GetAtt Table.Arn", "Action: [dynamodb:Query, dynamodb:PutItem]\n                Resource: [!GetAtt Table.Arn"},
		"any role may speak on the bus":     {"Action: sns:Publish", "Action: [sns:Publish, events:PutEvents]\n                Resource: \"*\"\n              - Effect: Allow\n                Action: sns:Publish"},
		"hooks' states may call the engine": {"Action: lambda:InvokeFunction\n                Resource: !Ref HooksFunction.Alias", "Action: lambda:InvokeFunction\n                Resource: !GetAtt RecordFunction.Arn"},
	} {
		dir := t.TempDir()
		if !strings.Contains(string(raw), change[0]) {
			t.Errorf("%s: the template no longer holds %q", name, change[0])
			continue
		}
		write := func(file, text string) {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for name, definition := range fasttrack.Definitions() {
			write(name, string(definition))
		}
		write("template.yaml", strings.ReplaceAll(string(raw), change[0], change[1]))
		if len(forgers(t, filepath.Join(dir, "template.yaml"))) == 0 {
			t.Errorf("%s, and nothing says so", name)
		}
	}
}

// forgers says which roles of a template may forge and should not, or the reverse.
func forgers(t *testing.T, file string) (wrong []string) {
	t.Helper()
	all := map[string]string{
		"AuditDigest": "true", "PushedRules": "true", "IdentityCenterInstanceArn": "arn:aws:sso:::instance/ssoins-1",
		"IdentityCenterPermissionSetArns": "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "IdentityCenterAccountArns": "arn:aws:sso:::account/111122223333",
		"IamGroupArns": "arn:aws:iam::111122223333:group/ops", "HookInvokeArns": "arn:aws:lambda:eu-central-1:111122223333:function:tool",
		"HookFunctionArns": "arn:aws:lambda:eu-central-1:111122223333:function:their-hooks", "StrategyFunctionArns": "arn:aws:lambda:eu-central-1:111122223333:function:their-strategy",
	}
	stack, err := template.Load(file, options(all))
	if err != nil {
		t.Fatal(err)
	}
	if len(stack.Roles) < 10 {
		t.Fatalf("%d roles are read", len(stack.Roles))
	}
	for _, f := range forgeries {
		resource := "arn:aws:dynamodb:eu-central-1:" + account + ":table/" + stack.Tables[0].Name
		if service, rest, there := strings.Cut(f.resource, " "); there {
			resource = "arn:aws:" + service + ":eu-central-1:" + account + ":" + rest
			if service == "iam" {
				resource = "arn:aws:iam::" + account + ":" + rest
			}
		}
		var may []string
		for _, role := range stack.Roles {
			if slices.ContainsFunc(role.Statements, func(s template.Statement) bool { return allowsForgery(s, f.action, f.key, resource) }) {
				may = append(may, role.LogicalID)
			}
		}
		slices.Sort(may)
		if want := slices.Sorted(slices.Values(f.mayForge)); fmt.Sprint(may) != fmt.Sprint(want) {
			wrong = append(wrong, fmt.Sprintf("%s: %v may, want %v", f.what, may, want))
		}
	}
	return wrong
}

// allowsForgery reports whether a statement allows an action on the resource and, of
// an item, the key. A statement that names no key allows every key.
func allowsForgery(s template.Statement, action, key, resource string) bool {
	has := func(forms []string, text string) bool {
		return slices.ContainsFunc(forms, func(form string) bool {
			ok, err := regexp.MatchString("^"+strings.ReplaceAll(regexp.QuoteMeta(form), `\*`, ".*")+"$", text)
			return err == nil && ok
		})
	}
	return s.Effect == "Allow" && has(s.Actions, action) && has(s.Resources, resource) && (key == "" || len(s.LeadingKeys) == 0 || has(s.LeadingKeys, key))
}

// The role that asks hooks may invoke hook functions and nothing of the engine.
func TestHookInvokeRole(t *testing.T) {
	stack, err := template.Load("../../template.yaml", options(map[string]string{"HookFunctionArns": "arn:aws:lambda:eu-central-1:111122223333:function:their-hooks"}))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(stack.Roles, func(r template.Role) bool { return r.LogicalID == "HookInvokeRole" })
	if i < 0 {
		t.Fatal("there is no HookInvokeRole")
	}
	var may []string
	for _, s := range stack.Roles[i].Statements {
		for _, action := range s.Actions {
			for _, resource := range s.Resources {
				may = append(may, action+" "+resource)
			}
		}
	}
	want := []string{
		"lambda:InvokeFunction arn:aws:lambda:eu-central-1:" + account + ":function:app-hooks:live",
		"lambda:InvokeFunction arn:aws:lambda:eu-central-1:111122223333:function:their-hooks",
	}
	if fmt.Sprint(may) != fmt.Sprint(want) {
		t.Errorf("it may %v, want %v", may, want)
	}
	for k, want := range []int{1, 2} {
		m := stack.StateMachines[k]
		if n := strings.Count(m.Definition, `"RoleArn": "`+stack.Roles[i].ARN+`"`); n != want || strings.Count(m.Definition, `"$.hook.function"`) != want {
			t.Errorf("%s: %d states become the role, want the %d that invoke what the document names", m.LogicalID, n, want)
		}
	}
}
