// Package strategies writes the strategy functions that come with fasttrack into a team's
// folder, ready for `sam deploy`: each is a stack of its own.
package strategies

import (
	"fmt"
	"slices"
	"strings"
)

// Strategy is a strategy function that comes with fasttrack.
type Strategy struct {
	Name string `json:"name"`
	// About says what its access is.
	About string `json:"about"`
}

// All are the strategies, sorted by name.
var All = []Strategy{
	{"eks", "an access policy in a cluster of Amazon EKS, for the whole cluster or namespaces"},
	{"github", "membership of a team in GitHub, or a permission in a repository"},
	{"google-group", "membership of a group in Google Workspace"},
	{"okta-group", "membership of a group in Okta"},
	{"postgres", "a temporary role in PostgreSQL, with a password of its own"},
}

// Find returns the strategy of a name. The error of an unknown one names them all.
func Find(name string) (Strategy, error) {
	if i := slices.IndexFunc(All, func(s Strategy) bool { return s.Name == name }); i >= 0 {
		return All[i], nil
	}
	var names []string
	for _, s := range All {
		names = append(names, s.Name)
	}
	return Strategy{}, fmt.Errorf("unknown strategy %q; there are %s", name, strings.Join(names, ", "))
}
