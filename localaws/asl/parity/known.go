package parity

import (
	"fmt"
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

// List are the known differences of one engine, by case.
func List(t *testing.T, engine string, known []Known) map[string]string {
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
	return listed
}

// Unlisted returns the cases whose difference isn't listed, or that are listed and don't
// differ, each with its outcome.
func Unlisted(cases []Case, outcomes map[string]Outcome, listed map[string]string) (again []Case, what []string) {
	for _, c := range cases {
		differs := "no outcome"
		if o, there := outcomes[c.Name]; there {
			differs = o.Differs(c)
		}
		known, is := listed[c.Name]
		switch {
		case differs == known, differs != "" && known == "any":
		case differs == "" && is:
			again, what = append(again, c), append(what, fmt.Sprintf("%q: does as it should, though listed", c.Name))
		default:
			again, what = append(again, c), append(what, fmt.Sprintf("%q: %q", c.Name, differs))
		}
	}
	return again, what
}

// Judge runs the cases, compares them and returns the outcomes. A difference that isn't
// listed is an error, and so is a listed one that no longer occurs. A busy machine may
// cause a difference where time is real, so unlisted cases run once more, alone.
func Judge(t *testing.T, engine string, cases []Case, known []Known, run func(cases []Case) (map[string]Outcome, error)) map[string]Outcome {
	t.Helper()
	listed := List(t, engine, known)
	outcomes, err := run(cases)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Unlisted(cases, outcomes, listed)
	for _, c := range again {
		o, err := run([]Case{c})
		if err != nil {
			t.Fatal(err)
		}
		outcomes[c.Name] = o[c.Name]
	}
	if _, wrong := Unlisted(cases, outcomes, listed); len(wrong) > 0 {
		t.Errorf("%s: differences that are not listed as they are:\n%s", engine, strings.Join(wrong, "\n"))
	}
	right := len(cases)
	for _, c := range cases {
		if o := outcomes[c.Name]; o.Differs(c) != "" {
			right--
		}
		delete(listed, c.Name)
	}
	for name := range listed {
		t.Errorf("%s: %q is listed, but not a case", engine, name)
	}
	t.Logf("%s: %d cases, %d as they should be, %d not; %d were run again", engine, len(cases), right, len(cases)-right, len(again))
	return outcomes
}
