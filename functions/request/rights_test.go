package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// functions/request may invoke the functions that flows may name as their
// hooks, which are those that the state machine may invoke as hooks, and no others.
func TestMayInvokeHooks(t *testing.T) {
	raw, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var template yaml.Node
	if err := yaml.Unmarshal(raw, &template); err != nil {
		t.Fatal(err)
	}
	resources := at(template.Content[0], "Resources")
	var got []string
	for _, s := range invokes(t, policy(t, resources, "RequestRole", "rights")) {
		if strings.Contains(s, "HasSlack") && strings.Contains(s, "!GetAtt NotifyFunction.Arn") && !strings.Contains(s, "Hooks") {
			continue // has people notified of their Slack accounts
		}
		got = append(got, s)
	}
	for _, role := range []string{"HookInvokeRole", "StateMachineRole"} {
		want := invokes(t, policy(t, resources, role, "hooks"))
		if len(want) != 2 || !slices.Equal(got, want) {
			t.Errorf("functions/request may invoke\n%s\n%s\n%s", strings.Join(got, "\n"), role, strings.Join(want, "\n"))
		}
	}
}

// at returns a member of a mapping, nil if absent.
func at(n *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		if n == nil {
			return nil
		}
		next := (*yaml.Node)(nil)
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				next = n.Content[i+1]
			}
		}
		n = next
	}
	return n
}

// policy returns the statements of a role's policy.
func policy(t *testing.T, resources *yaml.Node, role, name string) []*yaml.Node {
	t.Helper()
	for _, p := range at(resources, role, "Properties", "Policies").Content {
		if at(p, "PolicyName").Value == name {
			return at(p, "PolicyDocument", "Statement").Content
		}
	}
	t.Fatalf("%s has no policy %s", role, name)
	return nil
}

// invokes returns the statements about invoking functions as text.
func invokes(t *testing.T, statements []*yaml.Node) []string {
	t.Helper()
	var all []string
	for _, s := range statements {
		s.HeadComment = ""
		text, err := yaml.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "lambda:") {
			all = append(all, string(text))
		}
	}
	return all
}
