package flow

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
)

var (
	flowName  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	targetID  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}$`)
	groupName = regexp.MustCompile(`^[^\s,;:]{1,128}$`)
	email     = regexp.MustCompile(`^[^\s@,;|]{1,64}@[^\s@,;|]{1,253}$`)
	// functionName is a Lambda function's name or ARN, perhaps with a
	// qualifier; see FunctionName of Lambda's Invoke API.
	functionName = regexp.MustCompile(`^(arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[a-zA-Z0-9_-]{1,64}(:(\$LATEST|[a-zA-Z0-9_-]{1,128}))?$`)
	engine       = regexp.MustCompile(`^(?:.*-engine-)?(request|approve|record|grant|notify|reconcile)$`)
)

// maxPrincipals bounds a list of principals: a run keeps them.
const maxPrincipals = 100

// checkPrincipal checks the form of a principal; admins says whether "admins"
// is one here.
func checkPrincipal(admins bool) func(string) error {
	return func(s string) error {
		switch {
		case s == "everyone", s == "admins" && admins, email.MatchString(s), strings.HasPrefix(s, "arn:aws"), strings.Contains(s, "|"):
			return nil
		case strings.HasPrefix(s, "group:"):
			if groupName.MatchString(s[len("group:"):]) {
				return nil
			}
			return fmt.Errorf("a group's name was expected after group:, not %q", clip(s[len("group:"):]))
		}
		expected := `an e-mail, "group:NAME", "everyone" or an identity`
		if admins {
			expected = `an e-mail, "group:NAME", "everyone", "admins" or an identity`
		}
		return fmt.Errorf("%s was expected, not %q", expected, clip(s))
	}
}

// checkFunction checks the name of a Lambda function that may be named as a
// hook or strategy: none of the engine's own.
func checkFunction(s string) error {
	if !functionName.MatchString(s) {
		return fmt.Errorf("a Lambda function's name or ARN was expected, not %q", clip(s))
	}
	name := s
	if i := strings.Index(s, ":function:"); i >= 0 {
		name = s[i+len(":function:"):]
	}
	name, _, _ = strings.Cut(name, ":")
	if engine.MatchString(name) {
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
