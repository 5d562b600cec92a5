package cli

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/rules"
)

// Findings are compared wherever they were found; notes of what a machine could not check,
// and how it calls its hook function, make no difference.
func TestFlowsReview(t *testing.T) {
	for name, tc := range map[string]struct {
		filed, here []string
		same        bool
	}{
		"none":          {nil, []string{}, true},
		"in any order":  {[]string{"a", "b"}, []string{"b", "a"}, true},
		"notes":         {[]string{"a", "note: x"}, []string{"note: y", "a"}, true},
		"one more here": {[]string{"a"}, []string{"a", "b"}, false},
		"one was added": {[]string{"a", "b"}, []string{"a"}, false},
		"one is twice":  {[]string{"a"}, []string{"a", "a"}, false},
	} {
		if got := sameFindings(tc.filed, tc.here); got != tc.same {
			t.Errorf("%s: the same is %v, want %v", name, got, tc.same)
		}
	}
	filed := "3 requests of production, from table T, tried with build/bootstrap, version 7\n\nall 3\n"
	for here, same := range map[string]bool{
		filed: true,
		strings.Replace(filed, "build/bootstrap", "/tmp/other", 1): true,
		strings.Replace(filed, "all 3", "all 4", 1):                false,
		strings.Replace(filed, "3 requests", "4 requests", 1):      false,
		strings.Replace(filed, "table T", "table U", 1):            false,
	} {
		if got := sameBacktest(filed, here); got != same {
			t.Errorf("%q: the same is %v, want %v", here, got, same)
		}
	}
	// A sheet that has no backtest, or that an older release wrote, never counts as the same.
	c := flowsPush{}
	got, err := c.backtestAgain(t.Context(), process(t, nil), "flows.yaml", rules.Sheet{Backtest: notMade + "no requests"})
	if err != nil || got.Same {
		t.Errorf("without a backtest: %+v, %v", got, err)
	}
	if _, err := c.backtestAgain(t.Context(), process(t, nil), "flows.yaml", rules.Sheet{Backtest: filed}); err == nil {
		t.Error("the backtest of nobody knows which requests is made")
	}
	var out strings.Builder
	r := proposalReview{Stale: true, Findings: compared[[]string]{Filed: []string{"a"}, Here: []string{"a", "b\x1b"}}, Backtest: &compared[string]{Filed: filed, Here: strings.Replace(filed, "all 3", "all 4", 1)}}
	if err := r.print(&out); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"This is stale", "The findings differ:\n", "  +b", "The backtest differs:\n", "  -all 3\n  +all 4\n"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is missing of\n%s", part, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("prints %q", out.String())
	}
}
