package parity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/asl/parity"
)

const branches = `{"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"Z","Branches":[
	{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}},
	{"StartAt":"C","States":{"C":{"Type":"Pass","End":true}}}]},"Z":{"Type":"Succeed"}}}`

func TestStory(t *testing.T) {
	got := parity.Case{States: "P[ A B! ]! Z"}.Story()
	want := []string{"+P", "+A", "-A", "+B", "+Z", "-Z"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// What is compared, and what is not.
func TestDiffers(t *testing.T) {
	boom, why := "Boom", "<cause: why>"
	succeeds := parity.Case{Definition: []byte(branches), Status: "SUCCEEDED", Output: map[string]any{"a": 1.0, "at": "<time>"}, States: "P[ A B C ] Z"}
	fails := parity.Case{Definition: []byte(branches), Status: "FAILED", Error: &boom, Cause: &why, States: "P[ A! ]!"}
	output := map[string]any{"a": 1.0, "at": "2020-01-01T00:00:00Z"}
	story := func(s string) []string { return strings.Fields(s) }
	for name, tc := range map[string]struct {
		c    parity.Case
		o    parity.Outcome
		want string
	}{
		"the same":            {succeeds, parity.Outcome{Status: "SUCCEEDED", Output: output, States: story("+P +A -A +B -B +C -C -P +Z -Z")}, ""},
		"branches mixed":      {succeeds, parity.Outcome{Status: "SUCCEEDED", Output: output, States: story("+P +C +A -A +B -C -B -P +Z -Z")}, ""},
		"a branch turned":     {succeeds, parity.Outcome{Status: "SUCCEEDED", Output: output, States: story("+P +B -B +A -A +C -C -P +Z -Z")}, "states"},
		"a branch after all":  {succeeds, parity.Outcome{Status: "SUCCEEDED", Output: output, States: story("+P +A -A +B -B -P +C -C +Z -Z")}, "states"},
		"a state is missing":  {succeeds, parity.Outcome{Status: "SUCCEEDED", Output: output, States: story("+P +A -A +B -B +C -C -P")}, "states"},
		"another output":      {succeeds, parity.Outcome{Status: "SUCCEEDED", Output: map[string]any{"a": 1.0}}, "output"},
		"another status":      {succeeds, parity.Outcome{Status: "FAILED", Error: "Boom"}, "FAILED Boom"},
		"refused":             {succeeds, parity.Outcome{Refused: "no"}, "refuses"},
		"an error":            {fails, parity.Outcome{Status: "FAILED", Error: "Boom", Cause: "why", States: story("+P +A")}, ""},
		"a document of it":    {fails, parity.Outcome{Status: "FAILED", Error: "Boom", Cause: `{"errorMessage":"why"}`, States: story("+P +A")}, ""},
		"another error":       {fails, parity.Outcome{Status: "FAILED", Error: "Bang", Cause: "why", States: story("+P +A")}, "error"},
		"another cause of it": {fails, parity.Outcome{Status: "FAILED", Error: "Boom", Cause: "because", States: story("+P +A")}, "cause"},
	} {
		if got := tc.o.Differs(tc.c); tc.want == "" && got != "" || !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func TestUnlisted(t *testing.T) {
	cases := []parity.Case{{Name: "right", Status: "SUCCEEDED"}, {Name: "wrong", Status: "SUCCEEDED"}, {Name: "known", Status: "SUCCEEDED"},
		{Name: "changed", Status: "SUCCEEDED"}, {Name: "gone", Status: "SUCCEEDED"}, {Name: "chance", Status: "SUCCEEDED"}, {Name: "none", Status: "SUCCEEDED"}}
	failed := parity.Outcome{Status: "FAILED"}
	outcomes := map[string]parity.Outcome{"right": {Status: "SUCCEEDED"}, "gone": {Status: "SUCCEEDED"},
		"wrong": failed, "known": failed, "changed": failed, "chance": failed}
	again, _ := parity.Unlisted(cases, outcomes, map[string]string{"known": "FAILED", "changed": "TIMED_OUT", "gone": "FAILED", "chance": "any"})
	var got []string
	for _, c := range again {
		got = append(got, c.Name)
	}
	if want := []string{"wrong", "changed", "gone", "none"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
