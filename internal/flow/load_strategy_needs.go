package flow

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// strategyAsAWhole checks what a strategy needs of the rest of its flow: a target, and the
// settings of the target that its type needs.
func (r *reader) strategyAsAWhole(path string, f *Flow, seen map[string]*yaml.Node) {
	at := join(path, "strategy")
	if f.Strategy == nil || r.broken[at] {
		return
	}
	node := resolve(seen["strategy"])
	if fields := seen["fields"]; fields == nil || resolve(fields).Kind == yaml.SequenceNode {
		r.oneTargetField(node, path, f)
		r.sensitiveFields(node, path, f)
	}
	var each func(target, settings *yaml.Node, at string)
	switch f.Strategy.Type {
	case "iam-group":
		r.iamGroup(node, at)
		each = func(target, settings *yaml.Node, at string) {
			r.setting(target, settings, at, "group", "the name of an IAM group", isIAMName)
		}
	case "identity-center":
		r.setting(node, node, at, "instance_arn", "the ARN of an instance of IAM Identity Center", isSSO("instance/"))
		r.setting(node, node, at, "identity_store_id", "the id of an identity store", func(s string) bool { return s != "" })
		each = func(target, settings *yaml.Node, at string) {
			r.setting(target, settings, at, "account", "an account number of 12 digits in quotes", isAccount)
			r.setting(target, settings, at, "permission_set", "the ARN of a permission set", isSSO("permissionSet/"))
			r.givesSet(child(node, "instance_arn"), settings, join(at, "permission_set"), f)
		}
	}
	targets := join(path, "targets")
	if each == nil || seen["targets"] == nil || r.broken[targets] {
		return
	}
	for i, target := range resolve(seen["targets"]).Content {
		target = resolve(target)
		each(target, child(target, "settings"), fmt.Sprintf("%s[%d].settings", targets, i))
	}
}

// oneTargetField checks that a request says what it wants access to, by one
// field that is always there: the strategy is given its value.
func (r *reader) oneTargetField(node *yaml.Node, path string, f *Flow) {
	var first *Field
	for i := range f.Fields {
		field, at := &f.Fields[i], fmt.Sprintf("%s[%d]", join(path, "fields"), i)
		switch {
		case r.broken[at]:
			return // its type is unknown
		case field.Type != TargetOf:
		case first != nil:
			r.fail(r.places[at], at, "a second field of type target; a flow that grants access has one, field %q", first.Name)
			return
		default:
			first = field
			if !field.Required {
				r.fail(r.places[at], join(at, "required"), "must be true: the strategy grants access to what field %q names", field.Name)
			}
		}
	}
	if first == nil {
		r.fail(node, join(path, "fields"), "a required field of type target is missing; a flow that grants access says to what")
	}
}

// sensitiveFields checks that the fields which the strategy names are sensitive ones
// of the flow: it gets all others anyway.
func (r *reader) sensitiveFields(node *yaml.Node, path string, f *Flow) {
	for i := range f.Fields {
		if r.broken[fmt.Sprintf("%s[%d]", join(path, "fields"), i)] {
			return // its type is unknown
		}
	}
	for i, name := range f.Strategy.Fields {
		at := child(node, "fields").Content[i]
		where := fmt.Sprintf("%s[%d]", join(path, "strategy.fields"), i)
		switch n := slices.IndexFunc(f.Fields, func(field Field) bool { return field.Name == name }); {
		case n < 0:
			r.fail(at, where, "unknown field %q", clip(name))
		case !f.Fields[n].Sensitive:
			r.fail(at, where, "field %q is not sensitive: the strategy function gets it anyway", clip(name))
		}
	}
}

// iamGroup checks how the strategy names users.
func (r *reader) iamGroup(node *yaml.Node, at string) {
	user := child(node, "user")
	if user != nil && (user.Tag != "!!str" || user.Value != "email" && user.Value != "name" && user.Value != "id") {
		r.fail(user, join(at, "user"), "must be email, name or id, got %s", describe(user))
	}
	if account := child(node, "account"); account != nil {
		r.setting(node, node, at, "account", "an account number of 12 digits in quotes", isAccount)
		if user == nil || user.Value != "id" {
			r.fail(account, join(at, "account"), "only user: id has an account, whose users' ARNs are taken")
		}
	}
}

// setting checks a text that settings must have. A missing one is a mistake at the
// settings, or at the owner if it has none.
func (r *reader) setting(owner, settings *yaml.Node, at, key, expected string, fits func(string) bool) {
	at = join(at, key)
	if settings == nil {
		r.fail(owner, at, "missing; must be %s", expected)
		return
	}
	switch n := child(settings, key); {
	case n == nil:
		r.fail(settings, at, "missing; must be %s", expected)
	case n.Kind != yaml.ScalarNode || n.Tag != "!!str" || !fits(n.Value):
		r.fail(n, at, "must be %s, got %s", expected, describe(n))
	}
}

// givesSet records a target that grants a permission set.
func (r *reader) givesSet(instance, settings *yaml.Node, at string, f *Flow) {
	if instance == nil || settings == nil || child(settings, "permission_set") == nil {
		return
	}
	set, account := child(settings, "permission_set"), ""
	if n := child(settings, "account"); n != nil {
		account = n.Value
	}
	r.permissionSets = append(r.permissionSets, PermissionSetUse{
		Instance: instance.Value, ARN: set.Value, Account: account, DurationsSeconds: f.DurationsSeconds,
		place: Error{Line: set.Line, Column: set.Column, Path: at},
	})
}

// child returns the value of a key of a mapping; nil if it has none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if resolve(n.Content[i]).Value == key {
			return resolve(n.Content[i+1])
		}
	}
	return nil
}

// isAccount reports whether s is the number of an AWS account.
func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }

// isIAMName reports whether s is valid as the name of an IAM group
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html).
func isIAMName(s string) bool {
	return s != "" && len(s) <= 128 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-") == ""
}

// isSSO reports whether s is arn:PARTITION:sso::: and a resource of the kind
// (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateAccountAssignment.html).
func isSSO(kind string) func(string) bool {
	return func(s string) bool {
		arn, resource, ok := strings.Cut(s, ":sso:::"+kind)
		return ok && strings.HasPrefix(arn, "arn:aws") && !strings.Contains(arn[4:], ":") && resource != ""
	}
}
