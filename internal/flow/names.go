package flow

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// maxPrincipals bounds a list of principals: a run keeps them.
const maxPrincipals = 100

// checkPrincipal checks the form of a principal; admins says whether "admins"
// is one here.
func checkPrincipal(admins bool) func(string) error {
	return func(s string) error {
		name, isGroup := strings.CutPrefix(s, "group:")
		switch {
		case isGroup:
			return checkGroup(name)
		case s == "everyone", s == "admins" && admins, email.Plain(s), strings.HasPrefix(s, "arn:aws"), strings.Contains(s, "|"):
			return nil
		}
		expected := `an e-mail, "group:NAME", "everyone" or an identity`
		if admins {
			expected = `an e-mail, "group:NAME", "everyone", "admins" or an identity`
		}
		return fmt.Errorf("must be %s, got %q", expected, clip(s))
	}
}

// checkGroup checks the name of a group.
func checkGroup(name string) error {
	if !isGroupName(name) {
		return fmt.Errorf("must be a group's name, got %q: 1 to 256 characters, no space at either end, no control or invisible character", clip(name))
	}
	return nil
}

// engine are the functions of the engine itself, each named
// "<stack>-engine-<one of these>" where it is deployed. Older releases deploy
// end-sessions.
var engine = []string{"request", "approve", "record", "grant", "notify", "reconcile", "digest", "sessions", "end-sessions"}

// doors are those that no release before had: their bare names may be functions of a
// team's.
var doors = []string{"apply", "console", "slack"}

// checkFunction checks the name of a Lambda function that may be named as a
// hook or strategy: none of the engine's own.
func checkFunction(s string) error {
	if !isFunction(s) {
		return fmt.Errorf("must be a Lambda function's name or ARN, got %q", clip(s))
	}
	name := s
	if i := strings.Index(s, ":function:"); i >= 0 {
		name = s[i+len(":function:"):]
	}
	name, _, _ = strings.Cut(name, ":")
	i := strings.LastIndex(name, "-engine-")
	if i >= 0 {
		name = name[i+len("-engine-"):]
	}
	if slices.Contains(engine, name) || i >= 0 && slices.Contains(doors, name) {
		return fmt.Errorf("%q is one of fasttrack's own functions; it can't be a hook or strategy", clip(s))
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
