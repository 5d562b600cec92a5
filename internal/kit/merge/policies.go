package merge

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// granting reports whether the policies of a type are about the team's functions. Those
// of permission sets and organizations are about people and accounts.
func granting(kind string) bool {
	return !strings.HasPrefix(kind, "AWS::SSO::") && !strings.HasPrefix(kind, "AWS::Organizations::")
}

// policies checks the policies of a resource: its statements, those that SAM makes of a
// policy template, and the managed policies.
func (t *team) policies(r resource) {
	if !granting(r.kind) {
		return
	}
	t.statements(r, r.properties)
	for _, n := range branches(folder.Member(r.properties, "ManagedPolicyArns")) {
		t.managed(r, n)
	}
	if strings.HasPrefix(r.kind, "AWS::Serverless::") {
		for _, n := range branches(folder.Member(r.properties, "Policies")) {
			t.samPolicy(r, n)
		}
	}
	if !strings.HasPrefix(r.kind, "AWS::IAM::") {
		return
	}
	walk(r.properties, nil, func(path []string, n *yaml.Node) bool {
		if len(path) == 0 || path[len(path)-1] != "PolicyDocument" {
			return true
		}
		for _, document := range branches(n) {
			if name, _ := call(document); name != "" && !noValue(document) || document.Kind == yaml.ScalarNode && name == "" && !strings.HasPrefix(strings.TrimSpace(document.Value), "{") {
				t.refuseAt(r, document, "PolicyDocument must be written here, so that it can be checked")
			}
		}
		return false
	})
}

// statements checks each statement in a tree, also in JSON in a text.
func (t *team) statements(r resource, n *yaml.Node) {
	walk(n, nil, func(path []string, n *yaml.Node) bool {
		if name, _ := call(n); n.Kind == yaml.ScalarNode || name == "Fn::Sub" || name == "Fn::Join" {
			t.embedded(r, n)
		}
		s := statement{}
		for _, p := range pairs(n) {
			switch strings.ToLower(p.key.Value) {
			case "effect":
				s.effect = p.value
			case "action":
				s.action = p.value
			case "notaction":
				s.notAction = p.value
			case "resource":
				s.resource = p.value
			case "notresource":
				s.notResource = p.value
			case "principal", "notprincipal":
				s.principal = p.value
			case "condition":
				s.condition = p.value
			}
		}
		if s.effect != nil && (s.action != nil || s.notAction != nil) {
			t.statement(r, n, s)
		}
		return true
	})
}

// embedded checks a policy that is JSON in a text.
func (t *team) embedded(r resource, n *yaml.Node) {
	texts, _ := reader{root: t.root}.texts(n)
	for _, s := range texts {
		if s = strings.TrimSpace(s); !strings.HasPrefix(s, "{") || !strings.Contains(strings.ToLower(s), `"effect"`) {
			continue
		}
		var doc yaml.Node
		if err := yaml.Load([]byte(printable(s)), &doc); err != nil || len(doc.Content) != 1 {
			t.refuseAt(r, n, "this policy can't be read; write it as YAML, not as a text")
			return
		}
		walk(doc.Content[0], nil, func(_ []string, inner *yaml.Node) bool {
			inner.Line = n.Line
			return true
		})
		t.statements(r, doc.Content[0])
	}
}

// printable writes the characters that stand for unknown parts as escapes: YAML has no
// room for them.
func printable(s string) string {
	return strings.NewReplacer(stackName, `\u0001`, pseudo, `\u0002`, opaque, `\u0003`, parameter, `\u0004`).Replace(s)
}

// statement is a statement of a policy.
type statement struct {
	effect, action, notAction, resource, notResource, principal, condition *yaml.Node
}

// statement refuses a statement that reaches the engine, or that can't be read.
func (t *team) statement(r resource, n *yaml.Node, s statement) {
	if value(s.effect) == "Deny" {
		return
	}
	if s.principal != nil && r.kind != "AWS::Logs::ResourcePolicy" {
		return // about the resource that it is attached to, which pointers checks
	}
	switch {
	case s.notAction != nil:
		t.refuseAt(r, s.notAction, "NotAction allows all that it doesn't name; list the actions")
		return
	case s.notResource != nil:
		t.refuseAt(r, s.notResource, "NotResource allows all that it doesn't name; list the resources")
		return
	}
	reader := reader{root: t.root}
	actions, sure := reader.texts(s.action)
	if !sure || strings.Contains(strings.Join(actions, ""), parameter) {
		t.refuseAt(r, s.action, "Action must be written here, so that it can be checked")
		return
	}
	for _, action := range actions {
		if escalates(action) && !t.bounded(s.condition) {
			t.refuseAt(r, s.action, "%s can give any right; allow it with a Condition on iam:PolicyARN or iam:PermissionsBoundary alone", action)
			return
		}
	}
	for _, target := range branches(s.resource) {
		texts, sure := reader.texts(target)
		if !t.inspected(r, target, sure) {
			return
		}
		for _, text := range texts {
			for _, o := range t.owned {
				if !o.reaches(text, o.arns) {
					continue
				}
				for _, action := range actions {
					if o.allows(action) && !telemetry(action) && !(o.anyID && !wild(text) && use(action)) {
						t.refuseAt(r, target, "%s on %q reaches %s, which is the engine's own; name your own resources by !GetAtt or a full ARN", action, shown(text), o.id)
						return
					}
				}
			}
		}
	}
}

// allows reports whether an action of a policy may be one of a service of the engine's.
func (o owned) allows(action string) bool {
	for _, service := range o.services {
		if meet(strings.ToLower(action), service+":*") {
			return true
		}
	}
	return false
}

// inspected refuses a resource of a statement whose ARN can't be read, and has the
// deployer's parameters take no wildcard.
func (t *team) inspected(r resource, n *yaml.Node, sure bool) bool {
	if !sure {
		t.refuseAt(r, n, "this resource of a policy can't be checked; write an ARN, or !Ref or !GetAtt of a resource or a parameter")
		return false
	}
	ok := true
	references(n, func(to reference) {
		if to.kind != toValue {
			return
		}
		if folder.Index(folder.Member(t.engine, "Parameters"), to.name) >= 0 && !contains(sharedParameters, to.name) {
			t.refuseAt(r, n, "%s is what the engine has rights on; take the ARNs of yours as a parameter of your own", to.name)
			ok = false
		}
		p := folder.Member(t.root, "Parameters", to.name)
		if p == nil || !ok {
			return
		}
		for _, key := range []string{"Default", "AllowedValues"} {
			for _, s := range leaves(orEmpty(folder.Member(p, key))) {
				if wild(s) {
					t.refuseAt(r, n, "%s of the parameter %s has a wildcard, and a policy uses it; name the resource", key, to.name)
					ok = false
				}
			}
		}
		if folder.Index(p, "AllowedPattern") < 0 && folder.Index(p, "AllowedValues") < 0 {
			set(p, "AllowedPattern", text("[^*?]*"))
			set(p, "ConstraintDescription", text("a policy uses it, so it must have no wildcard"))
		}
	})
	return ok
}

// sharedParameters are those of the engine that a team's policies may name.
var sharedParameters = []string{"AlarmTopicArn", "IdentityCenterInstanceArn", "IdentityCenterRegion"}

// telemetry reports whether an action only sends logs and metrics, or only reads names:
// AWS takes most of these on all resources alone.
func telemetry(action string) bool {
	switch action {
	case "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "cloudwatch:PutMetricData",
		"iam:ListUsers", "iam:ListGroups", "sts:GetCallerIdentity", "secretsmanager:GetRandomPassword", "kms:GenerateRandom",
		"organizations:ListAccounts", "organizations:DescribeOrganization":
		return true
	}
	return false
}

// use reports whether an action uses a KMS key. The policies of the engine's keys allow
// that to their own roles alone, whatever a team's policy says.
func use(action string) bool {
	switch action {
	case "kms:Decrypt", "kms:Encrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:GetPublicKey",
		"kms:Sign", "kms:Verify", "kms:GenerateMac", "kms:VerifyMac", "kms:ReEncryptFrom", "kms:ReEncryptTo":
		return true
	}
	return false
}

// escalating are actions that give somebody a policy. Who may do that has all rights.
var escalating = []string{
	"iam:putuserpolicy", "iam:putgrouppolicy", "iam:putrolepolicy", "iam:attachuserpolicy", "iam:attachgrouppolicy", "iam:attachrolepolicy",
	"iam:createpolicyversion", "iam:setdefaultpolicyversion", "iam:updateassumerolepolicy",
}

func escalates(action string) bool {
	for _, escalating := range escalating {
		if meet(strings.ToLower(action), escalating) {
			return true
		}
	}
	return false
}

// bounded reports whether a condition limits which policies may be given.
func (t *team) bounded(condition *yaml.Node) bool {
	is := false
	walk(condition, nil, func(path []string, n *yaml.Node) bool {
		if len(path) == 2 && contains([]string{"StringEquals", "ArnEquals", "ArnLike", "StringLike"}, path[0]) &&
			(strings.EqualFold(path[1], "iam:PolicyARN") || strings.EqualFold(path[1], "iam:PermissionsBoundary")) {
			texts, sure := reader{root: t.root}.texts(n)
			is = is || sure && len(texts) > 0 && !wild(strings.Join(texts, ""))
		}
		return true
	})
	return is
}
