package flow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

const (
	gives  = head + "    durations: [1h]\n    fields: [{name: t, type: target, required: true}]\n"
	center = "    strategy: {type: identity-center, instance_arn: 'arn:aws:sso:::instance/ssoins-1', identity_store_id: d-1}\n"
	set    = "'arn:aws:sso:::permissionSet/ssoins-1/ps-1'"
)

func TestStrategies(t *testing.T) {
	for name, in := range map[string]string{
		"lambda":             gives + "    targets: [{id: p}]\n    strategy: {type: lambda, function: f, anything: [1]}\n",
		"iam-group":          gives + "    targets: [{id: p, settings: {group: g}}]\n    strategy: {type: iam-group}\n",
		"users by their ARN": gives + "    targets: [{id: p, settings: {group: g}}]\n    strategy: {type: iam-group, user: id, account: '012345678901'}\n",
		"identity-center":    gives + "    targets: [{id: p, settings: {account: '012345678901', permission_set: " + set + "}}]\n" + center,
		"another partition":  gives + "    targets: [{id: p, settings: {account: '012345678901', permission_set: 'arn:aws-us-gov:sso:::permissionSet/i/p'}}]\n" + center,
		"an alias":           gives + "    vars: {s: &s {group: g}}\n    targets: [{id: p, settings: *s}, {id: q, settings: *s}]\n    strategy: {type: iam-group}\n",
	} {
		if _, err := flow.Parse("f", []byte(in)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A block says which version of the contract its function speaks. Before version 2
// fields is a setting of the function's own.
func TestTheContractOfAFunction(t *testing.T) {
	const flows = head + "    durations: [1h]\n    targets: [{id: p}]\n" +
		"    fields: [{name: t, type: target, required: true}, {name: pin, type: string, sensitive: true}, {name: why, type: string}]\n"
	for block, want := range map[string]*flow.Strategy{
		"{type: lambda, function: f}":                            {Type: "lambda", Function: "f"},
		"{type: lambda, function: f, fields: [pin]}":             {Type: "lambda", Function: "f", Settings: map[string]any{"fields": []any{"pin"}}},
		"{type: lambda, function: f, version: 1, fields: 7}":     {Type: "lambda", Function: "f", Version: 1, Settings: map[string]any{"fields": 7.0}},
		"{type: lambda, function: f, version: 2, cluster: main}": {Type: "lambda", Function: "f", Version: 2, Settings: map[string]any{"cluster": "main"}},
		"{type: lambda, function: f, version: 2, fields: [pin]}": {Type: "lambda", Function: "f", Version: 2, Fields: []string{"pin"}},
	} {
		file, err := flow.Parse("f", []byte(flows+"    strategy: "+block+"\n"))
		if err != nil {
			t.Errorf("%s: %v", block, err)
			continue
		}
		if diff := cmp.Diff(want, file.Flows[0].Strategy); diff != "" {
			t.Errorf("%s (-want +got):\n%s", block, diff)
		}
	}
	for block, want := range map[string]string{
		"{type: lambda, function: f, version: 3}":                 "f:7:52: flows[0].strategy.version: must be 1 or 2, the versions of the strategy contract; got 3",
		"{type: lambda, function: f, version: '2'}":               `f:7:52: flows[0].strategy.version: must be 1 or 2, the versions of the strategy contract; got the text "2"`,
		"{type: lambda, function: f, version: 2, fields: [why]}":  `f:7:64: flows[0].strategy.fields[0]: field "why" is not sensitive: the strategy function gets it anyway`,
		"{type: lambda, function: f, version: 2, fields: [pins]}": `f:7:64: flows[0].strategy.fields[0]: unknown field "pins"`,
	} {
		if diff := cmp.Diff([]string{want}, mistakes(t, flows+"    strategy: "+block+"\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", block, diff)
		}
	}
}

// What a strategy lacks is reported where it belongs, before any request is filed.
func TestWhatAStrategyNeeds(t *testing.T) {
	const group = "    strategy: {type: iam-group}\n"
	for name, tc := range map[string]struct {
		in   string
		want []string
	}{
		"no fields": {head + "    durations: [1h]\n    strategy: {type: lambda, function: f}\n",
			[]string{"f:5:15: flows[0].fields: a required field of type target is missing; a flow that grants access says to what"}},
		"no target field": {head + "    durations: [1h]\n    fields: [{name: t, type: string, required: true}]\n    strategy: {type: lambda, function: f}\n",
			[]string{"f:6:15: flows[0].fields: a required field of type target is missing; a flow that grants access says to what"}},
		"an optional one": {head + "    durations: [1h]\n    fields: [{name: t, type: target}]\n    targets: [{id: p}]\n    strategy: {type: lambda, function: f}\n",
			[]string{`f:5:14: flows[0].fields[0].required: must be true: the strategy grants access to what field "t" names`}},
		"two": {head + "    durations: [1h]\n    fields: [{name: t, type: target, required: true}, {name: u, type: target}]\n    targets: [{id: p}]\n    strategy: {type: lambda, function: f}\n",
			[]string{`f:5:55: flows[0].fields[1]: a second field of type target; a flow that grants access has one, field "t"`}},
		"a broken field": {head + "    durations: [1h]\n    fields: [{name: t, type: targets}]\n    strategy: {type: lambda, function: f}\n",
			[]string{"f:5:30: flows[0].fields[0].type: must be one of string, text, int, bool, duration, target, user, strings, got the text \"targets\""}},
		"a target without settings": {gives + "    targets: [{id: p}]\n" + group,
			[]string{"f:6:15: flows[0].targets[0].settings.group: missing; must be the name of an IAM group"}},
		"a target without a group": {gives + "    targets: [{id: p, settings: {group: g}}, {id: q, settings: {groups: g}}]\n" + group,
			[]string{"f:6:64: flows[0].targets[1].settings.group: missing; must be the name of an IAM group"}},
		"a group's number": {gives + "    targets: [{id: p, settings: {group: 7}}]\n" + group,
			[]string{"f:6:41: flows[0].targets[0].settings.group: must be the name of an IAM group, got 7"}},
		"a group's ARN": {gives + "    targets: [{id: p, settings: {group: 'arn:aws:iam::1:group/g'}}]\n" + group,
			[]string{`f:6:41: flows[0].targets[0].settings.group: must be the name of an IAM group, got the text "arn:aws:iam::1:group/g"`}},
		"users by what": {gives + "    targets: [{id: p, settings: {group: g}}]\n    strategy: {type: iam-group, user: nick}\n",
			[]string{`f:7:39: flows[0].strategy.user: must be email, name or id, got the text "nick"`}},
		"an account for e-mails": {gives + "    targets: [{id: p, settings: {group: g}}]\n    strategy: {type: iam-group, account: '012345678901'}\n",
			[]string{"f:7:42: flows[0].strategy.account: only user: id has an account, whose users' ARNs are taken"}},
		"no instance": {gives + "    targets: [{id: p, settings: {account: '012345678901', permission_set: " + set + "}}]\n    strategy: {type: identity-center}\n",
			[]string{
				"f:7:15: flows[0].strategy.instance_arn: missing; must be the ARN of an instance of IAM Identity Center",
				"f:7:15: flows[0].strategy.identity_store_id: missing; must be the id of an identity store",
			}},
		"an account without quotes": {gives + "    targets: [{id: p, settings: {account: 123456789012, permission_set: " + set + "}}]\n" + center,
			[]string{"f:6:43: flows[0].targets[0].settings.account: must be an account number of 12 digits in quotes, got 123456789012"}},
		"the name of a set": {gives + "    targets: [{id: p, settings: {account: '012345678901', permission_set: Admin}}]\n" + center,
			[]string{`f:6:75: flows[0].targets[0].settings.permission_set: must be the ARN of a permission set, got the text "Admin"`}},
		"an instance as a set": {gives + "    targets: [{id: p, settings: {account: '012345678901', permission_set: 'arn:aws:sso:::instance/x'}}]\n" + center,
			[]string{`f:6:75: flows[0].targets[0].settings.permission_set: must be the ARN of a permission set, got the text "arn:aws:sso:::instance/x"`}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, mistakes(t, tc.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// An editor sees what each type needs, and marks nothing that is right.
func TestSchemaSeesWhatStrategiesNeed(t *testing.T) {
	schema := loadSchema(t)
	for in, fits := range map[string]bool{
		"    targets: [{id: p, settings: {group: g}}]\n    strategy: {type: iam-group}\n":                                                   true,
		"    targets: [{id: p}]\n    strategy: {type: iam-group}\n":                                                                         false,
		"    targets: [{id: p, settings: {group: 7}}]\n    strategy: {type: iam-group}\n":                                                   false,
		"    targets: [{id: p, settings: {account: '012345678901', permission_set: " + set + "}}]\n" + center:                               true,
		"    targets: [{id: p, settings: {account: 123456789012, permission_set: " + set + "}}]\n" + center:                                 false,
		"    targets: [{id: p, settings: {account: '012345678901', permission_set: Admin}}]\n" + center:                                     false,
		"    targets: [{id: p, settings: {account: '012345678901', permission_set: " + set + "}}]\n    strategy: {type: identity-center}\n": false,
	} {
		_, err := flow.Parse("f", []byte(gives+in))
		if against := matchesSchema(t, schema, gives+in); (against == nil) != fits || (err == nil) != fits {
			t.Errorf("the schema says %v, the parser %v of\n%s", against, err, in)
		}
	}
}
