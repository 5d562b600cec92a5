package template

import (
	"fmt"
	"path"
	"slices"
)

// Role is an AWS::IAM::Role: what it may.
type Role struct {
	LogicalID, ARN string
	Statements     []Statement
}

// Statement allows, or denies, actions on resources. Nothing of it is enforced on
// this machine.
type Statement struct {
	Effect             string
	Actions, Resources []string
	// LeadingKeys are the forms of partition keys that it is for; empty is any
	// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
	LeadingKeys []string
	// Conditions are the values by operator and key, LeadingKeys included.
	Conditions map[string]map[string][]string
	// Beside is the logical id of the AWS::IAM::Policy that holds it, which
	// CloudFormation makes after the role; empty for the role's own policies.
	Beside string
}

// ManagedPolicy is an AWS::IAM::ManagedPolicy: what whoever it is attached to may.
type ManagedPolicy struct {
	LogicalID, ARN string
	Statements     []Statement
}

func (r *reader) collectManagedPolicy(stack *Stack, res *resource) error {
	arn, err := r.arn(res.node, res)
	if err != nil {
		return err
	}
	document, _, _, err := r.properties(res).get("PolicyDocument")
	if err != nil {
		return err
	}
	stack.ManagedPolicies = append(stack.ManagedPolicies, ManagedPolicy{res.id, arn, statementsOf(document)})
	return nil
}

// collectRole reads the policies that are written into a role.
func (r *reader) collectRole(stack *Stack, res *resource) error {
	role := Role{LogicalID: res.id}
	var err error
	if role.ARN, err = r.arn(res.node, res); err != nil {
		return err
	}
	policies, err := r.properties(res).list("Policies")
	if err != nil {
		return err
	}
	for _, p := range policies {
		policy, _ := p.(map[string]any)
		role.Statements = append(role.Statements, statementsOf(policy["PolicyDocument"])...)
	}
	stack.Roles = append(stack.Roles, role)
	return nil
}

// statementsOf reads a policy's document.
func statementsOf(v any) (all []Statement) {
	document, _ := v.(map[string]any)
	statements, isList := document["Statement"].([]any)
	if !isList { // one by itself
		statements = []any{document["Statement"]}
	}
	for _, s := range statements {
		statement, _ := s.(map[string]any)
		all = append(all, Statement{
			Effect: fmt.Sprint(statement["Effect"]), Actions: texts(statement["Action"]), Resources: texts(statement["Resource"]), LeadingKeys: leadingKeys(statement["Condition"]),
			Conditions: conditions(statement["Condition"]),
		})
	}
	return all
}

// policy is an AWS::IAM::Policy: more statements for roles.
type policy struct {
	roles      []string // by name
	statements []Statement
}

func (r *reader) collectPolicy(res *resource) error {
	p := r.properties(res)
	document, _, _, err := p.get("PolicyDocument")
	if err != nil {
		return err
	}
	names, err := p.list("Roles")
	if err != nil {
		return err
	}
	statements := statementsOf(document)
	for i := range statements {
		statements[i].Beside = res.id
	}
	r.policies = append(r.policies, policy{texts(names), statements})
	return nil
}

// attachPolicies adds the statements of separate policies to their roles.
func (r *reader) attachPolicies(stack *Stack) {
	for i := range stack.Roles {
		role := &stack.Roles[i]
		for _, p := range r.policies {
			if slices.Contains(p.roles, path.Base(role.ARN)) {
				role.Statements = append(role.Statements, p.statements...)
			}
		}
	}
}

// texts returns a text, or a list of them, as a list.
func texts(v any) []string {
	l, isList := v.([]any)
	if !isList {
		l = []any{v}
	}
	out := make([]string, len(l))
	for i, item := range l {
		out[i] = fmt.Sprint(item)
	}
	return out
}

func leadingKeys(condition any) []string {
	operators, _ := condition.(map[string]any)
	for _, keys := range operators {
		if named, _ := keys.(map[string]any); named["dynamodb:LeadingKeys"] != nil {
			return texts(named["dynamodb:LeadingKeys"])
		}
	}
	return nil
}

func conditions(condition any) map[string]map[string][]string {
	operators, _ := condition.(map[string]any)
	if len(operators) == 0 {
		return nil
	}
	all := map[string]map[string][]string{}
	for operator, keys := range operators {
		all[operator] = map[string][]string{}
		named, _ := keys.(map[string]any)
		for key, values := range named {
			all[operator][key] = texts(values)
		}
	}
	return all
}
