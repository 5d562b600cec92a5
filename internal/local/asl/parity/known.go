package parity

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
)

// Known are differences of an engine that have one reason.
type Known struct {
	Engine string `json:"engine"`
	// Because is why they are there, Right is where AWS says what is right.
	Because string `json:"because"`
	Right   string `json:"right"`
	// Cases are what [Outcome.Differs] says of each; "any" is whatever it says,
	// where that hangs on time or chance.
	Cases map[string]string `json:"cases"`
}

// Judge compares the outcomes of an engine with the cases: a difference that
// isn't known is a mistake, and a known one that isn't there any more.
func Judge(t *testing.T, engine string, cases []Case, outcomes map[string]Outcome, known []Known) {
	t.Helper()
	listed := map[string]string{}
	for _, k := range known {
		if k.Because == "" || k.Right == "" {
			t.Errorf("a known difference of %s has no reason or source", k.Engine)
		}
		if k.Engine != engine {
			continue
		}
		for name, what := range k.Cases {
			if listed[name] != "" {
				t.Errorf("%s: %s is listed twice", engine, name)
			}
			listed[name] = what
		}
	}
	var wrong []string
	differences := 0
	for _, c := range cases {
		o, there := outcomes[c.Name]
		differs := "no outcome"
		if there {
			differs = o.Differs(c)
		}
		what, is := listed[c.Name]
		delete(listed, c.Name)
		switch {
		case differs != "":
			differences++
			if !is || what != differs && what != "any" {
				wrong = append(wrong, fmt.Sprintf("%q: %q", c.Name, differs))
			}
		case is:
			wrong = append(wrong, fmt.Sprintf("%q: does as it should, though listed", c.Name))
		}
	}
	for name := range listed {
		wrong = append(wrong, fmt.Sprintf("%q: is listed, and there is no such case", name))
	}
	sort.Strings(wrong)
	wrong = slices.Compact(wrong)
	if len(wrong) > 0 {
		t.Errorf("%s: differences that are not listed as they are:\n%s", engine, strings.Join(wrong, "\n"))
	}
	t.Logf("%s: %d cases, %d as they should be, %d known differences", engine, len(cases), len(cases)-differences, differences-len(wrong))
}
