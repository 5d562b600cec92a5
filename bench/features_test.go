package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/bench/bill"
	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// atRoot has a test work where the template is.
func atRoot(t *testing.T) {
	t.Helper()
	t.Chdir("..")
}

// kindsWritten lists what calls write: each with the kinds of its items, and its units.
func kindsWritten(t *testing.T, calls []localaws.Capacity) (all []string) {
	t.Helper()
	for _, c := range calls {
		items, err := writtenBy(c)
		if err != nil {
			t.Fatal(err)
		}
		kinds := ""
		for _, w := range items {
			it := w.Item
			if it == nil {
				it = w.Key
			}
			if it != nil {
				kinds += " " + kindOf(it)
			}
		}
		all = append(all, c.Operation+kinds+" "+amount(c.Units))
	}
	return all
}

// A request that uses none of the features writes what it did before there were any, and
// enters as many states: in a flow that allows all of them too. The numbers are those of
// the release before the first feature.
func TestUnusedFeaturesCostNothing(t *testing.T) {
	atRoot(t)
	access := []string{
		"PutItem RUN 5", "PutItem RUN 3", "TransactWriteItems STAT 2", "PutItem LEASE 1", "PutItem LEASE 1", "PutItem RUN 8", "PutItem RUN/PUBLISHED 1",
		"PutItem LEASE 1", "PutItem LEASE 2", "PutItem RUN 7",
	}
	for name, tc := range map[string]struct {
		play  course
		wrote []string
		used  bill.Usage
	}{
		"decided by code": {requested("plain", soon, nil), []string{"PutItem RUN 5", "PutItem RUN 3", "TransactWriteItems STAT 2"},
			bill.Usage{"http": 1, "transitions": 0, "invocations": 5, "writes": 10, "events": 1}},
		"approved by two": {approved(false), []string{
			"PutItem RUN 5", "PutItem RUN 4", "PutItem RUN 5", "PutItem ACT 3", "PutItem RUN 4", "PutItem RUN 4", "PutItem ACT 3", "PutItem RUN 6", "TransactWriteItems STAT 2",
		}, bill.Usage{"http": 3, "transitions": 8, "invocations": 13, "writes": 36, "events": 3}},
		"with access": {requested("access", soon, nil), access, bill.Usage{"http": 1, "transitions": 7, "invocations": 11, "writes": 31, "events": 3}},
		"with access, in a flow that allows features": {requested("featured", soon, nil), access,
			bill.Usage{"http": 1, "transitions": 7, "invocations": 11, "writes": 31, "events": 3}},
	} {
		t.Run(name, func(t *testing.T) {
			used, wrote, err := costOf(t.Context(), featureHooks(false), tc.play)
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(used, tc.used) {
				t.Errorf("it uses %v, want %v", used, tc.used)
			}
			if got := kindsWritten(t, wrote); !slices.Equal(got, tc.wrote) {
				t.Errorf("it writes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.wrote, "\n"))
			}
		})
	}
}

// docs/costs.md has what each feature costs, as it is measured.
func TestFeatureCosts(t *testing.T) {
	if !tally.Full() {
		t.Skip("it takes half a minute: make torture")
	}
	doc, err := os.ReadFile("../docs/costs.md")
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(string(doc), "$1")
	atRoot(t)
	all, err := featureCosts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if row := "| " + c.name + " | " + c.row() + " |"; !strings.Contains(text, row) {
			t.Errorf("docs/costs.md lacks %q", row)
		}
	}
}
