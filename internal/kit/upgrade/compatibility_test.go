package upgrade_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The table of docs/upgrade.md says of this release what the code does, and of earlier
// ones what they left behind.
func TestCompatibilityTable(t *testing.T) {
	rows := table(t)
	if len(rows) == 0 || rows[0][0] != "this release" {
		t.Fatalf("docs/upgrade.md has no row for this release: %q", rows)
	}
	want := []string{"this release", hookapi.Version, strategies(t), fmt.Sprint(stepfn.DocumentVersion), fmt.Sprintf("1 to %d", stepfn.DocumentVersion), fmt.Sprint(run.SchemaVersion), schema(t)}
	if diff := cmp.Diff(want, rows[0]); diff != "" {
		t.Errorf("this release (-code +docs):\n%s", diff)
	}
	earlier := map[string][]string{}
	for _, row := range rows[1:] {
		earlier[row[0]] = row
	}
	left, err := filepath.Glob("../../../e2e/torture/testdata/releases/[0-9].json")
	if err != nil || len(left) == 0 || len(left) != len(earlier) {
		t.Fatalf("%d releases left something behind (%v), docs/upgrade.md has %d", len(left), err, len(earlier))
	}
	for _, file := range left {
		var r struct {
			Commit string
			Runs   []struct{ Document struct{ Version int } }
			Heard  []struct{ Asked struct{ Version string } }
		}
		raw, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(raw, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
		row := earlier[r.Commit]
		if row == nil {
			t.Errorf("docs/upgrade.md lacks release %s", r.Commit)
			continue
		}
		if len(r.Runs) == 0 || len(r.Heard) == 0 {
			t.Errorf("%s has %d runs and %d invocations of hooks: nothing to compare", file, len(r.Runs), len(r.Heard))
		}
		for _, left := range r.Runs {
			if got := fmt.Sprint(left.Document.Version); got != row[3] {
				t.Errorf("release %s wrote document %s, the table says %s", r.Commit, got, row[3])
			}
		}
		for _, heard := range r.Heard {
			if heard.Asked.Version != row[1] {
				t.Errorf("release %s spoke version %s of the hook contract, the table says %s", r.Commit, heard.Asked.Version, row[1])
			}
		}
	}
}

// table returns the rows of the table of releases, without its head.
func table(t *testing.T) (rows [][]string) {
	t.Helper()
	raw, err := os.ReadFile("../../../docs/upgrade.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "| release | hook contract |")
	for i, line := range strings.Split(rest, "\n")[1:] {
		if !strings.HasPrefix(line, "|") {
			return rows
		}
		if i == 0 {
			continue // the line under the head
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		rows = append(rows, cells)
	}
	return rows
}

// strategies returns the versions of the strategy contract that a flow can name.
func strategies(t *testing.T) string {
	t.Helper()
	var known []string
	for v := range 10 {
		in := fmt.Sprintf("flows: [{name: a, admins: [root@example.com], fields: [{name: x, type: target, required: true}], targets: [{id: p}], durations: [1h], strategy: {type: lambda, function: f, version: %d}}]", v)
		if _, err := flow.Parse("f", []byte(in)); err == nil {
			known = append(known, fmt.Sprint(v))
		}
	}
	return strings.Join(known, ", ")
}

// schema returns the version of flows.yaml by the name of its schema.
func schema(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("../../../schema/flows.v*.json")
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	return strings.TrimSuffix(strings.TrimPrefix(filepath.Base(files[0]), "flows."), ".json")
}
