package merge

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// Each type of resource in the engine's template has a form of its ARNs, or is known to
// have none: without one, a policy on it would be taken.
func TestForms(t *testing.T) {
	root, err := engine(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs(folder.Member(root, "Resources")) {
		kind := value(folder.Member(p.value, "Type"))
		if _, is := forms[kind]; !is {
			t.Errorf("forms has no %s, the type of %s", kind, p.key.Value)
		}
		// SAM names what it makes of the hook function after it.
		if id := p.key.Value; strings.HasPrefix(id, hooks) && id != hooks {
			t.Errorf("%s could clash with what SAM makes of %s", id, hooks)
		}
	}
}

// meet is symmetric, and true exactly if some text matches both patterns.
func TestMeet(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"", "", true}, {"", "*", true}, {"", "?", false}, {"a", "a", true}, {"a", "b", false},
		{"a*", "*b", true}, {"a*c", "*b*", true}, {"a?c", "abc", true}, {"a?", "a", false},
		{"x-*", "*-engine-grant", true}, {"x", "*-engine-grant", false}, {"*-a", "*-b", false}, {"a*b*c", "a*c", true},
	} {
		if got := meet(c.a, c.b); got != c.want {
			t.Errorf("meet(%q, %q) = %t", c.a, c.b, got)
		}
		if got := meet(c.b, c.a); got != c.want {
			t.Errorf("meet(%q, %q) = %t", c.b, c.a, got)
		}
	}
}
