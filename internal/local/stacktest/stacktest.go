// Package stacktest loads the template as this machine does, for tests of what a deployment
// consists of, and of what each role may do.
package stacktest

import (
	"slices"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// Load returns the stack of the template at a path, with these parameters.
func Load(t testing.TB, path string, parameters map[string]string) *template.Stack {
	t.Helper()
	stack, err := template.Load(path, template.Options{
		Region: localaws.Region, AccountID: localaws.AccountID, StackName: local.StackName, APIEndpoint: "https://api.example.com",
		FunctionVersion: func(string) (string, error) { return "1", nil }, Parameters: parameters,
	})
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// Role returns the role of a logical id.
func Role(t testing.TB, s *template.Stack, logicalID string) template.Role {
	t.Helper()
	i := slices.IndexFunc(s.Roles, func(r template.Role) bool { return r.LogicalID == logicalID })
	if i < 0 {
		t.Fatalf("the stack has no role %s", logicalID)
	}
	return s.Roles[i]
}
