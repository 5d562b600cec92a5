package flow_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// What is read by itself is what the whole file says.
func TestTodayIsWhatTheFileSays(t *testing.T) {
	files := map[string][]byte{
		"identities": []byte(twoIdentities), "groups": []byte(listedGroups),
		"all of it": []byte("admins: [boss@x, 'group:g']\nflows: [{name: b, admins: [c@x], strategy: {type: lambda, function: f}, durations: [1h], targets: [{id: p}], fields: [{name: t, type: target, required: true}], review: {notify_ends: true}}, {name: a, recheck: true, admins: [root@old.x], review: {approvers: [everyone], viewers: [v@x], approvals: [{from: 'group:g', count: 2}]}}]\ndirectory: {groups: {g: {members: [ada@x, b@x], from_token: [t]}}, people: [{email: root@x, identities: [root@old.x]}]}"),
	}
	for _, pattern := range []string{"../../flows.yaml", "../../e2e/testdata/cases/flows.yaml", "../../e2e/torture/testdata/releases/flows.yaml", "../../examples/*/flows.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if files[path], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, raw := range files {
		file, err := flow.Parse(name, raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := flow.ParseToday(name, raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(file.Today(), got); diff != "" {
			t.Errorf("%s (-whole +alone):\n%s", name, diff)
		}
	}
}

// A mistake elsewhere in the file does not keep access from ending.
func TestTodayReadsNothingElse(t *testing.T) {
	got, err := flow.ParseToday("f", []byte("flows: [{name: a, admins: [root@x], targets: 7, colour: red, strategy: {type: magic}, review: {timeout: soon}}]\nmore: x"))
	if err != nil || len(got.Flows["a"].Admins) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	for name, in := range map[string]string{"no YAML": "flows: [", "admins that are none": "flows: [{name: a, admins: [root]}]", "no list": "flows: 7"} {
		if got, err := flow.ParseToday("f", []byte(in)); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
}
